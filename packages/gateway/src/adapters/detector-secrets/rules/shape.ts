import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import type { SecretType } from '../../../spec/index.js'
import { isPlaceholder, isSurelyPlaceholder } from '../judge/placeholder.js'
import { isRandom, makeup } from '../judge/random.js'

/** Alphabets that bodies of keys are drawn from, as classes. */
export const LETTERS_DIGITS = '[A-Za-z0-9]'
export const HEX = '[a-f0-9]'
export const UUID = '[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}'

/** A vendor's mark and a random body say enough: only what stands in manuals is let go. */
function judgeMarked({ text, start, end }: Candidate): Judged | undefined {
  // The body, or the end of it: what stands before may be the mark, of which nothing is random.
  const body = makeup(text, Math.max(start, end - 24), end)
  if (body.distinct < 4 || body.run > 7) return undefined
  if (isSurelyPlaceholder(text.slice(start, Math.min(end, start + 512)))) return undefined
  // A dot that its alphabet has, and that ends the sentence.
  return text.charAt(end - 1) === '.' ? { score: 1, end: end - 1 } : { score: 1 }
}

/** Behind the last `_` or `-` of what may be the mark. */
export function bodyOf(text: string, start: number, reach: number): number {
  const head = text.slice(start, reach)
  return start + 1 + Math.max(head.lastIndexOf('_'), head.lastIndexOf('-'))
}

/** Where the mark is a word's, or short: the body has to be no word either. */
function judgeWeaklyMarked(candidate: Candidate): Judged | undefined {
  const { text, start, end } = candidate
  const body = makeup(text, bodyOf(text, start, Math.min(start + 13, end - 8)), end)
  return isRandom(body) ? judgeMarked(candidate) : undefined
}

/** A format that begins with a mark of the vendor's own, such as `dop_v1_`. */
export function marked(name: string, type: SecretType, expression: string): Rule {
  return { name, type, expression, check: judgeMarked }
}

/** The same without an end that is known: what is longer than the expression is found as far as that reaches. */
export function long(name: string, type: SecretType, expression: string): Rule {
  // Not behind any character of its body, or each of these could begin another.
  return {
    name,
    type,
    expression,
    before: `A-Za-z0-9_${expression.includes('/') && !expression.startsWith('1') ? '+/' : ''}.-`,
    behind: '',
    check: judgeMarked,
  }
}

/** A format whose mark could begin other things too. */
export function weaklyMarked(name: string, type: SecretType, expression: string): Rule {
  return { name, type, expression, check: judgeWeaklyMarked }
}

/**
 * Between a name and its value: `=`, `: `, `" => "`, `>`, `", "`, ` is `, an annotation of a type; with whatever quotes and marks of
 * Markdown stand there, those of JSON within JSON too.
 */
export const BETWEEN: string = [
  '(?:\\\\?["\'`\\])*]){0,3}',
  '[ \\t]{0,4}(?:=>|:=|={1,3}|%3D|: ?[Ss]tr(?:ing)? ?=|:{1,2}|,|;|->|>|\\(|\\||→|is|lautet)[ \\t]{0,4}(?:[*]{2} ?)?',
  '(?:@?\\\\?["\'`]){0,2}',
].join('')

/**
 * In lists of variables the name and its value stand on lines, or in members, of their own; in Terraform's blocks as `default`; in tests of
 * pages in the call behind.
 */
export const MEMBERS: string = [
  '["\'`]?,?\\s{0,24}-? ?["\']?value["\']?[ \\t]{0,2}[:=][ \\t]{0,4}["\'`]?',
  '["\']?: ?\\{\\s{0,8}["\']?value["\']?: ?["\']',
  '" ?\\{\\s{1,8}default[ \\t]{1,4}= ?"',
  '["\'`\\])]{0,4}\\.(?:type|send_?keys|fill|setvalue)\\(["\'`]',
].join('|')

/** The name and the length say much: it need only be nobody's words. */
function judgeNamed({ text, start, end }: Candidate): Judged | undefined {
  const { distinct, digits, lower, upper, run, shifts, wordy } = makeup(text, start, end)
  if (distinct < 6 || run > 5 || lower + upper === 0 || wordy > 0.5 || (digits === 0 && shifts < 3)) return undefined
  return isPlaceholder(text.slice(start, end)) ? undefined : { score: 0.9 }
}

/**
 * A format that has no mark: what says what it is is the vendor's name before it.
 *
 * @param names an expression that begins with literals
 */
export function named(name: string, type: SecretType, names: string, expression: string): Rule {
  return {
    name,
    type,
    lead: `(?:${names})[\\w .-]{0,28}${BETWEEN}`,
    before: '',
    expression,
    check: judgeNamed,
  }
}

/** A format that only its surroundings mark, letter by letter: the parameter of a URL, say. */
export function following(name: string, type: SecretType, lead: string, expression: string): Rule {
  return { name, type, lead, before: '', expression, check: judgeNamed }
}

/**
 * A format whose mark stands in the middle: what is found begins with the mark, so the characters before it stay. Where a name stands
 * before all of it, that finds them too.
 */
export function within(name: string, type: SecretType, expression: string): Rule {
  return { name, type, before: '', expression, check: judgeMarked, isWeak: true }
}
