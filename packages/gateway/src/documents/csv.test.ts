import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endless, inPieces } from '../../test/pieces.js'
import { csvRecords } from './csv.js'
import { decoded } from './decoded.js'
import { INGEST_LIMITS } from './limits.js'

const SMALL = { recordCharacters: 1000, records: 5, columns: 4 }

/** The records, and the refusal that ended them. */
async function read(
  text: string | Uint8Array | AsyncIterable<Uint8Array>,
  limits = INGEST_LIMITS,
  cuts: readonly number[] = [],
): Promise<readonly (readonly string[] | string)[]> {
  const bytes = typeof text === 'string' || text instanceof Uint8Array ? inPieces(text, cuts) : text
  const all: (readonly string[] | string)[] = []
  for await (const step of csvRecords(decoded(bytes), limits)) {
    all.push(step.kind === 'refuse' ? step.message : step.value.fields)
  }
  return all
}

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`

describe('CSV', () => {
  it.each([
    [
      'lines of LF',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'lines of CR LF, the last without',
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['a byte order mark', '\ufeffa,b\n', [['a', 'b']]],
    [
      'empty fields',
      ',\n"",\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['an empty line of one column', 'a\n\nb\n', [['a'], [''], ['b']]],
    ['quotes, commas and lines in quotes', '"a ""b"", c","d\r\ne"\n', [['a "b", c', 'd\r\ne']]],
    [
      'what a spreadsheet would run',
      '=1+1,@SUM(A1)\n"=cmd|\'/c calc\'!A0",-2\n',
      [
        ['=1+1', '@SUM(A1)'],
        ["=cmd|'/c calc'!A0", '-2'],
      ],
    ],
    ['blanks', ' a , b \n', [[' a ', ' b ']]],
    ['nothing', '', []],
  ])('is read: %s', async (_, text, due) => {
    expect(await read(text)).toEqual(due)
  })

  it.each([
    ['a quote within a field', 'a\nb"c\n', 'line 2: a quote stands in a field that does not begin with one'],
    [
      'text after a quote',
      'a\n"b"c\n',
      'line 2: after the quote that ends a field stands neither a comma nor the end of the line',
    ],
    ['a field without an end', 'a\n"b\n\n', 'line 2: a field that begins with a quote does not end'],
    ['a CR alone', 'a\rb\n', 'line 1: there is a CR that no LF follows'],
    ['a CR at the end', 'a\n\r', 'line 2: there is a CR that no LF follows'],
    [
      'more fields than the first',
      'a,b\n"1\n",2\n1,2,3\n',
      'line 4: it has another number of fields than the first, 2',
    ],
    ['fewer fields than the first', 'a,b\n1\n', 'line 2: it has another number of fields than the first, 2'],
    ['too many records', 'a\n'.repeat(6), 'line 6: there are more than 5 records'],
    ['too many columns', 'a,a,a,a,a\n', 'line 1: it has more than 4 fields'],
    ['too long a record', `a\n${'b'.repeat(1001)}\n`, 'line 2: it is longer than 1000 characters'],
  ])('is refused with its place: %s', async (_, text, due) => {
    expect((await read(text, SMALL)).at(-1)).toBe(due)
  })

  it('is refused where it is not UTF-8, after what is', async () => {
    const bytes = Buffer.concat([Buffer.from('a\nb\n'), Buffer.from([0xc3, 0x28])])
    expect(await read(bytes, SMALL, [4])).toEqual([['a'], ['b'], 'after line 3: the text is not UTF-8'])
    expect(await read(Buffer.from('a\n\xe9b', 'latin1'))).toEqual(['after line 1: the text is not UTF-8'])
    expect(await read(Buffer.from('a\né').subarray(0, 3))).toEqual([['a'], 'after line 2: the text is not UTF-8'])
  })

  it.each([
    ['quotes', '"'.repeat(65_536), '"'],
    ['one field', 'x'.repeat(65_536), ''],
    ['one field in quotes', 'x\n'.repeat(32_768), '"'],
    ['columns', ','.repeat(65_536), ''],
  ])('is refused soon where it is a bomb of %s', async (_, piece, before) => {
    const { bytes, taken } = endless(piece, before)
    const [refusal, ...others] = await read(bytes)
    expect(refusal).toMatch(/^line 1: it (is longer|has more) than/)
    expect(others).toEqual([])
    expect(taken()).toBeLessThanOrEqual(INGEST_LIMITS.recordCharacters + 2 * 65_536)
  })

  it('gives what was written, wherever it is cut', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '🔑', '='), maxLength: 8 })
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      )
    await fc.assert(
      fc.asyncProperty(table, fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 60 }), async (records, cuts) => {
        const text = records.map((fields) => `${fields.map(quoted).join(',')}\r\n`).join('')
        expect(await read(text, INGEST_LIMITS, cuts)).toEqual(records)
      }),
    )
  })
})
