import { setImmediate as nextTurn } from 'node:timers/promises'
import { bytes, column, type Database } from '../../databases/sqlite.js'
import { keptText } from '../../retrieval/kept.js'
import { passagesOf } from '../../retrieval/passages.js'
import { type Document, type Embedding, NotEmbedded, proceed, refuse } from '../../spec/index.js'
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

/** A direction in a quarter of the bytes: what is lost is far below what distinguishes two texts. Throws where it is none. */
function keptVector(model: string, vector: Float32Array): Vector {
  const greatest = vector.reduce((most, part) => Math.max(most, Math.abs(part)), 0)
  if (!(greatest > 0 && greatest < Number.POSITIVE_INFINITY)) throw new Error('a vector of a text has no direction')
  const parts = Int8Array.from(vector, (part) => Math.round((part / greatest) * STEPS))
  return { model, bytes: new Uint8Array(parts.buffer) }
}

const NOT_AS_MANY = refuse('upstream_failed', 'there are not as many vectors as texts')
/** Of a title as it stands before each passage: models take short texts. */
const TITLE_CHARACTERS = 400

/**
 * Of the passages of each document, with its title, in their order. Throws where they cannot be made: a document that was put
 * without them would be found by its words alone, and nobody would know.
 */
export async function vectorsOf(
  embedding: Embedding,
  documents: readonly Document[],
): Promise<readonly (readonly (Vector | undefined)[])[]> {
  const { model } = embedding
  const texts = documents.map(({ title, text }) => {
    const before = keptText(title).slice(0, TITLE_CHARACTERS)
    return passagesOf(keptText(text)).map((one) => `${before}\n${one}`.trim())
  })
  // A provider takes no empty text.
  const asked = texts.flat().filter((text) => text !== '')
  const made = asked.length === 0 ? proceed([]) : await embedding.embed(asked)
  if (made.kind === 'refuse') throw new NotEmbedded(made)
  if (made.value.length !== asked.length) throw new NotEmbedded(NOT_AS_MANY)
  const vectors = made.value.map((vector) => keptVector(model, vector)).values()
  return texts.map((passages) => passages.map((text) => (text === '' ? undefined : vectors.next().value)))
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
