import { BlockList, isIP } from 'node:net'

/**
 * Where both may be used: of each two networks that overlap the narrower one (networks in CIDR form lie within one another or
 * apart). An empty list is anywhere; undefined is nowhere.
 */
export function bothNetworks(some: readonly string[], others: readonly string[]): readonly string[] | undefined {
  if (some.length === 0) return others
  if (others.length === 0) return some
  const both = new Set<string>()
  for (const one of some) {
    for (const other of others) {
      if (lies(one, other)) both.add(one)
      else if (lies(other, one)) both.add(other)
    }
  }
  return both.size === 0 ? undefined : [...both]
}

function lies(inner: string, outer: string): boolean {
  const within = parse(inner)
  const around = parse(outer)
  if (within === undefined || around === undefined) return false
  if (within.family !== around.family || within.bits < around.bits) return false
  const list = new BlockList()
  list.addSubnet(around.address, around.bits, around.family)
  return list.check(within.address, within.family)
}

interface Network {
  readonly address: string
  readonly bits: number
  readonly family: 'ipv4' | 'ipv6'
}

function parse(written: string): Network | undefined {
  const [address = '', said] = written.split('/')
  const version = isIP(address)
  const whole = version === 4 ? 32 : 128
  const bits = said === undefined ? whole : Number(said)
  if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > whole) return undefined
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Whether a token with these networks may be used from an address. */
export function isWithin(networks: readonly string[], address: string): boolean {
  return networks.length === 0 || networks.some((one) => lies(address, one))
}
