/** FIPS 180-4 in plain TypeScript: a browser has no synchronous hash, and a verifier should need nobody's word. */

const K = new Uint32Array(64)
const INITIAL = new Uint32Array(8)
fillConstants()

export function sha256(data: Uint8Array): Uint8Array {
  const state = INITIAL.slice()
  const words = new Uint32Array(64)
  const whole = data.length - (data.length % 64)
  for (let at = 0; at < whole; at += 64) compress(state, words, data, at)

  const rest = data.length - whole
  const tail = new Uint8Array(rest < 56 ? 64 : 128)
  tail.set(data.subarray(whole))
  tail[rest] = 0x80
  const view = new DataView(tail.buffer)
  view.setUint32(tail.length - 8, Math.floor(data.length / 0x20000000))
  view.setUint32(tail.length - 4, (data.length << 3) >>> 0)
  for (let at = 0; at < tail.length; at += 64) compress(state, words, tail, at)

  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  for (let i = 0; i < 8; i++) out.setUint32(i * 4, word(state, i))
  return digest
}

function compress(state: Uint32Array, w: Uint32Array, data: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const from = at + i * 4
    w[i] = (byte(data, from) << 24) | (byte(data, from + 1) << 16) | (byte(data, from + 2) << 8) | byte(data, from + 3)
  }
  for (let i = 16; i < 64; i++) {
    const x = word(w, i - 15)
    const y = word(w, i - 2)
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[i] = (word(w, i - 16) + s0 + word(w, i - 7) + s1) | 0
  }
  let a = word(state, 0)
  let b = word(state, 1)
  let c = word(state, 2)
  let d = word(state, 3)
  let e = word(state, 4)
  let f = word(state, 5)
  let g = word(state, 6)
  let h = word(state, 7)
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + word(K, i) + word(w, i)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = word(state, 0) + a
  state[1] = word(state, 1) + b
  state[2] = word(state, 2) + c
  state[3] = word(state, 3) + d
  state[4] = word(state, 4) + e
  state[5] = word(state, 5) + f
  state[6] = word(state, 6) + g
  state[7] = word(state, 7) + h
}

function rotate(x: number, by: number): number {
  return (x >>> by) | (x << (32 - by))
}

function word(words: Uint32Array, at: number): number {
  return words[at] ?? 0
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

/** "the first thirty-two bits of the fractional parts of the cube roots of the first 64 prime numbers", by whole numbers. */
function fillConstants(): void {
  let found = 0
  for (let candidate = 2n; found < 64; candidate++) {
    if (!isPrime(candidate)) continue
    K[found] = Number(root(candidate << 96n, 3n) & 0xffffffffn)
    if (found < 8) INITIAL[found] = Number(root(candidate << 64n, 2n) & 0xffffffffn)
    found++
  }
}

function isPrime(candidate: bigint): boolean {
  for (let divisor = 2n; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0n) return false
  return true
}

function root(of: bigint, degree: bigint): bigint {
  let low = 0n
  let high = 1n << 48n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** degree <= of) low = middle
    else high = middle - 1n
  }
  return low
}
