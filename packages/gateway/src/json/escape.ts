const BACKSLASH = 0x5c
const BRACKET = 0x5b
const ESCAPE = 0x1b
/** So many parameters of a terminal's sequence are looked back over: of colours there are some twenty at the most. */
const PARAMETERS_MAX = 24

/**
 * Length of the escape that ends before `at`; 0 where none does. It is the one of a control character, or of any character by number,
 * in JSON, or a control sequence of a terminal, such as the one for a colour.
 *
 * Texts hold JSON again and again (tool results, arguments), and what commands print: to whoever parses it `\nabc` is the word `abc`,
 * not `nabc`, and on a screen `ESC[32mabc` is the word `abc` in green.
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
  if (text.charCodeAt(at - 6) === BACKSLASH && BY_NUMBER.test(text.slice(at - 5, at))) return 6
  return sequenceBefore(text, at)
}

const BY_NUMBER = /^u[0-9A-Fa-f]{4}$/

/** ECMA-48 section 5.4: ESC and a bracket, parameters, a letter. ESC may be written as strings of programs have it. */
function sequenceBefore(text: string, at: number): number {
  let start = at - 1
  if (!isLetter(text.charCodeAt(start))) return 0
  const lowest = start - PARAMETERS_MAX
  while (start > lowest && isParameter(text.charCodeAt(start - 1))) start--
  start--
  if (text.charCodeAt(start) !== BRACKET) return 0
  if (text.charCodeAt(start - 1) === ESCAPE) return at - start + 1
  const written = ESCAPE_WRITTEN.exec(text.slice(Math.max(0, start - 6), start))
  return written === null ? 0 : at - start + written[0].length
}

const ESCAPE_WRITTEN = /\\(?:u001[bB]|x1[bB]|033|e)$/

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/** Digits and what parts them. */
function isParameter(code: number): boolean {
  return code >= 0x30 && code <= 0x3f
}
