import { randomBytes } from 'node:crypto'
import { chmod, link, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DevIssuerError } from './dev-error.js'
import { type DevKeys, makeDevKeys, parseDevKeys } from './dev-keys.js'
import { parseObject } from './json.js'

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

export async function writeDevRecord(dir: string, record: DevRecord): Promise<void> {
  const temporary = await writeTemporary(dir, record)
  await rename(temporary, join(dir, RECORD))
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
  const temporary = await writeTemporary(dir, made)
  try {
    // A link fails where the name is taken, and the name never shows half a file: two starts at once agree on one key.
    await link(temporary, join(dir, KEYS))
    return made
  } catch (error) {
    const theirs = codeOf(error) === 'EEXIST' ? await readDevKeys(dir) : undefined
    if (theirs === undefined) throw error
    return theirs
  } finally {
    await rm(temporary, { force: true })
  }
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

async function readPrivate(path: string): Promise<string | undefined> {
  const stat = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (stat === undefined) return undefined
  if (!stat.isFile()) throw new DevIssuerError(`\`${path}\` is not a plain file`)
  if ((stat.mode & 0o077) !== 0) throw tooOpen(path, '600')
  return readFile(path, 'utf8')
}

async function writeTemporary(dir: string, content: DevRecord | DevKeys): Promise<string> {
  const path = join(dir, `.${randomBytes(8).toString('hex')}.tmp`)
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  return path
}

function tooOpen(path: string, mode: string): DevIssuerError {
  return new DevIssuerError(`others may read or enter \`${path}\`: run \`chmod ${mode} ${path}\``)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
