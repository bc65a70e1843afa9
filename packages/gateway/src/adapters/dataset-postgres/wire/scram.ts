import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export const SCRAM = 'SCRAM-SHA-256'

// "The server SHOULD announce a hash iteration-count of at least 4096" (RFC 7677 section 4). Above the second one a server
// would only keep us busy.
const ITERATIONS_MIN = 4096
const ITERATIONS_MAX = 1_000_000

const derive = promisify(pbkdf2)

export interface Scram {
  readonly first: string
  /** @returns our proof; rejects where the server's message is none */
  answer(serverFirst: string): Promise<string>
  /** Throws where the server does not know the password: then it is not who it says. */
  verify(serverFinal: string): void
}

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding.
 *
 * @param user none for PostgreSQL, which takes it from the startup message
 */
export function createScram(password: string, nonce: string = randomBytes(18).toString('base64'), user = ''): Scram {
  const bare = `n=${user},r=${nonce}`
  let expected: Buffer | undefined
  return {
    first: `n,,${bare}`,
    async answer(serverFirst) {
      const said = attributes(serverFirst)
      const joint = said.get('r') ?? ''
      const salt = Buffer.from(said.get('s') ?? '', 'base64')
      const iterations = Number(said.get('i'))
      // "The client MUST verify that the initial part of the nonce used in subsequent messages is the same as the nonce it
      // initially specified" (RFC 5802 section 5.1).
      if (!joint.startsWith(nonce) || joint.length === nonce.length) throw new Error('SCRAM: not our nonce')
      if (salt.length === 0) throw new Error('SCRAM: no salt')
      if (!(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) throw new Error('SCRAM: iterations')
      const salted = await derive(password.normalize('NFKC'), salt, iterations, 32, 'sha256')
      const clientKey = hmac(salted, 'Client Key')
      const withoutProof = `c=biws,r=${joint}`
      const signed = `${bare},${serverFirst},${withoutProof}`
      expected = hmac(hmac(salted, 'Server Key'), signed)
      const signature = hmac(createHash('sha256').update(clientKey).digest(), signed)
      const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)))
      return `${withoutProof},p=${proof.toString('base64')}`
    },
    verify(serverFinal) {
      const signature = Buffer.from(attributes(serverFinal).get('v') ?? '', 'base64')
      if (expected === undefined || signature.length !== expected.length || !timingSafeEqual(signature, expected))
        throw new Error('SCRAM: the server did not prove that it knows the password')
    },
  }
}

function attributes(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(',').map((one) => [one.slice(0, 1), one.slice(2)]))
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
