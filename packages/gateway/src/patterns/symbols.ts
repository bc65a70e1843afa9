/** How many bits tell symbols apart. */
export const BITS = 5
export const SYMBOLS: number = 1 << BITS

/** What is not ASCII, all of it. */
export const BEYOND: number = SYMBOLS - 1
const OTHER = SYMBOLS - 2
const DIGIT = 27
const KINDS: readonly string[] = ['-_\x7f', '/\\|:.']

/**
 * What a character of ASCII counts as: small and capital letters are one, all digits are, and so is what separates words. As with
 * letters, all from 0x60 on counts as what lies 0x20 before it.
 */
export const SYMBOL_OF: Uint8Array = Uint8Array.from({ length: 0x80 }, (_, code) => {
  const one = String.fromCharCode(code)
  if (one <= ' ') return 0
  if (/[a-z]/i.test(one)) return one.toLowerCase().charCodeAt(0) - 0x60
  if (/[0-9]/.test(one)) return DIGIT
  const kind = KINDS.findIndex((some) => some.includes(one))
  return kind === -1 ? OTHER : DIGIT + 1 + kind
})

/** 1 for what keys, tokens and digests are made of: letters, digits, and what stands between them in paths and encodings. */
export const IN_RUN: Uint8Array = new Uint8Array(0x80)
for (const one of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=.~%-') {
  IN_RUN[one.charCodeAt(0)] = 1
}
