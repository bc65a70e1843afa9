import { BlockList, isIP } from 'node:net'
import type { ListenConfig } from '../config/config.js'
import { readAuthorities, readSecret } from '../config/secret.js'
import type { Listen } from '../gateway.js'

export function listenOf({ host, port, tls }: ListenConfig): Listen {
  if (tls === undefined) return { host, port, tls: undefined }
  const clientCa = tls.clientCa === undefined ? undefined : readAuthorities(tls.clientCa)
  return { host, port, tls: { cert: readSecret(tls.cert), key: readSecret(tls.key), clientCa } }
}

/** A set of addresses and networks. */
export function addresses(trusted: readonly string[]): { has(address: string): boolean } {
  if (trusted.length === 0) return { has: () => false }
  const list = new BlockList()
  for (const one of trusted) {
    const [address = '', bits] = one.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return { has: (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') }
}
