import type { Detector, Finding, Scan } from '../../spec/index.js'
import { beginsWord, HYPHEN, LETTER_DIGIT, looksRandom, runEnd, UNDERSCORE } from './characters.js'

const PREFIX = 'sk-'
/** Stands in the middle of most keys that were ever issued. */
const MARK = 'T3BlbkFJ'
/** The longest keys known have 164 characters. What is longer is judged by its first 256. */
const LENGTH_MAX = 256
const MARKED_MIN = 32
const UNMARKED_MIN = 40

/** Keys of projects, service accounts and administrators have hyphens and underscores in them; the old ones have not. */
const NAMED: readonly string[] = ['proj-', 'svcacct-', 'admin-', 'None-']

function isKey(text: string, start: number, end: number, body: number): boolean {
  if (text.slice(body, end).includes(MARK)) return end - start >= MARKED_MIN
  return end - body >= UNMARKED_MIN && looksRandom(text, body, end)
}

const NONE: readonly Finding[] = []

/** API keys of OpenAI, old and new shapes, with or without their mark. */
export const openaiDetector: Detector = {
  name: 'openai-key',
  types: ['secret.openai'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    for (let at = text.indexOf('-', from); at !== -1; at = text.indexOf('-', at + 1)) {
      const start = at - PREFIX.length + 1
      // `k` first: hyphens are common, and most follow another letter.
      if (text.charCodeAt(at - 1) !== 0x6b || start < floor) continue
      if (text.charCodeAt(start) !== 0x73 || !beginsWord(text, start)) continue
      const name = NAMED.find((one) => text.startsWith(one, at + 1))
      const body = name === undefined ? LETTER_DIGIT : LETTER_DIGIT | HYPHEN | UNDERSCORE
      const end = runEnd(body, text, at + 1, LENGTH_MAX - PREFIX.length)
      if (end === text.length && end - start < LENGTH_MAX && !ended) return { findings: findings ?? NONE, hold: start }
      if (!isKey(text, start, end, at + 1 + (name?.length ?? 0))) continue
      findings ??= []
      findings.push({ start, end, type: 'secret.openai', score: 1 })
      floor = end
      at = end - 1
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : prefixAtEnd(text, floor) }
  },
}

/** Where `s` or `sk` begins a word that the text ends with. */
function prefixAtEnd(text: string, floor: number): number {
  const begun = text.endsWith('s') ? 1 : text.endsWith('sk') ? 2 : 0
  const start = text.length - begun
  return begun > 0 && beginsWord(text, start) ? Math.max(floor, start) : text.length
}
