import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ShownColumn } from '../pipeline/reads/call.js'
import type { CellKind, PackedPiece, PackedRows } from '../spec/index.js'
import { AnswerBytes } from './answer-bytes.js'
import { writeRows } from './rows-json.js'

const FRAMES = [
  { between: ',', behind: '' },
  { between: '', behind: '\n' },
]
const GAP = 7

type Wire = string | null

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constant('a"b\\\n'),
)
const CELLS: Readonly<Record<CellKind, fc.Arbitrary<string>>> = {
  text,
  number: fc.oneof(fc.integer().map(String), fc.constantFrom('1.5e-07', 'NaN', 'Infinity', '-Infinity')),
  boolean: fc.constantFrom('t', 'f'),
  json: fc.json().chain((json) => fc.constantFrom(json, `${json}\r\n`, `\n ${json}`)),
}

const results = fc
  .array(fc.constantFrom<CellKind>('text', 'number', 'boolean', 'json'), { maxLength: 6 })
  .chain((kinds) => {
    const row = fc.tuple(...kinds.map((kind) => fc.option(CELLS[kind])))
    const kept = fc.tuple(...kinds.map(() => fc.boolean()))
    return fc.record({ kinds: fc.constant(kinds), kept, rows: fc.array(row, { maxLength: 8 }), cut: fc.nat(8) })
  })

function bytesOf(rows: readonly (readonly Wire[])[]): Buffer {
  const parts = rows.flatMap((row) => [
    Buffer.alloc(GAP, 0xee),
    ...row.flatMap((cell) => {
      const length = Buffer.alloc(4)
      const bytes = Buffer.from(cell ?? '')
      length.writeInt32BE(cell === null ? -1 : bytes.length)
      return cell === null ? [length] : [length, bytes]
    }),
  ])
  return Buffer.concat(parts)
}

/** In pieces that do not begin where their memory does. */
function pieceOf(rows: readonly (readonly Wire[])[]): PackedPiece {
  const bytes = Buffer.concat([Buffer.from('before'), bytesOf(rows), Buffer.from('behind')])
  return { bytes, start: 6, end: bytes.length - 6, count: rows.length }
}

function columnOf(cells: CellKind): ShownColumn {
  return { name: 'c', type: 't', cells, classification: { level: 'internal', categories: [] }, isChanged: false }
}

function written(rows: Parameters<typeof writeRows>[1], columns: readonly ShownColumn[], frame: number): string {
  const into = new AnswerBytes()
  into.write('{')
  const how = FRAMES[frame]
  if (how === undefined) throw new Error('no such frame')
  writeRows(into, rows, columns, how, true)
  return into.taken().toString()
}

/** As the adapter makes JSON of what PostgreSQL writes otherwise. */
function cellOf(cell: Wire, kind: CellKind | undefined): Wire {
  if (cell === null) return null
  if (kind === 'boolean') return cell === 't' ? 'true' : 'false'
  return kind === 'number' && /[aI]/.test(cell) ? `"${cell}"` : cell
}

describe('rows in an answer', () => {
  it('are the same from the bytes of the database as from texts', () => {
    fc.assert(
      fc.property(results, fc.nat(1), ({ kinds, kept, rows, cut }, frame) => {
        const columns = kinds.filter((_, at) => kept[at]).map(columnOf)
        let shown = 0
        const packed: PackedRows = {
          count: rows.length,
          gap: GAP,
          places: kinds.map((_, at) => (kept[at] === true ? shown++ : -1)),
          pieces: [rows.slice(0, cut), rows.slice(cut)].filter((some) => some.length > 0).map(pieceOf),
        }
        const texts = rows.map((row) =>
          row.map((cell, at) => cellOf(cell, kinds[at])).filter((_, at) => kept[at] === true),
        )
        expect(written(packed, columns, frame)).toBe(written(texts, columns, frame))
      }),
      { numRuns: 1000 },
    )
  })

  it('are JSON, with as many bytes as they need', () => {
    const rows = Array.from({ length: 500 }, (_, at) => [`${'\u0001'.repeat(200)}ž`, String(at), null])
    const columns = ['text', 'number', 'boolean'] as const
    const packed = { count: rows.length, gap: GAP, places: [0, 1, 2], pieces: [pieceOf(rows)] }
    const said = JSON.parse(`[${written(packed, columns.map(columnOf), 0).slice(1)}]`)
    expect(said).toEqual(rows.map(([first, second]) => [first, Number(second), null]))
  })

  it('are none where there are none', () => {
    expect(written({ count: 0, gap: GAP, places: [], pieces: [] }, [], 0)).toBe('{')
  })
})
