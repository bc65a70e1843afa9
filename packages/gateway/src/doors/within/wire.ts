import { isJsonObject, parseStrictJson } from '../../json/strict.js'

export const EMBEDDINGS_PATH = '/v1/embeddings'

const LIMITS = { maxDepth: 8, maxBytes: 32 * 1024 * 1024 }
/** The longest vectors of today's models are a quarter of this. */
const LENGTH_MAX = 16_384

/** The body of `POST /v1/embeddings`. */
export function embeddingsBody(model: string, texts: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify({ model, input: texts }))
}

/** The vectors of an answer, in the order of the texts; undefined where it does not have one for each, with a direction. */
export function vectorsIn(body: Buffer, count: number): readonly Float32Array[] | undefined {
  const read = parseStrictJson(body, LIMITS)
  const data = read.kind === 'value' && isJsonObject(read.value) ? read.value['data'] : undefined
  if (!Array.isArray(data) || data.length !== count) return undefined
  const vectors = new Map<number, Float32Array>()
  for (const [place, one] of data.entries()) {
    if (!isJsonObject(one)) return undefined
    const { embedding, index = place } = one
    const vector = vectorOf(embedding)
    if (vector === undefined || typeof index !== 'number') return undefined
    vectors.set(index, vector)
  }
  const ordered = data.flatMap((_, index) => vectors.get(index) ?? [])
  return ordered.length === count ? ordered : undefined
}

function vectorOf(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > LENGTH_MAX) return undefined
  if (!value.every((part) => typeof part === 'number')) return undefined
  const vector = Float32Array.from(value)
  // What no float of this size holds has become infinite.
  const greatest = vector.reduce((most, part) => Math.max(most, Math.abs(part)), 0)
  return greatest > 0 && greatest < Number.POSITIVE_INFINITY ? vector : undefined
}
