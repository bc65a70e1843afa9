// Where things are kept and on which ports they listen.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const HERE = fileURLToPath(new URL('.', import.meta.url))
export const GEN = join(HERE, 'gen')
export const LOGS = join(GEN, 'log')
export const BEARERS = join(GEN, 'tokens.txt')
/** What peers that know no tokens are called with; one of them wants this beginning. */
export const PLAIN_BEARER = ['sk', 'bench'].join('-')
export const PLAIN_BEARERS = join(GEN, 'plain.txt')
/** Where the peers that no distribution packages are installed. */
export const PEERS = process.env.PEERS ?? join(HERE, '../../peers')

const FIRST_PORT = 18_400
export const UPSTREAM_PORT = FIRST_PORT
export const UPSTREAM = `http://127.0.0.1:${UPSTREAM_PORT}`
export const portOf = (index) => FIRST_PORT + 1 + index

/** The path of a socket is limited to some hundred bytes, so it cannot stand below a checkout anywhere. */
const SOCKETS = mkdtempSync(join(tmpdir(), 'ostiary-bench-'))
process.on('exit', () => rmSync(SOCKETS, { recursive: true, force: true }))

export const socketOf = (name) => join(SOCKETS, name)
export const dataOf = (name) => join(GEN, 'data', name)

export function makePlaces() {
  for (const dir of [GEN, LOGS, join(GEN, 'conf')]) mkdirSync(dir, { recursive: true })
  // A log of an earlier run would be restored first, and its tokens are of another key.
  rmSync(join(GEN, 'data'), { recursive: true, force: true })
  writeFileSync(PLAIN_BEARERS, `${PLAIN_BEARER}\n`)
  writeFileSync(join(GEN, 'upstream.key'), 'upstream\n', { mode: 0o600 })
}

/** Fills in a template of `peers/` and gives the path of the result. */
export function fill(template, name, values) {
  const all = { GEN, UPSTREAM_PORT, BEARER: PLAIN_BEARER, DATA: dataOf(name), SOCKET: socketOf(name), ...values }
  const text = readFileSync(join(HERE, 'peers', template), 'utf8')
  const path = join(GEN, 'conf', `${name}-${template}`)
  writeFileSync(
    path,
    text.replace(/__([A-Z_]+?)__/g, (_, key) => String(all[key])),
  )
  return path
}
