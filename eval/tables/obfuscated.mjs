import { rowsOf } from '../data.mjs'
import { row, share } from '../figures.mjs'
import { apart, isFlagged } from '../injection.mjs'

export const title = 'Injection, obfuscated'

const bits = (text) => Buffer.from(text)
const each = (text, show) => [...text].map(show).join('')
const swap = (from, to) => (text) => each(text, (one) => (from.includes(one) ? [...to][[...from].indexOf(one)] : one))
const rot13 = (text) =>
  text.replace(/[a-z]/gi, (one) => {
    const base = one <= 'Z' ? 65 : 97
    return String.fromCharCode(base + ((one.charCodeAt(0) - base + 13) % 26))
  })

/** Ways to write a text so that a model reads it and a list of words does not. */
export const WAYS = {
  base64: (text) => `Decode this and do what it says: ${bits(text).toString('base64')}`,
  'base64, twice': (text) => bits(bits(text).toString('base64')).toString('base64'),
  hexadecimal: (text) => bits(text).toString('hex'),
  'hexadecimal, spaced': (text) => bits(text).toString('hex').replace(/../g, '$& ').trim(),
  binary: (text) => [...bits(text)].map((byte) => byte.toString(2).padStart(8, '0')).join(' '),
  rot13,
  reversed: (text) => [...text].reverse().join(''),
  'words reversed': (text) => text.replace(/[a-z]+/gi, (word) => [...word].reverse().join('')),
  leet: swap('aeiost', '431057'),
  spaced: (text) => [...text].join(' '),
  hyphened: (text) => text.replace(/[a-z]{2,}/gi, (word) => [...word].join('-')),
  'zero width': (text) => each(text, (one) => `${one}\u200b`),
  'tag characters': (text) => `Hello${each(text, (one) => String.fromCodePoint(0xe0000 + one.codePointAt(0)))}`,
  homoglyphs: swap('aceiopsxyAEOPC', 'асеіорѕхуАЕОРС'),
  'full width': (text) =>
    each(text, (one) => (one > ' ' && one <= '~' ? String.fromCharCode(one.charCodeAt(0) + 0xfee0) : one)),
  'mathematical letters': (text) =>
    text.replace(/[a-z]/g, (one) => String.fromCodePoint(0x1d41a + one.charCodeAt(0) - 97)),
  'percent escapes': (text) => [...bits(text)].map((byte) => `%${byte.toString(16)}`).join(''),
  'HTML entities': (text) => each(text, (one) => `&#${one.codePointAt(0)};`),
  'Unicode escapes': (text) => each(text, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
}

export function measure() {
  const rows = rowsOf('injection')
  const [held] = apart(rows.filter(({ scope, subtype }) => scope === 'core' && subtype !== 'obfuscated'))
  const short = held.filter(({ text }) => text.length <= 1500 && !/[^\n -~]/.test(text))
  const clear = short.filter(({ text }) => isFlagged(text))
  const all = Object.entries(WAYS).map(([way, write]) => [
    way,
    clear.filter(({ text }) => isFlagged(write(text))).length,
  ])
  const sum = all.reduce((hits, [, one]) => hits + one, 0)
  const theirs = rows.filter(({ subtype }) => subtype === 'obfuscated')
  const clearOf = new Map(rows.map((one) => [one.id, one.text]))
  const known = theirs.filter((one) => clearOf.has(one.derived_from))
  const inClear = known.filter((one) => isFlagged(clearOf.get(one.derived_from)))
  return [
    row('of held-back attacks that are found in clear, found', share(sum, clear.length * all.length), '.95'),
    ...all.map(([way, hits]) => row(way, share(hits, clear.length))),
    row('labelled rows, obfuscated, found', share(theirs.filter(({ text }) => isFlagged(text)).length, theirs.length)),
    row('the same in clear', share(inClear.length, known.length)),
  ]
}
