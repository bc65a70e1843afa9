// The lexicon of the tagger: which words are names, places, streets, and which are simply common.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { allLocales } from '@faker-js/faker'
import * as bits from '../../packages/gateway/dist/adapters/detector-names/lexicon.js'
import { STARTS } from '../../packages/gateway/dist/adapters/detector-names/starts.js'
import { KNOWN_PEOPLE } from './known.mjs'
import { CUES, FAMOUS, PARTICLES, STREETS, THINGS, TITLES, TOYS, UNITS } from './words.mjs'

const RANKS = new URL('../../node_modules/gpt-tokenizer/data/o200k_base.tiktoken', import.meta.url)
const PEOPLE = new URL('../lists/people.txt.gz', import.meta.url)

const flat = (value) =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : Object.values(value).flatMap(flat)
const words = (text) => text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []

/** Words by small letters, each with what it is. */
export function lexiconWords() {
  const kinds = new Map()
  const add = (word, bit) => kinds.set(word, (kinds.get(word) ?? 0) | bit)
  const addAll = (texts, bit) => {
    for (const text of texts) for (const word of words(String(text))) if (word.length > 1) add(word, bit)
  }
  for (const [code, { person, location, company }] of Object.entries(allLocales)) {
    if (code === 'en_BORK' || code === 'dv') continue
    addAll(flat(person?.first_name), bits.FIRST)
    addAll(flat(person?.last_name), bits.LAST)
    for (const key of ['city_name', 'state', 'country', 'county']) {
      for (const text of flat(location?.[key])) {
        for (const word of words(String(text))) if (word.length > 2) add(word, bits.PLACE)
      }
    }
    addAll(flat(company?.legal_entity_type), bits.THING)
  }
  const people = gunzipSync(readFileSync(PEOPLE)).toString('utf8').split('\n\n')
  for (const part of people) {
    const [kind, ...names] = part.split('\n')
    addAll(names, { first: bits.FIRST, last: bits.LAST, rare: bits.RARE }[kind])
  }
  for (const one of allLocales.en.science?.chemical_element ?? []) addAll([one.name], bits.THING)
  addCommon(add)
  // What is a word of another kind is no name by the lists' say-so.
  for (const [wordsOf, bit] of [
    [STREETS, bits.STREET],
    [UNITS, bits.UNIT],
    [TITLES, bits.TITLE],
    [PARTICLES, bits.PARTICLE],
    [THINGS, bits.THING],
    [FAMOUS, bits.FAMOUS],
    [CUES, bits.CUE],
    [TOYS, bits.TOY],
    [STARTS, bits.START],
  ]) {
    for (const word of wordsOf) add(word, bit)
  }
  for (const name of KNOWN_PEOPLE) if (/^\S+ \S+$/.test(name)) add(name, bits.FAMOUS)
  for (const [word, kind] of kinds) {
    let one = kind
    // Who is in a list of names is in the long list too; what is a thing or a street is known with a capital anyhow.
    if ((one & (bits.FIRST | bits.LAST)) !== 0) one &= ~bits.RARE
    if ((one & (bits.THING | bits.STREET | bits.UNIT | bits.TITLE | bits.FAMOUS)) !== 0) one &= ~bits.CAPITALISED
    // A name that is first of all a common word.
    if (((one >>> bits.COMMON_SHIFT) & 3) === 3) one &= ~(bits.RARE | bits.PLACE)
    // Hardly common, and nothing else: the table is for what tells something.
    if (one === 0 || one === 1 << bits.COMMON_SHIFT) kinds.delete(word)
    else kinds.set(word, one)
  }
  return kinds
}

/** How common words are, from the order of a tokenizer's vocabulary: what is common in text has an early place in it. */
function addCommon(add) {
  const small = new Map()
  const capital = new Map()
  readFileSync(RANKS, 'utf8')
    .split('\n')
    .forEach((line, rank) => {
      const token = Buffer.from(line.split(' ')[0] ?? '', 'base64').toString('utf8')
      const parts = /^ (\p{L}+)$/u.exec(token)
      if (parts === null) return
      const word = parts[1]
      const lower = word.toLowerCase()
      if (word === lower) small.set(word, rank)
      else if (/^\p{Lu}\p{Ll}+$/u.test(word)) capital.set(lower, rank)
    })
  for (const [word, rank] of small) {
    const asCapital = capital.get(word)
    if (asCapital !== undefined && rank > 4 * asCapital) continue
    add(word, (rank < 15_000 ? 3 : rank < 50_000 ? 2 : 1) << bits.COMMON_SHIFT)
  }
  for (const [word, rank] of capital) if (!(small.get(word) <= 4 * rank)) add(word, bits.CAPITALISED)
}
