// RFC 3986 appendix A, for the two schemes that an HTTP request has and without user information. What it does not describe
// (spaces, backslashes, letters beyond ASCII, half an escape) is no URI, so a lax reader's idea of it is never asked.
const URI =
  /^(https?):\/\/([a-z0-9.\-_~]+|\[[0-9a-f:.]+\])(?::(\d{0,5}))?((?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@/]|%[0-9a-f]{2})*)?)(?:[?#][\x21-\x7e]*)?$/i

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
])

/**
 * A URI in the one spelling of RFC 3986 sections 6.2.2 and 6.2.3, without query and fragment; undefined where it is no http or
 * https URI. The case of its path is kept: it means something.
 */
export function normalUri(uri: string): string | undefined {
  const parts = URI.exec(uri)
  if (parts === null) return undefined
  const [, scheme = '', host = '', port = '', path = ''] = parts
  const lower = scheme.toLowerCase()
  const isDefault = port === '' || port === DEFAULT_PORTS.get(lower)
  return `${lower}://${host.toLowerCase()}${isDefault ? '' : `:${port}`}${normalPath(path)}`
}

const UNRESERVED = /^[A-Za-z0-9\-._~]$/

function normalPath(path: string): string {
  if (path === '') return '/'
  // Escapes first: `%2e%2e` is a dot segment like any other.
  const decoded = path.includes('%')
    ? path.replace(/%[0-9a-f]{2}/gi, (written) => {
        const character = String.fromCharCode(Number.parseInt(written.slice(1), 16))
        return UNRESERVED.test(character) ? character : written.toUpperCase()
      })
    : path
  return decoded.includes('/.') ? withoutDotSegments(decoded) : decoded
}

/** RFC 3986 section 5.2.4. */
function withoutDotSegments(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [at, segment] of segments.entries()) {
    const isDots = segment === '.' || segment === '..'
    if (segment === '..') kept.pop()
    if (!isDots) kept.push(segment)
    else if (at === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}
