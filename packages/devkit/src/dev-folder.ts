import { chmod, lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DevIssuerError } from './dev-error.js'
import { type DevKeys, makeDevKeys, parseDevKeys } from './dev-keys.js'
import { parseObject } from './json.js'
import { makePrivate, readPrivate, replacePrivate, tooOpen } from './private-file.js'

/** What a second process must know to mint tokens: the content of `dev.json`. */
export interface DevRecord {
  readonly issuer: string
  readonly audience: string
}

const RECORD = 'dev.json'
const KEYS = 'dev-keys.json'

/** Makes the folder if need be. Who can read it can be anybody the development issuer knows, so it is the owner's alone. */
export async function openDevFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const stat = await lstat(dir)
  if (!stat.isDirectory()) throw new DevIssuerError(`\`${dir}\` is not a folder`)
  if ((stat.mode & 0o077) === 0) return
  const names = await readdir(dir)
  // A folder full of other things may be shared on purpose: its owner decides, not we.
  if (names.length > 0 && !names.includes(RECORD)) throw tooOpen(dir, '700')
  await chmod(dir, 0o700)
}

export async function readDevRecord(dir: string): Promise<DevRecord | undefined> {
  const text = await readPrivate(join(dir, RECORD))
  if (text === undefined) return undefined
  const { issuer, audience } = parseObject(text) ?? {}
  if (typeof issuer !== 'string' || typeof audience !== 'string' || !URL.canParse(issuer)) {
    throw new DevIssuerError(`\`${join(dir, RECORD)}\` is damaged: remove it and start \`ostiary dev\` again`)
  }
  return { issuer, audience }
}

export function writeDevRecord(dir: string, record: DevRecord): Promise<void> {
  return replacePrivate(join(dir, RECORD), record)
}

async function readDevKeys(dir: string): Promise<DevKeys | undefined> {
  const text = await readPrivate(join(dir, KEYS))
  if (text === undefined) return undefined
  const keys = parseDevKeys(text)
  if (keys !== undefined) return keys
  throw new DevIssuerError(`\`${join(dir, KEYS)}\` is damaged: remove it and start \`ostiary dev\` again`)
}

export async function readOrMakeDevKeys(dir: string): Promise<DevKeys> {
  const held = await readDevKeys(dir)
  if (held !== undefined) return held
  const made = makeDevKeys()
  if (await makePrivate(join(dir, KEYS), made)) return made
  const theirs = await readDevKeys(dir)
  if (theirs === undefined) throw new DevIssuerError(`\`${join(dir, KEYS)}\` comes and goes: start again`)
  return theirs
}

/** For a process that only mints: everything must be there and be private. */
export async function readDevFolder(dir: string): Promise<{ readonly record: DevRecord; readonly keys: DevKeys }> {
  const stat = await lstat(dir).catch(() => undefined)
  if (stat?.isDirectory() !== true)
    throw new DevIssuerError(`no folder \`${dir}\`: start \`ostiary dev\` first, or say --data DIR`)
  if ((stat.mode & 0o077) !== 0) throw tooOpen(dir, '700')
  const [record, keys] = await Promise.all([readDevRecord(dir), readDevKeys(dir)])
  if (record === undefined || keys === undefined) {
    throw new DevIssuerError(
      `\`${dir}\` is not the data folder of \`ostiary dev\`: start that first, or say --data DIR`,
    )
  }
  return { record, keys }
}
