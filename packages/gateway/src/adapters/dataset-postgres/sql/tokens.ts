import { scanSync } from 'libpg-query'
import { proceed, type Step } from '../../../spec/index.js'
import { fault } from './fault.js'
import type { SqlText } from './text.js'

/** Of PostgreSQL's own scanner. Comments and white space are none. */
export interface SqlToken {
  readonly text: string
  /** Bytes of UTF-8. */
  readonly start: number
  readonly end: number
}

const CHARACTERS_MAX = 65_536
// The parser keeps its place on the machine's own stack: some 8,000 `NOT`, or 3,000 sub-selects, are the end of it.
const TOKENS_MAX = 4_000
const NESTING_MAX = 64
const COMMENTS = new Set(['C_COMMENT', 'SQL_COMMENT'])
const OPENING = new Set(['(', '[', 'case'])
const CLOSING = new Set([')', ']', 'end'])

/** What a statement is made of; within bounds in which the parser cannot fail. */
export function tokensOf({ text, fromBytes }: SqlText): Step<readonly SqlToken[]> {
  if (text.length > CHARACTERS_MAX) return fault(`more than ${CHARACTERS_MAX} characters`, text)
  if (!text.isWellFormed()) return fault('text that is not valid Unicode', text)
  // The parser reads up to a NUL and no further; its scanner answers no other control characters.
  const control = /[\x00-\x08\x0b\x0c\x0e-\x1f]/.exec(text)
  if (control !== null) return fault('a control character', text, control.index)
  // The scanner takes such a run anew from each of its characters, where they are comments or signs by themselves.
  const run = /[-+*/<>=~!@#%^&|`?]{257}/.exec(text)
  if (run !== null) return fault('more than 256 signs in a row', text, run.index)
  let scanned: ReturnType<typeof scanSync>['tokens']
  try {
    scanned = scanSync(text).tokens
  } catch {
    // It tells no place. The parser fails at the same and tells it.
    return proceed([])
  }
  if (scanned.length > TOKENS_MAX) return fault(`more than ${TOKENS_MAX} words and signs`, text)
  const tokens: SqlToken[] = []
  let depth = 0
  for (const { text: word, start, end, tokenName } of scanned) {
    if (COMMENTS.has(tokenName)) continue
    // Its escapes may be spelt by a clause after it, and its text is not its name.
    if (/^u&"/i.test(word)) return fault('an identifier with Unicode escapes', text, fromBytes(start))
    // Whether it is taken for its small letter depends on the encoding of the server.
    if (tokenName === 'IDENT' && /^[^"]*[^\x00-\x7f]/.test(word) && hasOtherCapitals(word))
      return fault('a capital letter beyond A to Z in a name without quotes', text, fromBytes(start))
    const lower = word.toLowerCase()
    if (OPENING.has(lower)) depth += 1
    if (CLOSING.has(lower)) depth -= 1
    if (depth > NESTING_MAX) return fault(`more than ${NESTING_MAX} levels`, text, fromBytes(start))
    tokens.push({ text: word, start, end })
  }
  return proceed(tokens)
}

function hasOtherCapitals(word: string): boolean {
  const others = word.replace(/[A-Z]/g, '')
  return others !== others.toLowerCase()
}
