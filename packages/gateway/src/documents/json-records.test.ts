import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endless, inPieces } from '../../test/pieces.js'
import { decoded } from './decoded.js'
import { jsonRecords } from './json-records.js'
import { INGEST_LIMITS } from './limits.js'

const SMALL = { recordCharacters: 100, records: 3, columns: 4 }

async function read(
  text: string | AsyncIterable<Uint8Array>,
  limits = INGEST_LIMITS,
  cuts: readonly number[] = [],
): Promise<readonly unknown[]> {
  const all: unknown[] = []
  for await (const step of jsonRecords(decoded(typeof text === 'string' ? inPieces(text, cuts) : text), limits)) {
    all.push(step.kind === 'refuse' ? step.message : { ...step.value.value })
  }
  return all
}

describe('records of JSON', () => {
  it.each([
    ['one object', '{"a":1}'],
    ['an array', '[{"a":1}]'],
    ['an array with blanks', ' [\n {"a" : 1}\n ]\r\n'],
    ['one a line', '{"a":1}\n'],
    ['a byte order mark', '\ufeff{"a":1}'],
  ])('are read: %s', async (_, text) => {
    expect(await read(text)).toEqual([{ a: 1 }])
  })

  it('are none in an empty array', async () => {
    expect(await read('[]')).toEqual([])
    expect(await read(' [ ] ')).toEqual([])
  })

  it.each([
    ['nothing', '', 'at the end: there is neither an array nor an object'],
    ['a text', '"a"', 'after record 0: something stands there that is no object'],
    ['an array of texts', '[{},"a"]', 'after record 1: something stands there that is no object'],
    ['an array within an array', '[[{}]]', 'after record 0: something stands there that is no object'],
    ['a comma too many', '[{},]', 'after record 1: something stands there that is no object'],
    ['a comma too few', '[{} {}]', 'after record 1: something stands there that is no object'],
    ['a comma between lines', '{},\n{}', 'after record 1: something stands there that is no object'],
    ['something after the array', '[{}] {}', 'after record 1: something stands there that is no object'],
    ['an array without an end', '[{}', 'after record 1: the array does not end'],
    ['an object without an end', '{}\n{"a":"}"', 'record 2: it does not end'],
    ['brackets that do not match', '{"a":[}]}', 'record 1: it is no JSON that is read here:'],
    ['a member twice', '{"a":1,"a":2}', 'record 1: it is no JSON that is read here:'],
    ['a lone half of a character', '{"a":"\\ud800"}', 'record 1: it is no JSON that is read here:'],
    ['a long record', `{}{"a":"${'x'.repeat(100)}"}`, 'record 2: it is longer than 100 characters'],
    ['very many records', '{}{}{}{}', 'record 4: there are more than 3 records'],
    ['very deep', `{"a":${'['.repeat(20)}${']'.repeat(20)}}`, 'record 1: it is no JSON that is read here:'],
  ])('are refused with their place: %s', async (_, text, due) => {
    const last = (await read(text, SMALL)).at(-1)
    expect(String(last).startsWith(due)).toBe(true)
    expect(String(last)).not.toContain('xxx')
  })

  it.each([
    ['brackets', '['.repeat(65_536), '{"a":'],
    ['backslashes', '\\'.repeat(65_536), '{"a":"'],
    ['one text', 'x'.repeat(65_536), '{"a":"'],
  ])('are refused soon where there is a bomb of %s', async (_, piece, before) => {
    const { bytes, taken } = endless(piece, before)
    expect(await read(bytes)).toEqual([`record 1: it is longer than ${INGEST_LIMITS.recordCharacters} characters`])
    expect(taken()).toBeLessThanOrEqual(INGEST_LIMITS.recordCharacters + 2 * 65_536)
  })

  it('are what was written, wherever they are cut, one a line or in an array', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', '\n', 'é', '🔑'),
      maxLength: 8,
    })
    const records = fc.array(fc.record({ a: text, b: fc.array(text, { maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 5,
    })
    const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(records, cuts, fc.boolean(), async (all, where, pretty) => {
        const written = pretty ? JSON.stringify(all, undefined, 2) : all.map((one) => JSON.stringify(one)).join('\n')
        expect(await read(written, INGEST_LIMITS, where)).toEqual(all)
      }),
    )
  })
})
