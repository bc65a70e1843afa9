import { setImmediate as nextTurn } from 'node:timers/promises'
import { bytes, column, type Database } from '../../databases/sqlite.js'
import { embeddedOf } from '../../retrieval/embedded.js'
import type { Document, Embedding } from '../../spec/index.js'
import { numbersOfAudience } from './number.js'
import type { PassageList } from './ranking.js'

/** A vector as it is kept. */
export interface Vector {
  readonly model: string
  /** Each part as a whole number from -127 to 127, the greatest of them one of these. */
  readonly bytes: Uint8Array
}

const STEPS = 127
/** Read in one turn of the event loop. */
const PAGE = 1000

/** A direction in a quarter of the bytes: what is lost is far below what distinguishes two texts. */
function keptVector(model: string, direction: Float32Array): Vector {
  const parts = Int8Array.from(direction, (part) => Math.round(part * STEPS))
  return { model, bytes: new Uint8Array(parts.buffer) }
}

/** Of the passages of each document, in their order. Rejects with `NotEmbedded` where they cannot be made. */
export async function vectorsOf(
  embedding: Embedding,
  documents: readonly Document[],
): Promise<readonly (readonly (Vector | undefined)[])[]> {
  // Before they are asked for: what the model is called may change meanwhile.
  const { model } = embedding
  const made = await embeddedOf(embedding, documents)
  return made.map((passages) => passages.map((one) => one && keptVector(model, one)))
}

/** All passages of these audiences whose vectors are of the model, by number, with the cosine of the angle to a vector. */
export function createNearness(
  database: Database,
): (vector: Float32Array, model: string, audiences: ReadonlySet<number>, check: () => void) => Promise<PassageList> {
  const page = database.prepare(
    `select number, vector from vectors where number between ? and ? and model = ? order by number limit ${PAGE}`,
  )
  return async (vector, model, audiences, check) => {
    const numbers: number[] = []
    const values: number[] = []
    let read = 0
    for (const audience of [...audiences].sort((one, other) => one - other)) {
      const { first, last } = numbersOfAudience(audience)
      for (let from = first; ; ) {
        const rows = page.all(from, last, model)
        for (const row of rows) {
          const value = cosine(vector, bytes(row, 'vector'))
          if (value === undefined) continue
          numbers.push(Number(column(row, 'number')))
          values.push(value)
        }
        read += rows.length
        if (read >= PAGE) {
          await nextTurn()
          check()
          read = 0
        }
        if (rows.length < PAGE) break
        from = Number(column(rows.at(-1), 'number')) + 1
      }
    }
    return { numbers, values }
  }
}

/** Undefined where they cannot be compared. */
function cosine(vector: Float32Array, kept: Buffer | undefined): number | undefined {
  if (kept === undefined || kept.length !== vector.length) return undefined
  const parts = new Int8Array(kept.buffer, kept.byteOffset, kept.length)
  let product = 0
  let one = 0
  let other = 0
  for (let at = 0; at < parts.length; at += 1) {
    const here = vector[at] ?? 0
    const there = parts[at] ?? 0
    product += here * there
    one += here * here
    other += there * there
  }
  const lengths = Math.sqrt(one * other)
  return lengths > 0 && Number.isFinite(lengths) ? product / lengths : undefined
}
