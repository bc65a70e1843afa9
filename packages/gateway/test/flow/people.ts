import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const AUDIENCE = 'https://gateway.example'

/** An issuer that knows whoever a story needs. */
export interface People {
  readonly issuer: string
  readonly section: Readonly<Record<string, unknown>>
  /** A new token for a person, or for an agent that acts for it. */
  token(subject: string, groups: readonly string[], agent?: string): Promise<string>
  close(): Promise<void>
}

const SCOPE =
  'models:invoke models:train models:list embeddings:create datasets:read tools:call authorize:check admin:labels'

export async function startPeople(): Promise<People> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let nth = 0
  return {
    issuer,
    section: {
      ...{ issuer, audience: AUDIENCE, jwksUri: `${issuer}/jwks`, algorithms: ['ES256'] },
      agents: [
        { id: 'scout', groups: ['agents'] },
        { id: 'rover', groups: ['agents'] },
      ],
    },
    token(subject, groups, agent) {
      nth += 1
      const act = agent === undefined ? {} : { act: { sub: agent } }
      return new SignJWT({ client_id: 'app', scope: SCOPE, groups, ...act })
        .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setSubject(subject)
        .setAudience(AUDIENCE)
        .setJti(`t-${nth}`)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
