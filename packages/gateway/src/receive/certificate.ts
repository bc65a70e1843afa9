import { hash, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

/**
 * SHA-256 of the certificate that the caller showed to hold the key of, base64url (RFC 8705 section 3.1). From a peer that the
 * operator named as a proxy it is what the proxy saw (RFC 9440), and the proxy's own certificate is never the caller's; from
 * everybody else it is that of our own handshake, where an authority that the operator trusts signed it.
 */
export function certificateOf(req: IncomingMessage, isProxy: boolean): string | undefined {
  const der = isProxy ? forwarded(req.headers['client-cert']) : shownTo(req.socket)
  return der === undefined ? undefined : hash('sha256', der, 'base64url')
}

function shownTo(socket: unknown): Buffer | undefined {
  // A resumed session without a certificate counts as authorized too, so both are asked for.
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined
}

const CERTIFICATE_MAX_BYTES = 16 * 1024
/** RFC 9440 section 2.1: a byte sequence of RFC 8941 section 3.3.5. Two headers, which Node joins with a comma, are none. */
const BYTE_SEQUENCE = /^:([A-Za-z0-9+/]+={0,2}):$/

function forwarded(header: string | readonly string[] | undefined): Buffer | undefined {
  if (typeof header !== 'string' || header.length > CERTIFICATE_MAX_BYTES) return undefined
  const base64 = BYTE_SEQUENCE.exec(header)?.[1]
  if (base64 === undefined) return undefined
  const der = Buffer.from(base64, 'base64')
  if (der.toString('base64') !== base64) return undefined
  try {
    // It takes PEM and trailing bytes too: only what it would write itself is a certificate in DER.
    return new X509Certificate(der).raw.equals(der) ? der : undefined
  } catch {
    return undefined
  }
}
