// One ES256 key pair, its key set, and a thousand access tokens of a made-up issuer.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ISSUER = 'https://idp.example'
const AUDIENCE = 'https://gateway.example'

const COUNT = 1000
/** Longer than any run. */
const LIFETIME_S = 4 * 3600
const KID = 'bench-1'

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Writes `tokens.txt`, `jwks.json` and `ES256.pub.pem`. The private key is never written. */
export function writeTokens(dir) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const iat = Math.floor(Date.now() / 1000)
  const tokens = Array.from({ length: COUNT }, (_, n) => {
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
      scope: 'llm.chat llm.embed',
      azp: 'bench-client',
      name: `User Number ${n}`,
      note: 'x'.repeat(36),
    }
    const signed = `${base64url({ alg: 'ES256', typ: 'JWT', kid: KID })}.${base64url(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'ES256' }
  writeFileSync(join(dir, 'tokens.txt'), `${tokens.join('\n')}\n`)
  writeFileSync(join(dir, 'jwks.json'), JSON.stringify({ keys: [jwk] }))
  writeFileSync(join(dir, 'ES256.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
}
