/** Keccak-256 as Ethereum uses it: with the padding from before FIPS 202, so it is not what `node:crypto` calls `sha3-256`. */
export function keccak256(message: Uint8Array): Uint8Array {
  const state = new Uint32Array(50)
  const blocks = Math.floor(message.length / RATE) + 1
  const padded = new Uint8Array(blocks * RATE)
  padded.set(message)
  padded[message.length] = 0x01
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) | 0x80
  const words = new DataView(padded.buffer)
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < RATE / 4; i++) {
      state[i] = (state[i] ?? 0) ^ words.getUint32(block * RATE + i * 4, true)
    }
    permute(state)
  }
  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  for (let i = 0; i < 8; i++) out.setUint32(i * 4, state[i] ?? 0, true)
  return digest
}

/** Bytes of a block: 1600 bits of state less twice the digest's 256. */
const RATE = 136

/** FIPS 202 section 3.2.5: the round constants, low and high halves. */
const ROUNDS: readonly (readonly [number, number])[] = [
  [0x00000001, 0x00000000],
  [0x00008082, 0x00000000],
  [0x0000808a, 0x80000000],
  [0x80008000, 0x80000000],
  [0x0000808b, 0x00000000],
  [0x80000001, 0x00000000],
  [0x80008081, 0x80000000],
  [0x00008009, 0x80000000],
  [0x0000008a, 0x00000000],
  [0x00000088, 0x00000000],
  [0x80008009, 0x00000000],
  [0x8000000a, 0x00000000],
  [0x8000808b, 0x00000000],
  [0x0000008b, 0x80000000],
  [0x00008089, 0x80000000],
  [0x00008003, 0x80000000],
  [0x00008002, 0x80000000],
  [0x00000080, 0x80000000],
  [0x0000800a, 0x00000000],
  [0x8000000a, 0x80000000],
  [0x80008081, 0x80000000],
  [0x00008080, 0x80000000],
  [0x80000001, 0x00000000],
  [0x80008008, 0x80000000],
]

/** Sections 3.2.2 and 3.2.3: along the path that pi takes, the lane that comes next and by how much it is rotated. */
const LANES: Uint8Array = Uint8Array.of(
  10,
  7,
  11,
  17,
  18,
  3,
  5,
  16,
  8,
  21,
  24,
  4,
  15,
  23,
  19,
  13,
  12,
  2,
  20,
  14,
  22,
  9,
  6,
  1,
)
const TURNS: Uint8Array = Uint8Array.of(
  1,
  3,
  6,
  10,
  15,
  21,
  28,
  36,
  45,
  55,
  2,
  14,
  27,
  41,
  56,
  8,
  25,
  43,
  62,
  18,
  39,
  61,
  20,
  44,
)

const PARITY: Uint32Array = new Uint32Array(10)
const ROW: Uint32Array = new Uint32Array(10)

/** Keccak-f[1600] over 25 lanes, each two words of 32 bits, the low one first. */
function permute(state: Uint32Array): void {
  for (const [low, high] of ROUNDS) {
    for (let i = 0; i < 10; i++)
      PARITY[i] =
        (state[i] as number) ^
        (state[i + 10] as number) ^
        (state[i + 20] as number) ^
        (state[i + 30] as number) ^
        (state[i + 40] as number)
    for (let x = 0; x < 10; x += 2) {
      const left = x === 0 ? 8 : x - 2
      const right = x === 8 ? 0 : x + 2
      const l = (PARITY[left] as number) ^ (((PARITY[right] as number) << 1) | ((PARITY[right + 1] as number) >>> 31))
      const h =
        (PARITY[left + 1] as number) ^ (((PARITY[right + 1] as number) << 1) | ((PARITY[right] as number) >>> 31))
      for (let y = x; y < 50; y += 10) {
        state[y] = (state[y] as number) ^ l
        state[y + 1] = (state[y + 1] as number) ^ h
      }
    }
    let l = state[2] as number
    let h = state[3] as number
    for (let i = 0; i < 24; i++) {
      const lane = (LANES[i] as number) * 2
      const nextLow = state[lane] as number
      const nextHigh = state[lane + 1] as number
      const turn = TURNS[i] as number
      const by = turn & 31
      // A rotation by 32 and more swaps the halves first; none of them is by 0 or 32.
      const a = turn < 32 ? l : h
      const b = turn < 32 ? h : l
      state[lane] = (a << by) | (b >>> (32 - by))
      state[lane + 1] = (b << by) | (a >>> (32 - by))
      l = nextLow
      h = nextHigh
    }
    for (let y = 0; y < 50; y += 10) {
      for (let i = 0; i < 10; i++) ROW[i] = state[y + i] as number
      for (let i = 0; i < 10; i++) {
        const next = i < 8 ? i + 2 : i - 8
        const third = i < 6 ? i + 4 : i - 6
        state[y + i] = (ROW[i] as number) ^ (~(ROW[next] as number) & (ROW[third] as number))
      }
    }
    state[0] = (state[0] as number) ^ low
    state[1] = (state[1] as number) ^ high
  }
}
