import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.js'
import { readSecret } from '../config/secret.js'

/** A file that an installation makes once, beside its store, and whose loss cannot be made good. */
export interface KeptFile {
  readonly name: 'audit.key.pem' | 'audit.secret' | 'store'
  readonly path: string
  /** What is lost with it. */
  readonly means: string
  /** What `audit recover` does where there is no backup. */
  readonly otherwise: string
}

/** What the loss of a store means, be it a file or a database. */
const STORE_LOST = {
  means:
    'It holds the keys of the pseudonyms in the log: without them no entry so far can be told to be of one caller or another.',
  otherwise: 'begins an empty one',
} as const

/** A database that holds nothing of this installation, as what is lost. `name`: as messages call it. */
export function lostDatabase(name: string): KeptFile {
  return { name: 'store', path: name, ...STORE_LOST }
}

/** Every such file of a configuration, in the order in which a first start makes them. */
function keptFiles(config: Config): readonly KeptFile[] {
  const { keptIn: folder, store } = config
  const files: KeptFile[] = [
    {
      name: 'audit.secret',
      path: join(folder, 'audit.secret'),
      means:
        'The commitments of all entries so far are keyed with it: without it nobody can show any more what they stand for.',
      otherwise: 'makes a new one for the entries to come',
    },
  ]
  if (store.kind === 'sqlite') {
    files.push({
      name: 'store',
      path: store.path,
      ...STORE_LOST,
    })
  }
  if (config.audit.key === undefined) {
    files.unshift({
      name: 'audit.key.pem',
      path: join(folder, 'audit.key.pem'),
      means:
        'It signs the log: under another key the log has another verifier key, which everybody who verifies must be told.',
      otherwise: 'goes on under a new one',
    })
  }
  return files
}

/** Those that are not there, or empty. */
export function lostFiles(config: Config): readonly KeptFile[] {
  return keptFiles(config).filter(({ path }) => !existsSync(path) || statSync(path).size === 0)
}

export interface Loss {
  readonly what: string
  readonly mend: string
}

/** What was lost of an installation whose log has begun, for its operator. */
export function lossesOf(config: Config): readonly Loss[] {
  return lostFiles(config).map(({ path, means, otherwise }) => ({
    what: `${path} is ${existsSync(path) ? 'empty' : 'missing'}, though the log in ${config.audit.store.dir} has begun. ${means}`,
    mend: `put the file back from a backup; where there is none, \`ostiary audit recover\` ${otherwise} and logs that`,
  }))
}

/** The same of a database that was asked for what it holds. */
export function databaseLoss(config: Config, name: string): Loss {
  const { means, otherwise } = lostDatabase(name)
  return {
    what: `${name} holds nothing of this installation, though the log in ${config.audit.store.dir} has begun. ${means}`,
    mend: `write the address of the database that it had, or put that one back from a backup; where there is none, \`ostiary audit recover\` ${otherwise} and logs that`,
  }
}

/** A file of an installation that holds something else than was written there. */
export class Spoilt extends Error {
  override readonly name: string = 'Spoilt'
  /** What is wrong, without the mend. */
  readonly what: string
  readonly mend: string

  constructor(what: string, mend: string) {
    super(`${what}: ${mend}`)
    this.what = what
    this.mend = mend
  }
}

/** The log's private key in PEM. Made, where it is not configured and not there. Throws where it is no Ed25519 key. */
export function logKey(config: Config): string {
  const { key } = config.audit
  if (key !== undefined) return ed25519(readSecret(key), 'audit.key')
  const path = join(config.keptIn, 'audit.key.pem')
  return ed25519(kept(path, newLogKey), path)
}

/** 32 random bytes of this installation, made where they are not there. Throws where the file holds anything else. */
export function logSecret(config: Config): Buffer {
  const path = join(config.keptIn, 'audit.secret')
  const text = kept(path, newSecret)
  const secret = Buffer.from(text, 'base64')
  if (secret.length !== SECRET_BYTES || secret.toString('base64') !== text) {
    throw new Spoilt(`${path} does not hold the 32 bytes that were written there`, PUT_BACK)
  }
  return secret
}

/**
 * What seals the store's secrets: 32 bytes.
 *
 * @param make where there is none, one is made: only for a store that holds no sealed secret yet
 */
export function secretsKey(config: Pick<Config, 'keptIn' | 'secretsKey'>, make: boolean): Buffer {
  const path = join(config.keptIn, 'secrets.key')
  const { secretsKey: configured } = config
  if (configured !== undefined) return bytesOf(readSecret(configured), 'secretsKey')
  if (!make && !existsSync(path)) {
    throw new Spoilt(`${path} is missing, though the store holds secrets that it seals`, 'put it back from a backup')
  }
  return bytesOf(kept(path, newSecret), path)
}

function bytesOf(text: string, name: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === SECRET_BYTES && bytes.toString('base64') === text) return bytes
  throw new Spoilt(`${name} does not hold 32 bytes in base64`, 'put back what sealed the secrets that are stored')
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64')
}

const SECRET_BYTES = 32

const PUT_BACK = 'put it back from a backup; where there is none, move it away and run `ostiary audit recover`'

function ed25519(pem: string, name: string): string {
  let type: string | undefined
  try {
    type = createPrivateKey(pem).asymmetricKeyType
  } catch {
    // OpenSSL's words name neither the file nor what is wrong with it.
  }
  if (type !== 'ed25519') throw new Spoilt(`${name} holds no private Ed25519 key in PEM`, PUT_BACK)
  return pem
}

function newLogKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** A secret of this installation: made once, readable by its owner alone. */
function kept(path: string, make: () => string): string {
  if (!existsSync(path) || statSync(path).size === 0) {
    // Whole before it is there: a start that was killed in between must leave nothing that the next one takes for a secret.
    const made = `${path}.${process.pid}`
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    rmSync(made, { force: true })
    writeFileSync(made, `${make()}\n`, { mode: 0o600, flag: 'wx', flush: true })
    chmodSync(made, 0o600)
    renameSync(made, path)
  }
  return readFileSync(path, 'utf8').trim()
}
