import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readLocated } from '../json/located.js'
import { spliced, splicesOf } from './edits.js'
import { textPlaces } from './numbers.js'
import { see } from './parts.js'
import { field, type Shape, shape, shapesOf } from './shape.js'

const FREE: Shape = shape({}, { open: true, role: 'tool', numeric: true })
const ROOT: Shape = shape({ result: field('text', FREE), count: field('text') })

function seen(json: string) {
  const located = readLocated(Buffer.from(json))
  if (located.kind === 'fault') throw new Error(located.code)
  return see(located, ROOT)
}

const said = (json: string): string[] =>
  seen(json)
    .parts.filter(({ isName }) => !isName)
    .map(({ role, address, text }) => `${role} ${address} ${text}`)

describe('numbers where a string would be seen', () => {
  test('are texts, with the strings, in document order [content.numbers]', () => {
    const json =
      '{"result":{"a":"x","n":[1,[12345678,"y"],{"m":-123456789}, 4.2e9 ,true,null],"z":12345678},"count":12345678}'
    expect(said(json)).toEqual([
      'tool /result/a x',
      'tool /result/n/1/0 12345678',
      'tool /result/n/1/1 y',
      'tool /result/n/2/m -123456789',
      'tool /result/n/3 4200000000',
      'tool /result/z 12345678',
    ])
  })

  test('are not what strings and names hold, however they are written', () => {
    expect(said('{"result":{"12345678":"\\" 12345678, [{","k":[]}}')).toEqual(['tool /result/12345678 " 12345678, [{'])
  })

  test('a fraction is its digits as written, a whole number its digits', () => {
    expect(said('{"result":[0.12345678,4111111111111111.0,4.111111111111111e15,1e300]}')).toEqual([
      'tool /result/0 0.12345678',
      'tool /result/1 4111111111111111',
      'tool /result/2 4111111111111111',
    ])
  })

  test('an edit puts a string there, and leaves the rest as it was', () => {
    const json = '{"result": {"n" : 12345678 , "m":[ 87654321 ]}, "count":12345678}'
    const view = seen(json)
    const index = view.parts.findIndex(({ text }) => text === '87654321')
    const out = spliced(json, splicesOf(view, [{ index, text: '[gone]' }]))
    expect(out.toString()).toBe('{"result": {"n" : 12345678 , "m":[ "[gone]" ]}, "count":12345678}')
  })

  test('of any JSON are found, and each stands where it is said to', () => {
    const numbers = fc.oneof(
      fc.integer({ min: 10_000_000 }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        numbers,
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(true, null, '{"', '\\"', ']'),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 4 }), tie('value'), { maxKeys: 4 }),
      ),
    })).value
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1), (value, space) => {
        const json = JSON.stringify({ result: { value } }, null, space)
        const located = readLocated(Buffer.from(json))
        if (located.kind === 'fault') return
        const places = textPlaces(located, shapesOf(located.containers, ROOT))
        const found = places.filter(({ start }) => json.charAt(start) !== '"')
        for (const { inside, key, start, end } of found) {
          const held = Array.isArray(inside?.value) ? inside.value[Number(key)] : inside?.value[key]
          expect(JSON.parse(json.slice(start, end))).toBe(held)
        }
        const all: number[] = []
        JSON.parse(json, (_key, one) => {
          if (typeof one === 'number') all.push(one)
          return one
        })
        const long = all.filter((one) => wholeDigits(one).length >= 8)
        expect(found).toHaveLength(long.length)
        expect(places.map(({ start }) => start)).toEqual(places.map(({ start }) => start).sort((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })
})

function wholeDigits(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : JSON.stringify(value)
}
