import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Clock, IdentityProvider, OpaqueProvider } from '../../spec/index.js'
import { guardIdentity, guardOpaque } from './guard.js'
import type { SeamRules } from './principal.js'

/** What a module's default export is called with. */
export interface ModuleContext {
  readonly issuer: string
  readonly audience: string
  /** The entry's own `options`, as they are written. */
  readonly options: Readonly<Record<string, unknown>>
  readonly clock: Clock
  /** A line for the operator's log. Never a token. */
  readonly report: (text: string) => void
}

export interface ModuleOptions extends SeamRules {
  readonly audience: string
  /** Absolute path of an ES module. */
  readonly path: string
  readonly options: Readonly<Record<string, unknown>>
  readonly clock: Clock
  readonly report: (text: string) => void
}

export type LoadedProvider =
  | { readonly kind: 'identity'; readonly provider: IdentityProvider }
  | { readonly kind: 'opaque'; readonly provider: OpaqueProvider }

/** A module that is no identity provider; the message names the file and the reason. */
export class ModuleFault extends Error {
  override readonly name: string = 'ModuleFault'

  constructor(path: string, why: string) {
    super(`issuers: module ${path}: ${why}`)
  }
}

/** SHA-256 of the file: another one is another module. What it imports itself is not seen. */
export function moduleDigest(path: string): string {
  try {
    return hash('sha256', readFileSync(path), 'hex')
  } catch (error) {
    throw new ModuleFault(path, `cannot be read (${reasonOf(error)})`)
  }
}

/**
 * Loads an identity provider of the operator's own, `(context) => IdentityProvider | OpaqueProvider`. It runs in this process with
 * all that the gateway may do: it is trusted like the gateway's own code, but what it says of a token is checked like any input.
 */
export async function loadProvider(options: ModuleOptions): Promise<LoadedProvider> {
  const { path, issuer, audience, clock, report } = options
  // The query is another module to Node: a file that did not change is not run twice.
  const url = `${pathToFileURL(path).href}?${moduleDigest(path)}`
  const context: ModuleContext = { issuer, audience, options: options.options, clock, report }
  let made: unknown
  try {
    const loaded: unknown = await import(/* @vite-ignore */ url)
    const make = isObject(loaded) ? loaded['default'] : undefined
    if (typeof make !== 'function') throw new ModuleFault(path, 'its default export is no function')
    made = await make(context)
  } catch (error) {
    throw error instanceof ModuleFault ? error : new ModuleFault(path, reasonOf(error))
  }
  if (!isObject(made)) throw new ModuleFault(path, 'its default export gives no object')
  if (made['issuer'] !== issuer) throw new ModuleFault(path, `its provider is of another issuer than \`${issuer}\``)
  for (const name of ['verify', 'close']) {
    if (typeof made[name] !== 'function') throw new ModuleFault(path, `its provider has no function \`${name}\``)
  }
  if (typeof made['prefix'] === 'string') {
    return { kind: 'opaque', provider: guardOpaque(made as unknown as OpaqueProvider, options) }
  }
  if (typeof made['onRotation'] !== 'function') {
    throw new ModuleFault(path, 'its provider has neither a text `prefix` nor a function `onRotation`')
  }
  if (made['trustDomain'] !== undefined) throw new ModuleFault(path, 'its provider may not speak for a trust domain')
  return { kind: 'identity', provider: guardIdentity(made as unknown as IdentityProvider, options) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0] || error.name : 'threw what is no error'
}
