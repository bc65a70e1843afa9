import {
  type Decision,
  FINDING_TYPES,
  type Obligation,
  type PolicyEngine,
  parseObligation,
  principalOf,
  type Question,
} from 'ostiary/spec'
import { describe, expect, it } from 'vitest'

/** Engines under test and questions for them; the rules are the same for every engine. */
export interface PolicyBench {
  /** Permits nobody anything: no policy speaks of the question. */
  readonly empty: PolicyEngine
  /**
   * Permits `alice` to invoke, with the obligation `redact:pii.card`; forbids everybody whose prompt holds `secret`; has a
   * challenge `approval:security` for `carol`, who were permitted but for it. The ids are `permit`, `forbid`, `challenge`.
   */
  readonly engine: PolicyEngine
  /** The same policies in force in another instance. */
  readonly twin: PolicyEngine
  /** Ill whenever it is asked. */
  readonly ill: PolicyEngine
}

/** A policy engine that is a function. Rules are read top down: the first that speaks decides. */
export function createRuleEngine(digest: string, rules: (question: Question) => Decision | undefined): PolicyEngine {
  return {
    digest,
    readsTime: false,
    tokenizes: false,
    scopes: [],
    // What a function asks for nobody can tell.
    usesFindings: () => new Set(FINDING_TYPES),
    decide(question) {
      const basis = { determining: [], shadow: [], shadowErrors: [] }
      try {
        return rules(question) ?? { ...basis, kind: 'forbid', reasons: [] }
      } catch (error) {
        return { ...basis, kind: 'indeterminate', errors: [error instanceof Error ? error.name : 'threw'] }
      }
    },
    inputs: ({ identity, action, resource, context }) =>
      JSON.stringify([identity.uid, action, resource.id, context.findings]),
  }
}

/** The rules of `PolicyBench.engine`, as a function. */
export function benchRules({ identity, action, context }: Question): Decision | undefined {
  const by = (id: string) => ({ determining: [id], shadow: [], shadowErrors: [] })
  if (action !== 'invoke') return undefined
  if (context.findings.includes('secret')) return { ...by('forbid'), kind: 'forbid', reasons: ['no secrets'] }
  if (identity.subject === 'alice') return { ...by('permit'), kind: 'permit', obligations: [oblige('redact:pii.card')] }
  if (identity.subject !== 'carol') return undefined
  return { ...by('challenge'), kind: 'challenge', asks: [{ kind: 'approval', group: 'security' }], reasons: [] }
}

function oblige(source: string): Obligation {
  const obligation = parseObligation(source)
  if (obligation.kind === 'unknown') throw new Error(obligation.why)
  return obligation
}

/** The question of a user about `gpt-5-mini`; what a test does not say is the plainest there is. */
export function questionOf(
  subject: string,
  more: {
    readonly action?: Question['action']
    readonly findings?: readonly string[]
    readonly promptTokens?: number
  } = {},
): Question {
  const principal = principalOf({
    issuer: 'https://idp.example',
    subject,
    scopes: new Set(['models:invoke']),
    issuedAt: 1_800_000_000,
    expiresAt: 1_800_000_300,
    tokenId: 'token-1',
    clientId: 'app',
    audiences: ['https://gateway.example'],
    verifiedAtMs: 1_800_000_000_000,
    tokenDigest: '0'.repeat(64),
  })
  return {
    principal,
    identity: principal.actor,
    action: more.action ?? 'invoke',
    resource: { type: 'Model', id: 'gpt-5-mini', attributes: { provider: 'openai', dialect: 'openai' } },
    context: {
      labels: [],
      findings: more.findings ?? [],
      uninspectable: false,
      promptTokens: more.promptTokens ?? 10,
      maxTokens: 0,
      stream: false,
      hasSystemMessage: false,
      hasEffects: false,
      purpose: undefined,
      sourceIp: '192.0.2.1',
      timeMs: 1_800_000_100_000,
      approvals: [],
    },
  }
}

/** The conformance suite of the seam `PolicyEngine`. */
export function policyEngineSuite(name: string, bench: PolicyBench): void {
  const { empty, engine, twin, ill } = bench
  const alice = questionOf('alice')

  describe(`policy engine: ${name}`, () => {
    it('denies by default, and names no policy for it', () => {
      expect(empty.decide(alice)).toMatchObject({ kind: 'forbid', determining: [] })
      expect(engine.decide(questionOf('bob'))).toMatchObject({ kind: 'forbid', determining: [] })
      expect(engine.decide(questionOf('alice', { action: 'embed' }))).toMatchObject({ kind: 'forbid', determining: [] })
    })

    it('permits with obligations, and names what permitted', () => {
      const decision = engine.decide(alice)
      expect(decision).toMatchObject({ kind: 'permit', determining: ['permit'] })
      if (decision.kind !== 'permit') return
      expect(decision.obligations.map(({ source }) => source)).toEqual(['redact:pii.card'])
    })

    it('lets a forbid win over a permit', () => {
      expect(engine.decide(questionOf('alice', { findings: ['secret', 'secret.aws'] }))).toMatchObject({
        kind: 'forbid',
        determining: ['forbid'],
      })
    })

    it('asks a challenge where, but for it, the answer were permit, and says what it asks', () => {
      expect(engine.decide(questionOf('carol'))).toMatchObject({
        kind: 'challenge',
        determining: ['challenge'],
        asks: [{ kind: 'approval', group: 'security' }],
      })
      const withSecret = engine.decide(questionOf('carol', { findings: ['secret', 'secret.aws'] }))
      expect(withSecret).toMatchObject({ kind: 'forbid' })
    })

    it('is ill as a value: it neither throws nor permits', () => {
      const decision = ill.decide(alice)
      expect(decision.kind).toBe('indeterminate')
      if (decision.kind === 'indeterminate') expect(decision.errors.length).toBeGreaterThan(0)
    })

    it('gives the same answer to the same inputs, and tells questions apart that it answers differently', () => {
      const questions = [
        alice,
        questionOf('alice'),
        questionOf('alice', { promptTokens: 99 }),
        questionOf('alice', { findings: ['secret', 'secret.aws'] }),
        questionOf('alice', { action: 'embed' }),
        questionOf('bob'),
        questionOf('carol'),
      ]
      const answers = new Map<string, Decision>()
      for (const question of [...questions, ...questions.toReversed()]) {
        const inputs = engine.inputs(question)
        const decision = engine.decide(question)
        expect(decision).toEqual(answers.get(inputs) ?? decision)
        answers.set(inputs, decision)
      }
      expect(engine.inputs(alice)).toBe(engine.inputs(questionOf('alice')))
      expect(engine.inputs(alice)).not.toBe(engine.inputs(questionOf('bob')))
    })

    it('names what findings it could make use of: those of obligations and those of conditions', () => {
      const uses = engine.usesFindings('invoke')
      for (const type of ['pii.card', 'secret.aws', 'secret.private-key'] as const) expect(uses).toContain(type)
    })

    it('says what it read as JSON', () => {
      expect(() => JSON.parse(engine.inputs(alice))).not.toThrow()
    })

    it('has a digest of its policies: equal where they are equal, another where they differ', () => {
      expect(engine.digest).toMatch(/^[0-9a-f]{64}$/)
      expect(twin.digest).toBe(engine.digest)
      expect(empty.digest).not.toBe(engine.digest)
    })

    it('is not disturbed by another instance', () => {
      for (const subject of ['alice', 'bob', 'carol']) {
        const first = engine.decide(questionOf(subject))
        empty.decide(questionOf(subject))
        expect(twin.decide(questionOf(subject))).toEqual(first)
        expect(engine.decide(questionOf(subject))).toEqual(first)
      }
    })
  })
}
