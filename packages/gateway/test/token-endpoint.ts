import { createHash, randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryStore, newKeyPair } from '@ostiary/testkit'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { DPoP } from 'oauth4webapi'
import { type TokensDoorParts, tokensDoor } from '../src/doors/tokens.js'
import { readToken } from '../src/jws/read.js'
import { createReceiver } from '../src/receive/server.js'
import {
  type Principal,
  type PrincipalFacts,
  proceed,
  type Received,
  type RefusalCode,
  type Revocable,
  refuse,
  revocableName,
  type Step,
} from '../src/spec/index.js'
import { exchange } from '../src/tokens/exchange.js'
import { issue } from '../src/tokens/issue.js'
import { createOwnIssuer } from '../src/tokens/own-issuer.js'
import { openSigningKeys } from '../src/tokens/signing-keys.js'
import { principal } from './principals.js'

export const GATE = 'http://127.0.0.1:8787'
/** Put together here: what is shaped like a key is found by scanners. */
const KEY_PREFIX = `osk${'_'}`

const ORIGINS = new Set(['https://idp.example', GATE])

export interface Told {
  readonly principal: Principal
  readonly what: Readonly<Record<string, unknown>>
  readonly others: Readonly<Record<string, Principal | undefined>>
}

export interface TokenEndpoint {
  readonly url: string
  /** A token of ours for these facts, as if an exchange had given it. */
  token(facts?: Partial<PrincipalFacts>, confirmation?: Principal['confirmation']): string
  /** An API key. */
  key(id: string, facts?: Partial<PrincipalFacts>): string
  /** What a service behind the gate would make of a token. */
  verify(token: string): Step<Principal>
  readonly told: Told[]
  readonly strangers: string[]
  readonly revoked: string[]
  /** Refusals that a test wants of a part, by its name. */
  readonly ill: Map<'audit' | 'revoke' | 'token' | 'key' | 'state', RefusalCode>
  nonce: string | undefined
  nowMs: number
  close(): Promise<void>
}

/** The token endpoint alone, on a real socket, with parts that do what a test wants of them. */
export async function openTokenEndpoint(parts: Partial<TokensDoorParts> = {}): Promise<TokenEndpoint> {
  const at = { nowMs: Math.floor(Date.now() / 1000) * 1000, nonce: undefined } as TokenEndpoint & { nonce: undefined }
  const clock = { now: () => at.nowMs }
  const keys = await openSigningKeys({
    store: createMemoryStore(clock),
    clock,
    algorithm: 'ES256',
    rotationMs: 86_400_000,
    note: async () => undefined,
    report: () => undefined,
  })
  const agentGroups = new Map([['https://idp.example#scout', ['agents']]])
  const newTokenId = (): string => randomBytes(16).toString('base64url')
  const issuing = { keys, clock, issuer: GATE, agentGroups, newTokenId }
  const own = createOwnIssuer({ ...issuing, audiences: new Set(['https://gateway.example', GATE]), origins: ORIGINS })
  const told: Told[] = []
  const strangers: string[] = []
  const revoked: string[] = []
  const ill: TokenEndpoint['ill'] = new Map()
  const apiKeys = new Map<string, Principal>()
  const illness = (part: Parameters<TokenEndpoint['ill']['get']>[0]): Step<never> | undefined => {
    const code = ill.get(part)
    return code === undefined ? undefined : refuse(code, `${part} is ill`)
  }
  const verify = (token: string): Step<Principal> => {
    const read = readToken(token)
    return read.kind === 'refuse' ? read : (own.verify(read.value) as Step<Principal>)
  }
  const live = (facts: Partial<PrincipalFacts>): Principal => {
    const now = Math.floor(at.nowMs / 1000)
    return principal({ issuedAt: now - 60, expiresAt: now + 240, verifiedAtMs: at.nowMs, ...facts })
  }
  const door = tokensDoor({
    issuing,
    lifetimeMs: 300_000,
    audit: {
      stranger: (code, why) => void strangers.push(`${code}: ${why}`),
      async tell(_kind, who, what, others) {
        const fault = illness('audit')
        if (fault?.kind === 'refuse') return fault
        told.push({ principal: who, what, others })
        return proceed(undefined)
      },
    },
    proof: (received) => proofOf(received, at.nonce),
    authenticateToken: async (token) => illness('token') ?? verify(token),
    apiKeys: {
      prefix: KEY_PREFIX,
      verify: ({ token }) => illness('key') ?? found(apiKeys.get(token)),
    },
    revocations: {
      state: () => (ill.has('state') ? (ill.get('state') === 'overloaded' ? 'unknown' : 'revoked') : 'live'),
    },
    async revoke(what: readonly Revocable[], cause) {
      if (ill.has('revoke')) throw new Error('the store is away')
      revoked.push(...what.map((one) => `${revocableName(one)} (${cause})`))
    },
    ...parts,
  })
  const server: Server = createReceiver({
    limits: { bodyBytes: 1_000_000, headerBytes: 65_536, requestHeadMs: 5000, requestBodyMs: 5000 },
    tls: undefined,
    clock: { now: () => Date.now() },
    newId: () => randomBytes(16).toString('hex'),
    trustedProxies: { has: () => false },
    async take(received) {
      await (door(received) ?? notHere(received))
    },
    malformed: () => undefined,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(at, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token(facts: Partial<PrincipalFacts> = {}, confirmation?: Principal['confirmation']) {
      const shown = { jkt: undefined, certificate: undefined }
      const asked = { subject: live(facts), actor: undefined, scopes: undefined, audiences: [], shown }
      const ruled = exchange(asked, { nowMs: at.nowMs, lifetimeMs: 3_600_000 })
      if (ruled.kind === 'deny') throw new Error(ruled.refusal.forLog)
      const issued = issue(issuing, { ...ruled.grant, confirmation })
      if (issued.kind === 'deny') throw new Error(issued.refusal.forLog)
      return issued.token
    },
    key(id: string, facts: Partial<PrincipalFacts> = {}) {
      const key = KEY_PREFIX + randomBytes(32).toString('hex')
      const tokenDigest = createHash('sha256').update(key).digest('hex')
      const name = revocableName({ kind: 'key', id })
      const more = {
        clientId: id,
        tokenId: undefined,
        tokenDigest,
        revocableBy: [name],
        expiresAt: at.nowMs / 1000 + 9e6,
      }
      apiKeys.set(key, live({ kind: 'Service', issuer: GATE, subject: 'owner', ...more, ...facts }))
      return key
    },
    verify,
    told,
    strangers,
    revoked,
    ill,
    async close() {
      keys.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function found(key: Principal | undefined): Step<Principal> {
  return key === undefined ? refuse('invalid_token', 'api key: unknown') : proceed(key)
}

async function notHere(received: Received): Promise<void> {
  received.caller.head(404, [], 0)
  received.caller.end()
}

/** A proof as another library verifies it (RFC 9449 section 4.3); the gateway's own verifier is tested where it stands. */
async function proofOf(received: Received, nonce: string | undefined): Promise<Step<{ jkt: string } | undefined>> {
  const proof = received.headers['dpop']
  if (proof === undefined) return proceed(undefined)
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] })
    const { htm, htu } = payload
    if (htm !== received.method || !String(htu).endsWith(received.path)) throw new Error('of another request')
    if (nonce !== undefined) {
      received.caller.carry('dpop-nonce', nonce)
      if (payload['nonce'] !== nonce) return refuse('use_dpop_nonce', 'proof: no nonce, or an old one')
    }
    return proceed({ jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) })
  } catch {
    return refuse('invalid_dpop_proof', 'proof: does not hold')
  }
}

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

type ProofPair = Parameters<typeof DPoP>[1]

/** A key pair as `oauth4webapi` wants one, with its thumbprint. */
export async function proofKey(): Promise<{ readonly pair: ProofPair; readonly jkt: string }> {
  const { privateKey, publicKey } = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const jwk = publicKey.export({ format: 'jwk' })
  return {
    pair: {
      privateKey: await crypto.subtle.importKey('jwk', privateKey.export({ format: 'jwk' }), algorithm, false, [
        'sign',
      ]),
      publicKey: await crypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']),
    },
    jkt: await calculateJwkThumbprint(jwk),
  }
}
