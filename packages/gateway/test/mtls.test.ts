import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, selfSigned } from './certificate.js'
import { type House, openHouse } from './house.js'
import { errorOf, prompt, send } from './http.js'
import { athOf, clientKey, proofOf } from './proofs.js'

const AUDIENCE = 'https://gateway.example'
const US = 'http://127.0.0.1:8787'
const CHAT = '/v1/chat/completions'
const BOUND_ONLY = `@id("bound-only")
permit (principal in Group::"analysts", action, resource) when { principal.proof == "mtls" || principal.proof == "dpop" };`

const server = selfSigned('localhost')
const alice = selfSigned('alice.example')
const bob = selfSigned('bob.example')
/** Signed by nobody that the gateway trusts: it is its own authority. */
const mallory = selfSigned('alice.example')

const der = ({ cert }: Certificate): Buffer => new X509Certificate(cert).raw
const thumbprint = (one: Certificate): string => createHash('sha256').update(der(one)).digest('base64url')

const dir = mkdtempSync(join(tmpdir(), 'ostiary-mtls-'))
const closers: (() => unknown)[] = []
let token: (cnf?: Readonly<Record<string, unknown>>) => Promise<string>
let issuers: readonly Readonly<Record<string, unknown>>[]

// An issuer that binds tokens to certificates as RFC 8705 section 3.1 says.
beforeAll(async () => {
  for (const [name, text] of [
    ['cert.pem', server.cert],
    ['key.pem', server.key],
    ['clients.pem', alice.cert + bob.cert],
  ] as const) {
    writeFileSync(join(dir, name), text)
  }
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
  const idp = createServer((_, res) => void res.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => void idp.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => idp.close(resolve)))
  const issuer = `http://127.0.0.1:${(idp.address() as AddressInfo).port}`
  issuers = [{ issuer, audience: AUDIENCE, jwksUri: `${issuer}/jwks`, algorithms: ['ES256'], dpop: 'required' }]
  token = (cnf) =>
    new SignJWT({ client_id: 'app', groups: ['analysts'], scope: 'models:invoke', ...(cnf && { cnf }) })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setSubject('alice')
      .setAudience(AUDIENCE)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
})
afterAll(async () => {
  for (const close of closers) await close()
  rmSync(dir, { recursive: true, force: true })
})

interface Ask {
  readonly token: string
  readonly as?: Certificate | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly session?: Buffer | undefined
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
}

interface Told {
  readonly status: number
  readonly text: string
  readonly isResumed: boolean
  readonly session: Buffer | undefined
}

/** One call over a connection of its own. */
function call(house: House, { token: shown, as, headers = {}, session, maxVersion = 'TLSv1.3' }: Ask): Promise<Told> {
  const body = JSON.stringify(prompt('good morning'))
  const head = Object.entries({
    host: 'localhost',
    authorization: `Bearer ${shown}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return new Promise((resolve, reject) => {
    let kept: Buffer | undefined
    let text = ''
    let isResumed = false
    const socket: TLSSocket = connect({
      port: house.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: server.cert,
      maxVersion,
      ...(as === undefined ? {} : { cert: as.cert, key: as.key }),
      ...(session === undefined ? {} : { session }),
    })
    socket.on('session', (ticket: Buffer) => {
      kept = ticket
    })
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('secureConnect', () => {
      isResumed = socket.isSessionReused()
      socket.write(`POST ${CHAT} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`)
    })
    socket.on('close', () =>
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
        text,
        isResumed,
        session: kept,
      }),
    )
  })
}

describe('by our own TLS listener', () => {
  let house: House
  beforeAll(async () => {
    const tls = {
      cert: `file:${join(dir, 'cert.pem')}`,
      key: `file:${join(dir, 'key.pem')}`,
      clientCa: `file:${join(dir, 'clients.pem')}`,
    }
    house = await openHouse({ policies: BOUND_ONLY, config: { issuers, listen: { port: 0, tls } } })
  })
  afterAll(() => house.finish())

  test('a token passes with the certificate that it is bound to [mtls.own-listener]', async () => {
    const bound = await token({ 'x5t#S256': thumbprint(alice) })
    expect((await call(house, { token: bound, as: alice })).status).toBe(200)
  })

  test.each<[string, Certificate | undefined]>([
    ['another certificate', bob],
    ['none', undefined],
    ['one that nobody trusted has signed, of the same name [mtls.authorized]', mallory],
  ])('and with %s it does not', async (_, as) => {
    const bound = await token({ 'x5t#S256': thumbprint(alice) })
    const refused = await call(house, { token: bound, as })
    expect(refused.status).toBe(401)
    expect(refused.text).toMatch(/www-authenticate: Bearer realm="ostiary", .*error="invalid_token"\r\n/i)
  })

  test('a certificate that nobody trusted has signed is none, though a token is bound to it [mtls.authorized]', async () => {
    const bound = await token({ 'x5t#S256': thumbprint(mallory) })
    expect((await call(house, { token: bound, as: mallory })).status).toBe(401)
  })

  test('what a caller says of its certificate in a header is nothing [mtls.client-cert-trusted]', async () => {
    const bound = await token({ 'x5t#S256': thumbprint(alice) })
    const headers = { 'client-cert': `:${der(alice).toString('base64')}:` }
    expect((await call(house, { token: bound, headers })).status).toBe(401)
    expect((await call(house, { token: bound, as: bob, headers })).status).toBe(401)
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('the same on a resumed session, %s [mtls.resumed]', async (maxVersion) => {
    const bound = await token({ 'x5t#S256': thumbprint(alice) })
    for (const [as, status] of [
      [alice, 200],
      [bob, 401],
      // Node calls a resumed session authorized that never had a certificate.
      [undefined, 401],
      [mallory, 401],
    ] as const) {
      const first = await call(house, { token: bound, as, maxVersion })
      expect({ status: first.status, isResumed: first.isResumed }).toEqual({ status, isResumed: false })
      const again = await call(house, { token: bound, as, maxVersion, session: first.session })
      expect({ status: again.status, isResumed: again.isResumed }).toEqual({ status, isResumed: true })
    }
  })

  test('a token that is bound to a key and a certificate needs both', async () => {
    const key = clientKey()
    const bound = await token({ jkt: key.jkt, 'x5t#S256': thumbprint(alice) })
    const headers = (nonce?: string): Record<string, string> => ({
      authorization: `DPoP ${bound}`,
      dpop: proofOf({
        key,
        claims: { htm: 'POST', htu: US + CHAT, iat: Math.floor(Date.now() / 1000), ath: athOf(bound), nonce },
      }),
    })
    const asked = await call(house, { token: bound, as: alice, headers: headers() })
    const nonce = /dpop-nonce: (\S+)/i.exec(asked.text)?.[1]
    expect((await call(house, { token: bound, as: alice, headers: headers(nonce) })).status).toBe(200)
    expect((await call(house, { token: bound, as: bob, headers: headers(nonce) })).status).toBe(401)
    expect((await call(house, { token: bound, as: alice })).status).toBe(401)
  })

  test('the metadata tells of it', async () => {
    const { text } = await call(house, {
      token: 'none',
      headers: {},
    })
    expect(text).toMatch(/^HTTP\/1\.1 401 /)
    const document = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port: house.port, host: '127.0.0.1', servername: 'localhost', ca: server.cert }, () =>
        socket.write('GET /.well-known/oauth-protected-resource HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      )
      let all = ''
      socket.on('data', (chunk: Buffer) => {
        all += chunk.toString()
      })
      socket.on('close', () => resolve(all))
      socket.on('error', reject)
    })
    expect(document).toContain('"tls_client_certificate_bound_access_tokens":true')
  })
})

describe('behind a proxy', () => {
  const forwarded = (one: Certificate): string => `:${der(one).toString('base64')}:`

  async function status(house: House, shown: string, clientCert?: string): Promise<number> {
    const headers = { authorization: `Bearer ${shown}`, 'content-type': 'application/json' }
    const answer = await send(house.url, Buffer.from(JSON.stringify(prompt('hello'))), {
      headers: clientCert === undefined ? headers : { ...headers, 'client-cert': clientCert },
    })
    if (answer.status !== 200) expect(errorOf(answer).code).toBe('invalid_token')
    return answer.status
  }

  describe('that the operator named', () => {
    let house: House
    beforeAll(async () => {
      house = await openHouse({ policies: BOUND_ONLY, config: { issuers, trustedProxies: ['127.0.0.1'] } })
    })
    afterAll(() => house.finish())

    test('the certificate that it saw counts [mtls.client-cert]', async () => {
      const bound = await token({ 'x5t#S256': thumbprint(alice) })
      expect(await status(house, bound, forwarded(alice))).toBe(200)
      expect(await status(house, bound, forwarded(bob))).toBe(401)
      expect(await status(house, bound)).toBe(401)
      expect(house.upstream.received.at(-1)?.rawHeaders.join().toLowerCase()).not.toContain('client-cert')
    })

    test.each<[string, (bytes: Buffer) => string]>([
      ['base64 without its colons', (bytes) => bytes.toString('base64')],
      ['base64url', (bytes) => `:${bytes.toString('base64url')}:`],
      ['no padding', (bytes) => `:${Buffer.concat([bytes]).toString('base64').replace(/=+$/, '')}x:`],
      ['a space inside', (bytes) => `:${bytes.toString('base64').replace(/^.{8}/, '$& ')}:`],
      ['a byte behind it', (bytes) => `:${Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64')}:`],
      ['PEM', () => `:${Buffer.from(alice.cert).toString('base64')}:`],
      ['two', (bytes) => `:${bytes.toString('base64')}:, :${bytes.toString('base64')}:`],
      ['parameters', (bytes) => `:${bytes.toString('base64')}:;a=1`],
      ['a text', (bytes) => `"${bytes.toString('base64')}"`],
      ['nothing', () => '::'],
      ['no certificate', () => `:${Buffer.from('no certificate').toString('base64')}:`],
    ])('in no other form: %s [mtls.client-cert-form]', async (_, form) => {
      const bound = await token({ 'x5t#S256': thumbprint(alice) })
      expect(await status(house, bound, form(der(alice)))).toBe(401)
      expect(await status(house, bound, forwarded(alice))).toBe(200)
    })
  })

  test('that nobody named, what it says is nothing [mtls.client-cert-trusted]', async () => {
    const house = await openHouse({ policies: BOUND_ONLY, config: { issuers, trustedProxies: ['10.0.0.1'] } })
    try {
      const bound = await token({ 'x5t#S256': thumbprint(alice) })
      expect(await status(house, bound, forwarded(alice))).toBe(401)
    } finally {
      await house.finish()
    }
  })
})
