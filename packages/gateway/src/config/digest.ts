import { hash } from 'node:crypto'
import type { Config } from './config.js'

/** SHA-256, hexadecimal, over the configuration's canonical JSON. Secrets count as being there, never by their value. */
export function configDigest(config: Config): string {
  const plain: unknown = JSON.parse(JSON.stringify(config))
  return hash('sha256', canonical(plain), 'hex')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}
