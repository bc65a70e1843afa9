import { createHash } from 'node:crypto'
import {
  type CompactJws,
  type IdentityProvider,
  type Principal,
  principalOf,
  proceed,
  refuse,
  type Step,
  subjectOf,
  type TokenRead,
} from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** An issuer under test, with the means to mint for it. */
export interface IdentityBench {
  readonly provider: IdentityProvider
  /** Mints a token of this subject that the provider accepts now. */
  good(subject: string): Promise<TokenRead>
  /** The same token, signed by somebody else. */
  forged(subject: string): Promise<TokenRead>
  /** The same, expired long ago. */
  expired(subject: string): Promise<TokenRead>
  /** Takes the key that signed so far out of the key set, puts another in, and lets the provider learn of it. */
  rotate(): Promise<void>
}

/** Reads a compact token laxly. For tests alone: the gateway's own reader is strict. */
export function readForTest(token: string): TokenRead {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const json = (part: string): Readonly<Record<string, unknown>> =>
    JSON.parse(Buffer.from(part, 'base64url').toString())
  return {
    jws: token as CompactJws,
    digest: createHash('sha256').update(token).digest('hex'),
    header: json(header),
    payload: json(payload),
    signingInput: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** An issuer whose signature is its own name: it knows who it trusts, and nothing of cryptography. */
export function createFakeIssuer(issuer: string): IdentityBench {
  const listeners = new Set<() => void>()
  let key = 1
  const mint = (subject: string, expiresAt: number, signature: string): TokenRead => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = part({ alg: 'fake', kid: `${key}` })
    const claims = part({ iss: issuer, sub: subject, iat: expiresAt - 300, exp: expiresAt })
    return readForTest(`${head}.${claims}.${Buffer.from(signature).toString('base64url')}`)
  }
  const soon = (): number => Math.floor(Date.now() / 1000) + 300
  const provider: IdentityProvider = {
    issuer,
    verify({ signature, payload, digest }): Step<Principal> {
      if (signature.toString() !== `${issuer}/${key}`) return refuse('invalid_token', 'signature does not hold')
      const { sub, iat, exp } = payload as { sub: string; iat: number; exp: number }
      if (exp * 1000 <= Date.now()) return refuse('expired_token', 'expired')
      return proceed(
        principalOf({
          issuer,
          subject: sub,
          issuedAt: iat,
          expiresAt: exp,
          audiences: ['https://gateway.example'],
          verifiedAtMs: Date.now(),
          tokenDigest: digest,
        }),
      )
    },
    onRotation(listener) {
      const own = (): void => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    async close() {},
  }
  return {
    provider,
    good: async (subject) => mint(subject, soon(), `${issuer}/${key}`),
    forged: async (subject) => mint(subject, soon(), 'https://somebody.example/1'),
    expired: async (subject) => mint(subject, soon() - 1_000_000, `${issuer}/${key}`),
    async rotate() {
      key += 1
      for (const listener of listeners) listener()
    },
  }
}

/** The conformance suite of the seam `IdentityProvider`. */
export function identityProviderSuite(name: string, bench: () => Promise<IdentityBench>): void {
  describe(`identity provider: ${name}`, () => {
    let held: IdentityBench

    beforeEach(async () => {
      held = await bench()
    })

    afterEach(async () => {
      await held.provider.close()
    })

    const codeOf = async (token: TokenRead): Promise<string> => {
      const step = await held.provider.verify(token)
      return step.kind === 'refuse' ? step.code : 'proceed'
    }

    it('gives a principal for a good token: issuer and subject, and the digest of the token as presented', async () => {
      const token = await held.good('alice')
      const step = await held.provider.verify(token)
      if (step.kind === 'refuse') throw new Error(step.forLog)
      const { issuer } = held.provider
      expect(subjectOf(step.value)).toMatchObject({ issuer, subject: 'alice', uid: `${issuer}#alice` })
      expect(step.value.tokenDigest).toBe(token.digest)
      expect(step.value.expiresAt * 1000).toBeGreaterThan(Date.now())
      expect(step.value.issuedAt).toBeLessThanOrEqual(step.value.expiresAt)
    })

    it('keeps two subjects apart', async () => {
      const uids = await Promise.all(
        ['alice', 'bob'].map(async (subject) => {
          const step = await held.provider.verify(await held.good(subject))
          return step.kind === 'refuse' ? step.code : step.value.actor.uid
        }),
      )
      expect(new Set(uids).size).toBe(2)
    })

    it('refuses a forged token, and says no more to the caller than that it is not valid', async () => {
      expect(await codeOf(await held.forged('alice'))).toBe('invalid_token')
      expect(await codeOf(await held.good('alice'))).toBe('proceed')
    })

    it('refuses a token whose payload was changed after it was signed', async () => {
      const token = await held.good('alice')
      const other = await held.forged('alice')
      const bent = { ...token, signature: other.signature }
      expect(await codeOf(bent)).toBe('invalid_token')
    })

    it('says of an expired token that it expired, but only where its signature holds', async () => {
      expect(await codeOf(await held.expired('alice'))).toBe('expired_token')
      const expired = await held.expired('alice')
      const { signature } = await held.forged('alice')
      expect(await codeOf({ ...expired, signature })).toBe('invalid_token')
    })

    it('tells when keys leave the set, and a token of such a key is refused from then on', async () => {
      const before = await held.good('alice')
      expect(await codeOf(before)).toBe('proceed')
      let told = 0
      held.provider.onRotation(() => {
        told += 1
      })
      await held.rotate()
      expect(await codeOf(await held.good('alice'))).toBe('proceed')
      expect(told).toBeGreaterThan(0)
      expect(await codeOf(before)).toBe('invalid_token')
    })

    it('tells every listener', async () => {
      await held.provider.verify(await held.good('alice'))
      const told = new Set<string>()
      held.provider.onRotation(() => told.add('first'))
      held.provider.onRotation(() => told.add('second'))
      await held.rotate()
      await held.provider.verify(await held.good('alice'))
      expect([...told].sort()).toEqual(['first', 'second'])
    })

    it('tells a listener no more that was taken off, and the others still', async () => {
      await held.provider.verify(await held.good('alice'))
      const told: string[] = []
      const off = held.provider.onRotation(() => told.push('first'))
      held.provider.onRotation(() => told.push('second'))
      off()
      off()
      await held.rotate()
      await held.provider.verify(await held.good('alice'))
      expect(told).toContain('second')
      expect(told).not.toContain('first')
    })
  })
}
