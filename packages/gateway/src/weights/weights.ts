import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A weights file that is not what this version reads. The message names the file, and may be shown. */
class WeightsError extends Error {
  override readonly name: string = 'WeightsError'
}

/** What a weights file holds: a few figures, and arrays by name. */
export interface Weights {
  /** Thresholds, sizes, words: whatever the reader of this kind expects. */
  readonly about: Readonly<Record<string, unknown>>
  readonly arrays: ReadonlyMap<string, Int8Array>
}

/** Which file is meant: another kind, or another version of the same, is refused. */
export interface Kind {
  readonly name: string
  readonly version: number
}

const MAGIC = 'ostiary-weights'

/**
 * Reads a weights file: a line of JSON, a line break, then the arrays one behind the other. The line names the kind and version,
 * the arrays with their lengths in bytes, and the SHA-256 of all bytes behind it.
 *
 * @throws WeightsError where the file is missing, damaged, or of another kind or version
 */
export function readWeights(path: string, kind: Kind): Weights {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    throw new WeightsError(`${path}: the weights of the detector ${kind.name} cannot be read`)
  }
  const end = bytes.indexOf(0x0a)
  const head = end === -1 ? undefined : headOf(bytes.toString('utf8', 0, end))
  if (head === undefined) throw new WeightsError(`${path}: no weights file`)
  if (head.kind !== kind.name || head.version !== kind.version) {
    throw new WeightsError(`${path}: weights of another version: this one reads ${kind.name} ${kind.version}`)
  }
  const body = bytes.subarray(end + 1)
  const length = head.arrays.reduce((sum, one) => sum + one.length, 0)
  if (body.length !== length || createHash('sha256').update(body).digest('hex') !== head.sha256) {
    throw new WeightsError(`${path}: damaged weights`)
  }
  const arrays = new Map<string, Int8Array>()
  let at = 0
  for (const one of head.arrays) {
    arrays.set(one.name, new Int8Array(body.buffer, body.byteOffset + at, one.length))
    at += one.length
  }
  return { about: head.about, arrays }
}

/** The bytes of a weights file, for `readWeights`. */
export function weightsFile(kind: Kind, { about, arrays }: Weights): Buffer {
  const body = Buffer.concat([...arrays.values()].map((one) => Buffer.from(one.buffer, one.byteOffset, one.length)))
  const head = {
    magic: MAGIC,
    kind: kind.name,
    version: kind.version,
    sha256: createHash('sha256').update(body).digest('hex'),
    arrays: [...arrays].map(([name, one]) => ({ name, length: one.length })),
    about,
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])
}

interface Head {
  readonly kind: unknown
  readonly version: unknown
  readonly sha256: unknown
  readonly arrays: readonly { readonly name: string; readonly length: number }[]
  readonly about: Readonly<Record<string, unknown>>
}

function headOf(line: string): Head | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRecord(raw) || raw['magic'] !== MAGIC || !isRecord(raw['about'])) return undefined
  const { arrays } = raw
  if (!Array.isArray(arrays) || !arrays.every(isArrayHead)) return undefined
  return { kind: raw['kind'], version: raw['version'], sha256: raw['sha256'], arrays, about: raw['about'] }
}

function isArrayHead(one: unknown): one is { readonly name: string; readonly length: number } {
  return (
    isRecord(one) &&
    typeof one['name'] === 'string' &&
    Number.isSafeInteger(one['length']) &&
    Number(one['length']) >= 0
  )
}

function isRecord(one: unknown): one is Readonly<Record<string, unknown>> {
  return typeof one === 'object' && one !== null && !Array.isArray(one)
}
