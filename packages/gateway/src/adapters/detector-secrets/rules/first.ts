import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { makeup } from '../judge/random.js'

/** Stands in the middle of most keys that OpenAI ever issued. */
const OPENAI_MARK = 'T3BlbkFJ'
const OPENAI_UNMARKED_MIN = 40

/** Keys of projects, service accounts and administrators say so, and have hyphens and underscores in them. */
const OPENAI_NAMED = /^sk-(?:proj|svcacct|admin|None)-/

/** Keys are drawn at random: words, placeholders and hexadecimal digests lack a class of characters. */
function looksRandom(text: string, start: number, end: number): boolean {
  const { lower, upper, digits } = makeup(text, start, end)
  return lower > 0 && upper > 0 && digits > 0
}

function judgeOpenai({ text, start, end }: Candidate): Judged | undefined {
  const key = text.slice(start, end)
  if (/x{8}/i.test(key)) return undefined
  if (key.includes(OPENAI_MARK)) return { score: 1 }
  const mark = OPENAI_NAMED.exec(key)?.[0].length ?? 3
  return end - start - 3 >= OPENAI_UNMARKED_MIN && looksRandom(text, start + mark, end) ? { score: 1 } : undefined
}

/** AWS's own manuals end their keys so. */
const SAMPLE = 'EXAMPLE'

function judgeAwsId({ text, start, end }: Candidate): Judged | undefined {
  return text.endsWith(SAMPLE, end) || isOneCharacter(text, start + 4, end) ? undefined : { score: 1 }
}

function judgeAwsSecret({ text, start, end }: Candidate): Judged | undefined {
  return looksRandom(text, start, end) && !text.slice(start, end).includes(SAMPLE) ? { score: 1 } : undefined
}

function judgeGithub({ text, start }: Candidate): Judged | undefined {
  const body = 1 + text.indexOf('_', start + (text.startsWith('github', start) ? 'github_'.length : 0))
  return isOneCharacter(text, body, body + 36) ? undefined : { score: 1 }
}

/** `xxxx`, or little more. */
function isOneCharacter(text: string, start: number, end: number): boolean {
  return makeup(text, start, end).distinct < 4
}

const LETTER_DIGIT = 'A-Za-z0-9'

/** Where a word may begin, and also behind an encoded character: the `D` of `%3D` is no letter of a word. */
function alsoEncoded(rule: Rule): readonly Rule[] {
  return [rule, { ...rule, name: `${rule.name}-encoded`, lead: '%[0-9A-F]{2}', before: '' }]
}

/** The three that most people have: AWS, GitHub, OpenAI. */
export const FIRST: readonly Rule[] = [
  ...alsoEncoded({
    name: 'aws-access-key-id',
    type: 'secret.aws',
    expression: 'A[KS]IA[A-Z2-7]{16}',
    before: LETTER_DIGIT,
    behind: LETTER_DIGIT,
    check: judgeAwsId,
  }),
  {
    name: 'aws-secret-access-key',
    type: 'secret.aws',
    // Forty characters of base64 are anything: what names them stands before them.
    lead: '(?:secret[_ -]?access[_ -]?key|aws[_ -]?secret(?:[_ -]?(?:access|key|token|value|prod|staging|dev)){0,3})(?:\\\\?["\'`\\])]){0,2}\\s{0,3}(?:=>|:=|[:=,>]|is)?\\s{0,3}(?:\\\\?["\'`([]){0,2}',
    before: '',
    expression: '[A-Za-z0-9+/]{40}',
    behind: 'A-Za-z0-9+/',
    check: judgeAwsSecret,
  },
  // GitHub: "tokens may be up to 255 characters". What is longer is found as far as that.
  {
    name: 'github-token',
    type: 'secret.github',
    expression: 'gh[pousr]_[A-Za-z0-9]{36,251}',
    before: '',
    behind: '',
    check: judgeGithub,
  },
  {
    name: 'github-fine-grained-token',
    type: 'secret.github',
    expression: 'github_pat_[A-Za-z0-9_]{82,244}',
    before: '',
    behind: '',
    check: judgeGithub,
  },
  // The longest keys known have 164 characters.
  ...alsoEncoded({
    name: 'openai-key',
    type: 'secret.openai',
    expression: 'sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{24,240}|[A-Za-z0-9]{29,253})',
    before: LETTER_DIGIT,
    behind: '',
    check: judgeOpenai,
  }),
]
