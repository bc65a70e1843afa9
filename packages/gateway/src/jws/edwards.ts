const P = 2n ** 255n - 19n
const D = mod(-121665n * power(121666n, P - 2n))

/**
 * Whether 32 bytes are a point of Ed25519 that a signature can be trusted under: canonical, on the curve, and not of small order.
 * Under a key of small order anybody can sign, and OpenSSL takes such keys (that of Node 20 verifies with them too).
 */
export function isSoundEd25519Point(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  let y = 0n
  for (let at = 31; at >= 0; at -= 1) y = (y << 8n) | BigInt(at === 31 ? (bytes[at] ?? 0) & 0x7f : (bytes[at] ?? 0))
  if (y >= P) return false

  // -x² + y² = 1 + d·x²·y², so x² = (y² - 1) / (d·y² + 1), and that must be a square (Euler's criterion).
  const y2 = mod(y * y)
  const x2 = mod((y2 - 1n) * power(mod(D * y2 + 1n), P - 2n))
  if (power(x2, (P - 1n) / 2n) !== 1n) return false // x² = 0 too: y is 1 or -1, the points of order 1 and 2

  // Order 4 has y = 0. Order 8 doubles to it, so y² = -x²: into the curve, d·y⁴ + 2·y² - 1 = 0.
  return y !== 0n && mod(D * y2 * y2 + 2n * y2 - 1n) !== 0n
}

function mod(value: bigint): bigint {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (base = mod(base); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P
    base = (base * base) % P
  }
  return result
}
