import type { Detector, Finding, Scan } from '../../spec/index.js'
import { is, LETTER_DIGIT, runEnd, runStart, UNDERSCORE } from './characters.js'

/** GitHub: "tokens may be up to 255 characters". What is longer is judged by its first 255. */
const LENGTH_MAX = 255

interface Kind {
  readonly prefix: string
  readonly body: number
  readonly bodyMin: number
}

const CLASSIC: Kind = { prefix: 'gh?_', body: LETTER_DIGIT, bodyMin: 36 }
const FINE_GRAINED: Kind = { prefix: 'github_pat_', body: LETTER_DIGIT | UNDERSCORE, bodyMin: 82 }

/** The kind whose prefix ends with the underscore at `at`: personal, OAuth, user-to-server, server-to-server, refresh. */
function kindAt(text: string, at: number): Kind | undefined {
  if (text.startsWith('gh', at - 3) && 'pousr'.includes(text.charAt(at - 1))) return CLASSIC
  return text.startsWith('github_pat', at - 10) ? FINE_GRAINED : undefined
}

const NONE: readonly Finding[] = []

/** Tokens that GitHub issues. */
export const githubDetector: Detector = {
  name: 'github-token',
  types: ['secret.github'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    for (let at = text.indexOf('_', from); at !== -1; at = text.indexOf('_', at + 1)) {
      const kind = kindAt(text, at)
      if (kind === undefined) continue
      const start = at + 1 - kind.prefix.length
      if (start < floor) continue
      const end = runEnd(kind.body, text, at + 1, LENGTH_MAX - kind.prefix.length)
      if (end === text.length && end - start < LENGTH_MAX && !ended) return { findings: findings ?? NONE, hold: start }
      if (end - at - 1 < kind.bodyMin) continue
      findings ??= []
      findings.push({ start, end, type: 'secret.github', score: 1 })
      floor = end
      at = end - 1
    }
    if (ended) return { findings: findings ?? NONE, hold: text.length }
    const lowest = Math.max(floor, text.length - FINE_GRAINED.prefix.length + 1)
    return { findings: findings ?? NONE, hold: prefixAtEnd(text, lowest) }
  },
}

/** Where a prefix begins that the text ends within. */
function prefixAtEnd(text: string, lowest: number): number {
  let start = runStart(LETTER_DIGIT | UNDERSCORE, text, lowest, text.length)
  while (start < text.length && !couldBegin(text, start)) start++
  return start
}

function couldBegin(text: string, start: number): boolean {
  if (!text.startsWith('g', start)) return false
  const rest = text.length - start
  if (rest === 1) return true
  if (text.charAt(start + 1) !== 'h' && text.charAt(start + 1) !== 'i') return false
  if (rest <= 3 && is(LETTER_DIGIT, text, start + 1)) return true
  return FINE_GRAINED.prefix.startsWith(text.slice(start))
}
