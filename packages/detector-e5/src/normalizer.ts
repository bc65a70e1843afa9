/** A text as the tokenizer reads it, and for each UTF-16 code unit where in the source it comes from. */
export interface Normalized {
  readonly text: string
  readonly starts: Int32Array
  readonly ends: Int32Array
}

export type Normalize = (text: string) => Normalized

/** Longer clusters are read character by character, as in the library that the tokenizer comes from. */
const CLUSTER_BYTES_MAX = 5
const JOINS = /[\p{M}\u200c\u200d]/u
const encoder = new TextEncoder()

/**
 * Reads a compiled map of characters (SentencePiece's: a double-array trie over UTF-8, and the texts that its values point to) and
 * gives what normalizes by it: compatibility forms folded, spaces made one, what nobody sees taken out.
 *
 * @param map as it stands in the tokenizer's file, base64 undone
 */
export function createNormalizer(map: Uint8Array): Normalize {
  const { find } = trieOf(map)
  // What most texts are made of is looked up once.
  const known = new Map<string, string | undefined>()
  const mapped = (cluster: string): string | undefined => {
    if (cluster.length > 2) return find(encoder.encode(cluster))
    if (!known.has(cluster)) {
      if (known.size > 20_000) known.clear()
      known.set(cluster, find(encoder.encode(cluster)))
    }
    return known.get(cluster)
  }
  return (text) => {
    const out = new Growing(text.length)
    for (let at = 0; at < text.length; ) {
      const code = text.charCodeAt(at)
      const next = text.charCodeAt(at + 1)
      // Printable ASCII stands for itself, unless a mark follows.
      if (code >= 0x20 && code < 0x7f && !(next >= 0x300)) {
        out.add(text.charAt(at), at, at + 1)
        at += 1
        continue
      }
      const first = at + sizeAt(text, at)
      const end = clusterEnd(text, at)
      const cluster = text.slice(at, end)
      const whole = end > first && bytesOf(cluster) <= CLUSTER_BYTES_MAX ? mapped(cluster) : undefined
      if (whole !== undefined) {
        out.add(whole, at, end)
        at = end
        continue
      }
      const character = text.slice(at, first)
      out.add(mapped(character) ?? character, at, first)
      at = first
    }
    return out.done()
  }
}

function sizeAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

/** Never far: marks beyond what could be read as one do not count. */
function clusterEnd(text: string, at: number): number {
  let end = at + sizeAt(text, at)
  for (let marks = 0; marks < CLUSTER_BYTES_MAX && end < text.length; marks++) {
    const code = text.codePointAt(end) ?? 0
    if (code < 0x300 || !JOINS.test(String.fromCodePoint(code))) break
    end += code > 0xffff ? 2 : 1
  }
  return end
}

function bytesOf(cluster: string): number {
  return Buffer.byteLength(cluster)
}

class Growing {
  // Joined at the end: looking at the end of a text that grows would copy it each time.
  readonly #parts: string[] = []
  #endsInSpace = false
  #starts: Int32Array
  #ends: Int32Array
  #length = 0

  constructor(capacity: number) {
    this.#starts = new Int32Array(capacity + 16)
    this.#ends = new Int32Array(capacity + 16)
  }

  add(text: string, start: number, end: number): void {
    // Several spaces in a row are one.
    const more = text === ' ' ? (this.#endsInSpace ? '' : text) : text.replace(/ {2,}/g, ' ')
    if (more === '') return
    if (this.#length + more.length > this.#starts.length) this.#grow(more.length)
    for (let i = 0; i < more.length; i++) {
      this.#starts[this.#length] = start
      this.#ends[this.#length] = end
      this.#length += 1
    }
    this.#parts.push(more)
    this.#endsInSpace = more.endsWith(' ')
  }

  #grow(more: number): void {
    const size = this.#starts.length * 2 + more
    const starts = new Int32Array(size)
    const ends = new Int32Array(size)
    starts.set(this.#starts)
    ends.set(this.#ends)
    this.#starts = starts
    this.#ends = ends
  }

  done(): Normalized {
    return { text: this.#parts.join(''), starts: this.#starts, ends: this.#ends }
  }
}

function trieOf(map: Uint8Array): { find(bytes: Uint8Array): string | undefined } {
  const view = new DataView(map.buffer, map.byteOffset, map.byteLength)
  const size = view.byteLength < 4 ? 0 : view.getUint32(0, true)
  if (size === 0 || size % 4 !== 0 || size + 4 > map.length) throw new Error('the map of characters is damaged')
  const units = new Uint32Array(size / 4)
  for (const index of units.keys()) units[index] = view.getUint32(4 + index * 4, true)
  const texts = map.subarray(4 + size)
  const decoder = new TextDecoder()
  const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)

  return {
    /** What the shortest beginning that is in the map stands for. */
    find(bytes) {
      let node = offsetOf(units[0] ?? 0)
      for (const byte of bytes) {
        if (byte === 0) return undefined
        node ^= byte
        const unit = units[node] ?? 0
        if ((unit & 0x8000_00ff) >>> 0 !== byte) return undefined
        node ^= offsetOf(unit)
        if (((unit >>> 8) & 1) === 1) {
          const start = (units[node] ?? 0) & 0x7fff_ffff
          const end = texts.indexOf(0, start)
          return decoder.decode(texts.subarray(start, end === -1 ? texts.length : end))
        }
      }
      return undefined
    },
  }
}
