import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'

/** A secret whose text came with the configuration. Nothing that prints it shows the text: only `reveal` gives it. */
export class SecretValue {
  readonly kind = 'value'
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    Object.defineProperty(this, inspect.custom, { value: () => '[secret]' })
    Object.freeze(this)
  }

  reveal(): string {
    return this.#text
  }

  toJSON(): { readonly kind: 'value' } {
    return { kind: 'value' }
  }

  toString(): string {
    return '[secret]'
  }
}

/** A secret in a file, read when it is used, so that a rotated file counts without a restart. */
export interface SecretFile {
  readonly kind: 'file'
  /** Absolute. */
  readonly path: string
}

export type Secret = SecretValue | SecretFile

/** A variable that is looked up while the gateway runs. */
export interface SecretVariable {
  readonly kind: 'environment'
  readonly name: string
}

/** What `ostiary providers set-key` stored, sealed. */
export interface StoredSecret {
  readonly kind: 'store'
  readonly name: string
}

/** What a command prints. */
export interface SecretCommand {
  readonly kind: 'command'
  readonly argv: readonly string[]
  /** Where it runs: the configuration's folder. */
  readonly cwd: string
  /** Names of variables that it sees, beside `PATH` and `HOME`. */
  readonly env: readonly string[]
  readonly ttlMs: number
  readonly timeoutMs: number
}

/** A provider's key comes from more places than other secrets: it is the one that changes while the gateway runs. */
export type KeySecret = Secret | SecretVariable | StoredSecret | SecretCommand

/** The secret's text. Throws where its file cannot be read or is empty; the message names the file, never what is in it. */
export function readSecret(secret: Secret): string {
  if (secret.kind === 'value') return secret.reveal()
  // An editor's or `echo`'s newline at the end is not part of the secret.
  const text = readFileSync(secret.path, 'utf8').trim()
  if (text === '') throw new Error(`secret file \`${secret.path}\` is empty`)
  return text
}

/** Certificates in PEM. Throws where there is none: TLS would take that for authorities who signed nobody. */
export function readAuthorities(secret: Secret): string {
  const pem = readSecret(secret)
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const isFit = blocks.length > 0 && blocks.every(isCertificate)
  if (!isFit)
    throw new Error(`${secret.kind === 'file' ? `\`${secret.path}\`` : 'clientCa'} holds no certificates in PEM`)
  return pem
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
