// One ES256 key pair, its key set, and a thousand access tokens of a made-up issuer; a hundred more that are bound to keys.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ISSUER = 'https://idp.example'
const AUDIENCE = 'https://gateway.example'

const COUNT = 1000
/** Longer than any run. */
const LIFETIME_S = 4 * 3600
const KID = 'bench-1'

const BOUND = 100

/** By way of DER: exporting the generated object itself can stop Node 20 for good (docs/decisions/0016). */
function newKey() {
  const der = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return {
    publicKey: createPublicKey({ key: der.publicKey, format: 'der', type: 'spki' }),
    privateKey: createPrivateKey({ key: der.privateKey, format: 'der', type: 'pkcs8' }),
  }
}

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

function signed(header, claims, privateKey) {
  const input = `${base64url(header)}.${base64url(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** Tokens that are bound to a key, each with what makes proofs for it. Made by `writeTokens`, and never written. */
const bound = []

/** Writes `tokens.txt`, `jwks.json` and `ES256.pub.pem`. No private key is ever written. */
export function writeTokens(dir) {
  const { publicKey, privateKey } = newKey()
  const iat = Math.floor(Date.now() / 1000)
  const token = (n, more = {}) => {
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: `user-${n}`,
      iat,
      nbf: iat,
      exp: iat + LIFETIME_S,
      jti: randomUUID(),
      tenant: `t${n % 10}`,
      groups: ['engineering', 'ml-users'],
      scope: 'llm.chat llm.embed models:invoke',
      azp: 'bench-client',
      name: `User Number ${n}`,
      note: 'x'.repeat(36),
      ...more,
    }
    return signed({ alg: 'ES256', typ: 'JWT', kid: KID }, claims, privateKey)
  }
  const tokens = Array.from({ length: COUNT }, (_, n) => token(n))
  bound.length = 0
  for (let n = 0; n < BOUND; n++) {
    const key = newKey()
    const { kty, crv, x, y } = key.publicKey.export({ format: 'jwk' })
    // RFC 7638: the required members in the order of their names.
    const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
    const text = token(n, { cnf: { jkt } })
    const ath = createHash('sha256').update(text).digest('base64url')
    bound.push({ token: text, ath, jwk: { kty, crv, x, y }, privateKey: key.privateKey })
  }
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'ES256' }
  writeFileSync(join(dir, 'tokens.txt'), `${tokens.join('\n')}\n`)
  writeFileSync(join(dir, 'jwks.json'), JSON.stringify({ keys: [jwk] }))
  writeFileSync(join(dir, 'ES256.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
}

/** So many proofs for one URL, each with its token, a new one each time. */
export function proofs(count, htu, nonce) {
  const iat = Math.floor(Date.now() / 1000)
  return Array.from({ length: count }, (_, n) => {
    const { token, ath, jwk, privateKey } = bound[n % bound.length]
    const claims = { htm: 'POST', htu, iat, jti: randomUUID(), ath, ...(nonce === undefined ? {} : { nonce }) }
    return `${token} ${signed({ typ: 'dpop+jwt', alg: 'ES256', jwk }, claims, privateKey)}`
  })
}
