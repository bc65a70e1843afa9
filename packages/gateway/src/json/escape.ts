const BACKSLASH = 0x5c

/**
 * Length of the JSON escape of a control character, or of any character by number, that ends before `at`; 0 where none does.
 * Texts hold JSON again and again (tool results, arguments): to whoever parses it `\nabc` is the word `abc`, not `nabc`.
 */
export function escapeBefore(text: string, at: number): number {
  switch (text.charCodeAt(at - 1)) {
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      if (text.charCodeAt(at - 2) === BACKSLASH) return 2
  }
  return text.charCodeAt(at - 6) === BACKSLASH && BY_NUMBER.test(text.slice(at - 5, at)) ? 6 : 0
}

const BY_NUMBER = /^u[0-9A-Fa-f]{4}$/
