/** Byte by byte is the hardest way and the slowest. */
const BYTEWISE_MAX = 8192

/** Cuts bytes in one of several ways, in the middle of characters too. */
export function chunked(bytes, random) {
  const way = random.below(6)
  if (way === 0 && bytes.length <= BYTEWISE_MAX) return sliced(bytes, 1)
  if (way <= 2) return sliced(bytes, 1 + random.below(64))
  const cuts = Array.from({ length: random.below(way === 3 ? 4 : 60) }, () => random.below(bytes.length + 1))
  const at = [...cuts, bytes.length].sort((a, b) => a - b)
  return at.map((end, i) => bytes.subarray(at[i - 1] ?? 0, end))
}

function sliced(bytes, length) {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.subarray(i * length, (i + 1) * length),
  )
}
