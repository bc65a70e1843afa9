import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { isRandom, makeup } from '../judge/random.js'

/** RFC 7519, RFC 7515 section 4.1.1: the header is JSON and says `alg`. What comes behind is not looked at: keys of others sign it. */
function judgeJwt({ text, start, end }: Candidate): Judged | undefined {
  const dot = text.indexOf('.', start)
  if (dot < start || dot >= end) return undefined
  try {
    const header: unknown = JSON.parse(Buffer.from(text.slice(start, dot), 'base64url').toString('utf8'))
    const isHeader = typeof header === 'object' && header !== null && 'alg' in header && typeof header.alg === 'string'
    return isHeader ? { score: 1 } : undefined
  } catch {
    return undefined
  }
}

/** RFC 8017's PEM, once more in base64, as configurations of Kubernetes have it. */
function judgeKeyData({ text, start, end }: Candidate): Judged | undefined {
  if (makeup(text, end - 64, end).distinct < 8) return undefined
  const head = Buffer.from(text.slice(start, start + 64), 'base64').toString('latin1')
  return head.includes('PRIVATE KEY') ? { score: 1 } : undefined
}

function judgeDrawn({ text, start, end }: Candidate): Judged | undefined {
  return isRandom(makeup(text, start, end)) ? { score: 1 } : undefined
}

const WORDS_MIN = 12

/** BIP 39: twelve to twenty-four words. The list of words is not looked at. */
function judgePhrase({ text, start, end }: Candidate): Judged | undefined {
  const words = text.slice(start, end).split(/[\s,]+/)
  const distinct = new Set(words).size
  if (words.length < WORDS_MIN || distinct < words.length - 3) return undefined
  return words.some((word) => STOP.has(word)) ? undefined : { score: 0.8 }
}

/** The commonest words of English, none of which is in the list. */
const STOP: ReadonlySet<string> = new Set(
  'the and are was were that this with for you your his her its our not but from they have has had been will would should which when where there here into than then them these those who whom whose'.split(
    ' ',
  ),
)

/** Tokens and keys of standards, which nobody's name stands before. */
export const TOKENS: readonly Rule[] = [
  {
    name: 'jwt',
    type: 'secret.jwt',
    expression:
      'eyJ[A-Za-z0-9_-]{8,600}\\.[A-Za-z0-9_-]{0,2000}\\.[A-Za-z0-9_-]{0,800}(?:\\.[A-Za-z0-9_-]{0,600}\\.[A-Za-z0-9_-]{16,64})?',
    before: 'A-Za-z0-9_-',
    behind: '',
    check: judgeJwt,
  },
  {
    name: 'private-key-in-base64',
    type: 'secret.private-key',
    expression: 'LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,4000}={0,2}',
    before: 'A-Za-z0-9+/',
    behind: '',
    check: judgeKeyData,
  },
  {
    name: 'private-key-of-chain',
    type: 'secret.private-key',
    lead: '(?:private|wallet|eth|signer|deployer)[_ -]{0,2}(?:private[_ -]?)?key["\'`\\]]{0,2}[ \\t]{0,3}(?::|=|is)[ \\t]{0,3}["\'`]?',
    before: '',
    expression: '(?:0x)?[A-Fa-f0-9]{64}',
    check: judgeDrawn,
  },
  {
    name: 'private-key-of-wallet',
    type: 'secret.private-key',
    expression: 'xprv[1-9A-HJ-NP-Za-km-z]{100,112}',
    check: judgeDrawn,
  },
  {
    name: 'private-member-of-jwk',
    type: 'secret.private-key',
    lead: '(?:"d"|\\\\"d\\\\")\\s{0,3}:\\s{0,3}\\\\?"',
    before: '',
    expression: '[A-Za-z0-9_-]{40,250}',
    behind: '',
    check: judgeDrawn,
  },
  {
    name: 'putty-private-lines',
    type: 'secret.private-key',
    lead: 'private-lines: [0-9]{1,3}\\s{1,4}',
    before: '',
    expression: '[A-Za-z0-9+/=\\s]{40,1000}',
    behind: '',
    check: judgeDrawn,
  },
  {
    name: 'recovery-phrase',
    type: 'secret.password',
    lead: '(?:seed|recovery|mnemonic|backup|wallet|secret)(?:[ _-]?(?:seed|recovery|phrase|words|mnemonic)){0,2}[\\w ]{0,16}["\'`*]{0,3}(?: is|:|=)\\s{1,3}["\'`]?',
    expression: '[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23}',
    check: judgePhrase,
    isWeak: true,
  },
]
