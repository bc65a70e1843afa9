import { randomBytes } from 'node:crypto'
import { link, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DevIssuerError } from './dev-error.js'

/** The text of a file that nobody but its owner can read; undefined where there is none. */
export async function readPrivate(path: string): Promise<string | undefined> {
  const stat = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (stat === undefined) return undefined
  if (!stat.isFile()) throw new DevIssuerError(`\`${path}\` is not a plain file`)
  if ((stat.mode & 0o077) !== 0) throw tooOpen(path, '600')
  return readFile(path, 'utf8')
}

/** @returns false where the name is taken: then nothing was written */
export async function makePrivate(path: string, content: object): Promise<boolean> {
  const temporary = await writeTemporary(dirname(path), content)
  try {
    // A link fails where the name is taken, and the name never shows half a file: of two makers at once one wins.
    await link(temporary, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

export async function replacePrivate(path: string, content: object): Promise<void> {
  await rename(await writeTemporary(dirname(path), content), path)
}

async function writeTemporary(dir: string, content: object): Promise<string> {
  const path = join(dir, `.${randomBytes(8).toString('hex')}.tmp`)
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  return path
}

export function tooOpen(path: string, mode: string): DevIssuerError {
  return new DevIssuerError(`others may read or enter \`${path}\`: run \`chmod ${mode} ${path}\``)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
