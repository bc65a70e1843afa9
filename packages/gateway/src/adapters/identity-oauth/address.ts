import { isIP, isIPv6 } from 'node:net'

/** `never`: nobody's key set lives there (link-local with the clouds' metadata service, multicast, documentation, translation). */
export type AddressKind = 'public' | 'loopback' | 'private' | 'never'

interface Range {
  readonly bits: bigint
  readonly length: number
  readonly kind: AddressKind
}

// IANA's special-purpose registries. Specific before general: the first that holds an address tells its kind.
const V4: readonly Range[] = [
  range('127.0.0.0', 8, 'loopback'),
  range('10.0.0.0', 8, 'private'),
  range('172.16.0.0', 12, 'private'),
  range('192.168.0.0', 16, 'private'),
  range('100.64.0.0', 10, 'private'),
  range('0.0.0.0', 8, 'never'),
  range('169.254.0.0', 16, 'never'),
  range('192.0.0.0', 24, 'never'),
  range('192.0.2.0', 24, 'never'),
  range('192.88.99.0', 24, 'never'),
  range('198.18.0.0', 15, 'never'),
  range('198.51.100.0', 24, 'never'),
  range('203.0.113.0', 24, 'never'),
  range('224.0.0.0', 3, 'never'),
]

const V6: readonly Range[] = [
  range('::1', 128, 'loopback'),
  range('fc00::', 7, 'private'),
  range('2001::', 23, 'never'),
  range('2001:db8::', 32, 'never'),
  range('2002::', 16, 'never'),
  range('3fff::', 20, 'never'),
  range('2000::', 3, 'public'),
  range('::', 0, 'never'),
]

/** What an address is, an IPv4 one inside IPv6 (mapped, or NAT64's well-known prefix) judged as itself. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address)
  // A zone (`fe80::1%eth0`) is a link's own affair.
  if (family === 0 || address.includes('%')) return 'never'
  if (family === 4) return kindIn(V4, v4Bits(address), 32)
  const bits = v6Bits(address)
  const prefix = bits >> 32n
  if (prefix === 0xffffn || prefix === 0x64ff9b0000000000000000n) return kindIn(V4, bits & 0xffffffffn, 32)
  return kindIn(V6, bits, 128)
}

function kindIn(ranges: readonly Range[], bits: bigint, width: number): AddressKind {
  return ranges.find((one) => bits >> BigInt(width - one.length) === one.bits)?.kind ?? 'public'
}

function range(first: string, length: number, kind: AddressKind): Range {
  const six = isIPv6(first)
  const bits = six ? v6Bits(first) : v4Bits(first)
  return { bits: bits >> BigInt((six ? 128 : 32) - length), length, kind }
}

function v4Bits(address: string): bigint {
  return address.split('.').reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n)
}

function v6Bits(address: string): bigint {
  // The URL parser turns every spelling into groups of hexadecimal, the IPv4 tail too.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = groups.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
}
