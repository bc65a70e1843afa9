import { type KeyObject, sign } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  auditLogSuite,
  detectorSuite,
  type IdentityBench,
  identityProviderSuite,
  newKeyPair,
  policyEngineSuite,
} from '@ostiary/testkit'
import { readEntries } from '../src/adapters/audit-fs/entries.js'
import { openFsLog } from '../src/adapters/audit-fs/log.js'
import { cardDetector } from '../src/adapters/detector-card/detector.js'
import { emailDetector } from '../src/adapters/detector-email/detector.js'
import { ibanDetector } from '../src/adapters/detector-iban/detector.js'
import { privateKeyDetector } from '../src/adapters/detector-private-key/detector.js'
import { createJwtIssuer } from '../src/adapters/identity-oauth/issuer.js'
import { loadPolicies } from '../src/adapters/policy-cedar/load.js'
import { readToken } from '../src/jws/read.js'
import type { PolicyEngine, TokenRead } from '../src/spec/index.js'

// The adapters under the suites that their fakes pass too. The store's stands beside it.

const { privateKey: logKey } = newKeyPair({ type: 'ed25519' })

auditLogSuite('files', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ostiary-log-'))
  return {
    open: () => openFsLog({ dir, origin: 'gate.example/audit', key: logKey }),
    async entries() {
      const all: string[] = []
      for await (const { entry } of readEntries(dir)) all.push(entry.toString())
      return all
    },
    remove: () => rm(dir, { recursive: true }),
  }
})

detectorSuite('card', cardDetector, {
  found: [
    { text: 'pay 4111 1111 1111 1111 now', found: [['pii.card', '4111 1111 1111 1111']] },
    {
      text: '378282246310005, 5555-5555-5555-4444',
      found: [
        ['pii.card', '378282246310005'],
        ['pii.card', '5555-5555-5555-4444'],
      ],
    },
  ],
  clean: ['pay 4111 1111 1111 1112 now', 'order 411111111111', '0.4111111111111111', '4111 1111'],
})

detectorSuite('email', emailDetector, {
  found: [
    { text: 'write to alice@example.com.', found: [['pii.email', 'alice@example.com']] },
    {
      text: '<a.b+c@mail.example.org>;bob@example.net',
      found: [
        ['pii.email', 'a.b+c@mail.example.org'],
        ['pii.email', 'bob@example.net'],
      ],
    },
  ],
  clean: ['alice at example.com', 'alice@', '@example.com', 'a@b'],
})

detectorSuite('iban', ibanDetector, {
  found: [
    { text: 'to DE89 3704 0044 0532 0130 00 today', found: [['pii.iban', 'DE89 3704 0044 0532 0130 00']] },
    { text: 'GB82WEST12345698765432', found: [['pii.iban', 'GB82WEST12345698765432']] },
  ],
  clean: ['to DE88 3704 0044 0532 0130 00 today', 'GB82WEST1234569876543', 'DE89'],
})

// Put together here: scanners stop at strings of these shapes.
const dashes = '-'.repeat(5)
const mark = (what: string): string => `${dashes}${what} ${'PRIVATE'} KEY${dashes}`
const keyBlock = `${mark('BEGIN')}\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEA\n${mark('END')}`

detectorSuite('private key', privateKeyDetector, {
  found: [{ text: `see ${keyBlock} and on`, found: [['secret.private-key', keyBlock]] }],
  clean: [
    `${dashes}BEGIN CERTIFICATE${dashes}\nMIIB\n${dashes}END CERTIFICATE${dashes}`,
    mark('END'),
    '| a |\n|-----|\n',
  ],
})

identityProviderSuite('jwt', async (): Promise<IdentityBench> => {
  const issuer = 'https://idp.example'
  const audience = 'https://gateway.example'
  const pair = () => newKeyPair({ type: 'ec', namedCurve: 'P-256' })
  let key = pair()
  let kid = 'first'
  const provider = createJwtIssuer({
    issuer,
    audience,
    keys: { kind: 'jwksUri', uri: `${issuer}/jwks` },
    algorithms: ['ES256'],
    profile: 'rfc9068',
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    allowPrivateNetwork: false,
    jwksCooldownMs: 30_000,
    claims: [],
    agents: [],
    groups: { kind: 'prefix', prefix: '' },
    clock: { now: () => Date.now() },
    fetchJson: async () => ({
      kind: 'body',
      body: Buffer.from(JSON.stringify({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid }] })),
    }),
  })
  const mint = (sub: string, expiresInSeconds: number, by: KeyObject): TokenRead => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const exp = Math.floor(Date.now() / 1000) + expiresInSeconds
    const claims = { iss: issuer, aud: audience, sub, client_id: 'app', jti: 'j1', iat: exp - 300, exp }
    const input = `${part({ alg: 'ES256', typ: 'at+jwt', kid })}.${part(claims)}`
    const signature = sign('sha256', Buffer.from(input), { key: by, dsaEncoding: 'ieee-p1363' })
    const read = readToken(`${input}.${signature.toString('base64url')}`)
    if (read.kind === 'refuse') throw new Error(read.forLog)
    return read.value
  }
  return {
    provider,
    good: async (subject) => mint(subject, 300, key.privateKey),
    forged: async (subject) => mint(subject, 300, pair().privateKey),
    expired: async (subject) => mint(subject, -1000, key.privateKey),
    async rotate() {
      key = pair()
      kid = 'second'
      await provider.refresh()
    },
  }
})

const POLICIES = `
@id("permit") @obligation("redact:pii.card")
permit (principal == User::"https://idp.example#alice", action == Action::"invoke", resource is Model);
@id("permit-carol")
permit (principal == User::"https://idp.example#carol", action == Action::"invoke", resource is Model);
@id("forbid") @reason("no secrets")
forbid (principal, action == Action::"invoke", resource is Model) when { context.findings.contains("secret") };
@id("challenge") @challenge("approval:security")
forbid (principal == User::"https://idp.example#carol", action == Action::"invoke", resource is Model)
unless { context.approvals.contains("challenge") };
`
// Overflows whenever it is evaluated: an error that no checker can see.
const ILL = `
@id("ill")
permit (principal, action == Action::"invoke", resource is Model)
when { context.promptTokens * 9223372036854775807 > 0 };
`
const NOBODY = '@id("nobody") permit (principal == User::"nobody", action == Action::"listModels", resource);'

policyEngineSuite('cedar', { empty: cedar(NOBODY), engine: cedar(POLICIES), twin: cedar(POLICIES), ill: cedar(ILL) })

function cedar(text: string): PolicyEngine {
  const vocabulary = { modelAttributes: new Map(), claimAttributes: [] }
  const { engine, faults } = loadPolicies([{ path: 'bench.cedar', text }], vocabulary)
  if (engine === undefined) throw new Error(faults.map(({ message }) => message).join('\n'))
  return engine
}
