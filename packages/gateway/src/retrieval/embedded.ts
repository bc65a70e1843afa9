import { type Document, type Embedding, NotEmbedded, proceed, refuse } from '../spec/index.js'
import { keptText } from './kept.js'
import { passagesOf } from './passages.js'

/** Of a title as it stands before each passage: models take short texts. */
const TITLE_CHARACTERS = 400

/**
 * A direction for each passage of each document, with its title, in their order; undefined for one without a text. Rejects with
 * `NotEmbedded` where they cannot be made: a document that was put without them would be found by its words alone, and nobody
 * would know.
 *
 * @param lengthMax of a vector, where the index keeps no longer ones
 */
export async function embeddedOf(
  embedding: Embedding,
  documents: readonly Document[],
  lengthMax: number = Number.POSITIVE_INFINITY,
): Promise<readonly (readonly (Float32Array | undefined)[])[]> {
  const texts = documents.map(({ title, text }) => {
    const before = keptText(title).slice(0, TITLE_CHARACTERS)
    return passagesOf(keptText(text)).map((one) => `${before}\n${one}`.trim())
  })
  // A provider takes no empty text.
  const asked = texts.flat().filter((text) => text !== '')
  const made = asked.length === 0 ? proceed([]) : await embedding.embed(asked)
  if (made.kind === 'refuse') throw new NotEmbedded(made)
  const directions = directionsOf(made.value, asked.length, lengthMax).values()
  return texts.map((passages) => passages.map((text) => (text === '' ? undefined : directions.next().value)))
}

function directionsOf(vectors: readonly Float32Array[], count: number, lengthMax: number): readonly Float32Array[] {
  if (vectors.length !== count) throw notEmbedded(`It made ${vectors.length} vectors of ${count} texts.`)
  const length = vectors[0]?.length ?? 0
  if (length > lengthMax)
    throw notEmbedded(`It made vectors of ${length} numbers, and of at most ${lengthMax} they are kept.`)
  return vectors.map((one) => {
    if (one.length !== length) throw notEmbedded(`It made vectors of ${length} and of ${one.length} numbers.`)
    const direction = directionOf(one)
    if (direction === undefined) throw notEmbedded('It made a vector that has no direction.')
    return direction
  })
}

function notEmbedded(message: string): NotEmbedded {
  return new NotEmbedded(refuse('upstream_failed', 'embeddings: what was made is not what was asked for', { message }))
}

/**
 * A vector of the same direction whose greatest part is 1 or -1, so that no arithmetic with it is lost in what is too great or too
 * small. Undefined where it has no direction: all is 0, or one part is no number.
 */
export function directionOf(vector: Float32Array): Float32Array | undefined {
  const greatest = vector.reduce((most, part) => Math.max(most, Math.abs(part)), 0)
  if (!(greatest > 0 && greatest < Number.POSITIVE_INFINITY)) return undefined
  return vector.map((part) => part / greatest)
}
