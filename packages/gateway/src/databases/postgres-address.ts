import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** Where a PostgreSQL is, and how it is spoken to. */
export interface Address {
  /** A host name or address, or the folder of a socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: { readonly host: string; readonly servername?: string; readonly ca?: string } | false
  /** For messages: nothing secret is in it. */
  readonly shown: string
}

const PARAMETERS = new Set(['host', 'sslmode', 'sslrootcert'])

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=FILE`. A socket is `?host=/folder`.
 *
 * The server's certificate is verified, its name too, unless the address is this machine's or says `sslmode=disable`. What
 * libpq calls `require`, `prefer`, `allow` or `verify-ca` is refused: who stands between could play the server to each.
 */
export function readAddress(text: string): Address {
  if (!URL.canParse(text))
    throw new Error('a store in PostgreSQL is written postgres://user:password@host:port/database')
  const url = new URL(text)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw new Error('write postgres://…')
  // What follows such a character in a password would be taken for a name, and said.
  if (/@/.test(url.pathname + url.search + url.hash) || url.hash !== '' || url.pathname.indexOf('/', 1) !== -1)
    throw new Error('postgres: write `/`, `?`, `#` and `@` in a name or password as %2F, %3F, %23 and %40')
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.has(name))
  if (unknown !== undefined) throw new Error(`postgres: the parameter \`${unknown}\` is not known`)
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1')
  const database = decodeURIComponent(url.pathname.slice(1))
  if (host === '' || host.includes(',') || database === '')
    throw new Error('postgres: one host and a database are needed')
  const port = url.port === '' ? 5432 : Number(url.port)
  return {
    host,
    port,
    database,
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    tls: tlsOf(url.searchParams, host),
    shown: `${host}:${port}/${database}`,
  }
}

function tlsOf(parameters: URLSearchParams, host: string): Address['tls'] {
  const mode = parameters.get('sslmode') ?? (isHere(host) ? 'disable' : 'verify-full')
  const file = parameters.get('sslrootcert')
  if (mode === 'disable') return false
  if (mode !== 'verify-full')
    throw new Error('postgres: sslmode is verify-full, or disable where nobody stands between')
  // The certificate is compared with `host`; a `servername` is for names only (RFC 6066 section 3).
  return {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(file === null ? {} : { ca: readFileSync(file, 'utf8') }),
  }
}

function isHere(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
