/** One token of Cedar text; only what splitting and placing need is told apart. Offsets are UTF-16, in the file. */
export interface Token {
  readonly kind: 'name' | 'string' | 'other'
  readonly start: number
  readonly end: number
  /** As written, a string with its quotes. */
  readonly text: string
}

/** One policy's text within its file, from its first token to its semicolon. */
export interface Piece {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly tokens: readonly Token[]
}

const SPACE = /[^\S\uFEFF]|\u0085/
const NAME_START = /[A-Za-z_]/
const NAME = /[A-Za-z0-9_]/

/** Cedar's lexical grammar, as far as it bounds strings and comments. What is no token of Cedar's becomes `other`. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  // A byte order mark is an editor's doing; Cedar does not know it.
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const start = at
    const char = text.charAt(at)
    if (SPACE.test(char)) {
      at++
      continue
    }
    if (text.startsWith('//', at)) {
      while (at < text.length && text.charAt(at) !== '\n' && text.charAt(at) !== '\r') at++
      continue
    }
    let kind: Token['kind'] = 'other'
    at++
    if (char === '"') {
      kind = 'string'
      while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
      at = Math.min(at + 1, text.length)
    } else if (NAME_START.test(char)) {
      kind = 'name'
      while (at < text.length && NAME.test(text.charAt(at))) at++
    }
    tokens.push({ kind, start, end: at, text: text.slice(start, at) })
  }
  return tokens
}

/**
 * Splits a file into its policies: a semicolon outside strings and comments ends one, and stands nowhere else in Cedar.
 *
 * No policy can be lost: every token is in exactly one piece, and each piece must parse as exactly one policy. Cedar's own
 * split (`policySetTextToParts`) tells no places and sorts by made-up ids (`policy10` before `policy2`), so it only checks
 * this one.
 */
export function split(text: string): Piece[] {
  const pieces: Piece[] = []
  let tokens: Token[] = []
  const close = (): void => {
    const [first] = tokens
    const last = tokens.at(-1)
    if (first === undefined || last === undefined) return
    pieces.push({ start: first.start, end: last.end, text: text.slice(first.start, last.end), tokens })
    tokens = []
  }
  for (const token of tokenize(text)) {
    tokens.push(token)
    if (token.kind === 'other' && token.text === ';') close()
  }
  close()
  return pieces
}

/** A string's value where it is written without escapes. */
export function plainValue(token: Token): string | undefined {
  return token.kind === 'string' && !token.text.includes('\\') ? token.text.slice(1, -1) : undefined
}
