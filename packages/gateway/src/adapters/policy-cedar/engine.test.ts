import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Context,
  type Decision,
  type Identity,
  type Principal,
  principalOf,
  type Question,
  type Resource,
} from '../../spec/index.js'
import type { CedarEngine, EngineOptions } from './engine.js'
import { loadPolicies } from './load.js'
import type { Vocabulary } from './vocabulary.js'

const VOCABULARY: Vocabulary = {
  modelAttributes: new Map([
    ['hosting', { type: 'String', required: true }],
    ['tier', { type: 'Long', required: false }],
  ]),
  claimAttributes: [
    { name: 'clearance', type: 'String' },
    { name: 'level', type: 'Long' },
    { name: 'regions', type: 'Set<String>' },
    { name: 'acr', type: 'String' },
  ],
}

function engineOf(text: string, options: EngineOptions = {}, vocabulary: Vocabulary = VOCABULARY): CedarEngine {
  const { faults, engine } = loadPolicies([{ path: 'a.cedar', text }], vocabulary, options)
  expect(faults).toEqual([])
  if (engine === undefined) throw new Error('no engine')
  return engine
}

const ISSUER = 'https://idp.example'
const NOW = Date.UTC(2026, 10, 25, 12, 0, 0)

function identityOf(more: Partial<Identity> = {}): Identity {
  const subject = more.subject ?? 'alice'
  return { kind: 'User', uid: `${ISSUER}#${subject}`, issuer: ISSUER, subject, groups: [], attributes: {}, ...more }
}

function whoIs(actor: Identity, more: Partial<Principal> = {}): Principal {
  const made = principalOf({
    issuer: ISSUER,
    subject: actor.subject,
    scopes: new Set(['llm']),
    issuedAt: NOW / 1000 - 60,
    expiresAt: NOW / 1000 + 240,
    audiences: ['https://gateway.example'],
    verifiedAtMs: NOW,
    tokenDigest: '',
  })
  return { ...made, actor, ...more }
}

const MODEL: Resource = {
  type: 'Model',
  id: 'gpt-5-mini',
  attributes: { provider: 'openai', dialect: 'openai', hosting: 'external' },
}

const CONTEXT: Context = {
  labels: [],
  findings: [],
  uninspectable: false,
  promptTokens: 10,
  maxTokens: 0,
  stream: false,
  hasSystemMessage: false,
  hasEffects: false,
  purpose: undefined,
  sourceIp: '192.0.2.1',
  timeMs: NOW,
  approvals: [],
}

interface Asked {
  readonly identity?: Partial<Identity>
  readonly principal?: Partial<Principal>
  readonly resource?: Resource
  readonly context?: Partial<Context>
  readonly action?: Question['action']
}

function question({ identity, principal, resource = MODEL, context, action = 'invoke' }: Asked = {}): Question {
  const who = identityOf(identity)
  return {
    principal: whoIs(who, principal),
    identity: who,
    action,
    resource,
    context: { ...CONTEXT, ...context },
  }
}

const ALL = '@id("all") permit(principal, action, resource);'
/** Errs as soon as a prompt has two tokens: no type check can tell. */
const OVERFLOWS = '(context.promptTokens * 9223372036854775807 > 5)'

describe('deciding', () => {
  test('nobody is permitted by default [policy.default-deny]', () => {
    const forbid = { kind: 'forbid', determining: [], reasons: [], shadow: [], shadowErrors: [] }
    expect(engineOf('').decide(question())).toEqual(forbid)
    const engine = engineOf('@id("a") permit(principal in Group::"analysts", action, resource);')
    expect(engine.decide(question())).toEqual(forbid)
    expect(engine.decide(question({ identity: { groups: ['analysts'] } }))).toMatchObject({ kind: 'permit' })
  })

  test('all satisfied permits determine, and their obligations join', () => {
    const engine = engineOf(`
      @id("b") @obligation("redact:pii") permit(principal, action, resource);
      @id("a") @obligation("flag:pii, pass:uninspectable") permit(principal, action, resource is Model);
      @id("c") @obligation("block:secret") permit(principal, action, resource is Tool);`)
    const decision = engine.decide(question())
    expect(decision).toMatchObject({ kind: 'permit', determining: ['a', 'b'] })
    expect(sources(decision)).toEqual(['flag:pii', 'pass:uninspectable', 'redact:pii'])
  })

  test('are known to tokenize where a policy that is enforced has that obligation', () => {
    const policy = (head: string): string => `@id("a") ${head} permit(principal, action, resource);`
    expect(engineOf(policy('@obligation("redact:pii, tokenize:secret")')).tokenizes).toBe(true)
    expect(engineOf(policy('@mode("oblige") @obligation("output:tokenize:pii")')).tokenizes).toBe(true)
    expect(engineOf(policy('@mode("shadow") @obligation("tokenize:pii")')).tokenizes).toBe(false)
    expect(engineOf(policy('@obligation("redact:pii, restore:url")')).tokenizes).toBe(false)
  })

  test('a forbid wins, and says its reasons', () => {
    const engine = engineOf(`${ALL}
      @id("y") @reason("Not outside.") forbid(principal, action, resource is Model) when { resource.hosting == "external" };
      @id("x") @reason("Not today.") forbid(principal, action, resource) when { context.labels.contains("restricted") };
      @id("z") forbid(principal, action, resource) when { context.stream };`)
    expect(engine.decide(question())).toEqual({
      kind: 'forbid',
      determining: ['y'],
      reasons: ['Not outside.'],
      shadow: [],
      shadowErrors: [],
    })
    const restricted = question({ context: { labels: ['restricted'], stream: true } })
    expect(engine.decide(restricted)).toMatchObject({
      determining: ['x', 'y', 'z'],
      reasons: ['Not today.', 'Not outside.'],
    })
    const inside = { ...MODEL, attributes: { ...MODEL.attributes, hosting: 'internal' } }
    expect(engine.decide(question({ resource: inside }))).toMatchObject({ kind: 'permit', determining: ['all'] })
  })

  test('reasons that are no sentences are told apart', () => {
    const engine = engineOf(`${ALL}
      @id("x") @reason("not today") forbid(principal, action, resource);
      @id("y") @reason("not outside") forbid(principal, action, resource);`)
    expect(engine.decide(question())).toMatchObject({ reasons: ['not today', 'not outside'] })
  })

  test('more than ten policies keep their own annotations [policy.own-annotations]', () => {
    const types = [
      'pii.card',
      'pii.email',
      'pii.iban',
      'secret.aws',
      'secret.github',
      'secret.openai',
      'secret.private-key',
    ]
    const acts = ['block', 'redact', 'mask', 'flag']
    const all = Array.from({ length: 25 }, (_, index) => `${acts[index % 4]}:${types[index % 7]}`)
    const engine = engineOf(
      all
        .map(
          (one, index) =>
            `@id("p${index}") @obligation("${one}") permit(principal in Group::"g${index}", action, resource);`,
        )
        .join('\n'),
    )
    for (const [index, one] of all.entries()) {
      const decision = engine.decide(question({ identity: { groups: [`g${index}`] } }))
      expect(decision).toMatchObject({ kind: 'permit', determining: [`p${index}`] })
      expect(sources(decision)).toEqual([one])
    }
  })

  test('two engines in one process stay apart, by ids and schemas that are alike [policy.two-gateways]', () => {
    const open = engineOf('@id("a") permit(principal, action, resource);')
    const shut = engineOf('@id("a") forbid(principal, action, resource);')
    const wider: Vocabulary = { ...VOCABULARY, claimAttributes: [{ name: 'clearance', type: 'Long' }] }
    const other = engineOf('@id("a") permit(principal, action, resource);', {}, wider)
    for (const memory of [0, 1, 2]) {
      const asked = question({ identity: { subject: `s${memory}`, attributes: { clearance: 'x' } } })
      expect(open.decide(asked).kind).toBe('permit')
      expect(shut.decide(asked).kind).toBe('forbid')
      expect(other.decide(asked).kind).toBe('indeterminate')
      expect(other.decide(question({ identity: { attributes: { clearance: 1 } } })).kind).toBe('permit')
    }
    shut.dispose()
    expect(open.decide(question({ identity: { subject: 'later' } })).kind).toBe('permit')
    expect(new Set([open.digest, shut.digest, other.digest]).size).toBe(3)
  })

  test('the digest is over what is loaded, not how it lies in files', () => {
    const one = '@id("a") permit(principal, action, resource);'
    const two = '@id("b") forbid(principal, action, resource);'
    const files = (...texts: string[]): string | undefined =>
      loadPolicies(
        texts.map((text, index) => ({ path: `${index}`, text })),
        VOCABULARY,
      ).engine?.digest
    expect(files(one, two)).toBe(files(`// c\n${two}\n${one}`))
    expect(files(one, two)).toMatch(/^[0-9a-f]{64}$/)
    expect(files(one)).not.toBe(files(one, two))
  })
})

describe('what the policies see', () => {
  const sees = (condition: string, asked: Asked): string =>
    engineOf(`@id("a") permit(principal, action, resource is Model) when { ${condition} };`).decide(question(asked))
      .kind

  test.each<[string, string, Asked, Asked]>([
    ['kind', 'principal is Service', { identity: { kind: 'Service' } }, {}],
    ['identity', `principal == User::"${ISSUER}#alice"`, {}, { identity: { subject: 'bob' } }],
    ['issuer', `principal.issuer == "${ISSUER}"`, {}, { identity: { issuer: 'https://other.example' } }],
    ['scopes', 'principal.scopes.contains("llm")', {}, { principal: { scopes: new Set() } }],
    ['groups', 'principal.groups.contains("g")', { identity: { groups: ['g'] } }, {}],
    [
      'membership',
      'principal in [Group::"f", Group::"g"]',
      { identity: { groups: ['g'] } },
      { identity: { groups: ['h'] } },
    ],
    ['claims', 'principal has level && principal.level > 3', { identity: { attributes: { level: 4 } } }, {}],
    [
      'set claims',
      'principal has regions && principal.regions.contains("eu")',
      { identity: { attributes: { regions: ['us', 'eu'] } } },
      { identity: { attributes: { regions: ['us'] } } },
    ],
    ['proof', 'principal.proof == "dpop"', { principal: { proof: 'dpop' } }, {}],
    ['acr', 'principal has acr && principal.acr == "gold"', { principal: { acr: 'gold' } }, {}],
    [
      'authentication age',
      'principal has authAgeSeconds && principal.authAgeSeconds <= 300',
      { principal: { authTime: NOW / 1000 - 300 } },
      { principal: { authTime: NOW / 1000 - 301 } },
    ],
    [
      'token age',
      'principal.tokenAgeSeconds <= 60',
      { context: { timeMs: NOW + 999 } },
      { context: { timeMs: NOW + 1000 } },
    ],
    [
      'token age of a token from the future',
      'principal.tokenAgeSeconds == 0',
      { principal: { issuedAt: NOW / 1000 + 3 } },
      {},
    ],
    [
      'actors',
      `principal.actors.contains("${ISSUER}#scout")`,
      { principal: { actors: [{ issuer: ISSUER, subject: 'scout' }] } },
      {},
    ],
    ['model', 'resource == Model::"gpt-5-mini"', {}, { resource: { ...MODEL, id: 'gpt-5' } }],
    [
      'optional model attribute',
      'resource has tier && resource.tier == 2',
      { resource: { ...MODEL, attributes: { ...MODEL.attributes, tier: 2 } } },
      {},
    ],
    ['findings', 'context.findings.contains("pii")', { context: { findings: ['pii', 'pii.card'] } }, {}],
    ['purpose', 'context has purpose && context.purpose == "care"', { context: { purpose: 'care' } }, {}],
    [
      'tokens',
      'context.promptTokens + context.maxTokens < 20',
      { context: { maxTokens: 9 } },
      { context: { maxTokens: 10 } },
    ],
    [
      'addresses',
      'context.sourceIp.isInRange(ip("192.0.2.0/24"))',
      { context: { sourceIp: '::ffff:192.0.2.9' } },
      { context: { sourceIp: '2001:db8::1' } },
    ],
    ['time', 'context.time < datetime("2026-11-25T12:00:00.001Z")', {}, { context: { timeMs: NOW + 1 } }],
    ['flags', 'context.uninspectable && !context.hasSystemMessage', { context: { uninspectable: true } }, {}],
  ])('%s', (_, condition, good, other) => {
    expect(sees(condition, good)).toBe('permit')
    expect(sees(condition, other)).toBe('forbid')
  })

  test('a mapped claim never stands for what the gateway itself says', () => {
    const spoofed = { acr: 'gold', issuer: 'https://other.example', groups: ['g'] }
    expect(sees('principal has acr', { identity: { attributes: spoofed } })).toBe('forbid')
    expect(sees('principal.groups.contains("g")', { identity: { attributes: spoofed } })).toBe('forbid')
    expect(sees(`principal.issuer == "${ISSUER}"`, { identity: { attributes: spoofed } })).toBe('permit')
  })

  test('an agent and the one it acts for are two, of one token', () => {
    const agent = identityOf({ kind: 'Agent', subject: 'scout', groups: ['agents'] })
    const alice = identityOf({ groups: ['analysts'], attributes: { clearance: 'high' } })
    const principal = whoIs(agent, { onBehalfOf: alice })
    const engine = engineOf(`
      @id("agents") permit(principal is Agent in Group::"agents", action, resource);
      @id("people") permit(principal is User in Group::"analysts", action, resource) when { principal has clearance };`)
    for (const round of [1, 2]) {
      const context = { ...CONTEXT, promptTokens: round }
      const ask = (identity: Identity): Decision =>
        engine.decide({ principal, identity, action: 'invoke', resource: MODEL, context })
      expect(ask(agent)).toMatchObject({ kind: 'permit', determining: ['agents'] })
      expect(ask(alice)).toMatchObject({ kind: 'permit', determining: ['people'] })
    }
  })

  test('names that Cedar would have to escape', () => {
    const subject = 'a"\\é\n😀'
    const engine = engineOf('@id("a") permit(principal in Group::"g\\"\\\\", action, resource);')
    expect(engine.decide(question({ identity: { subject, groups: ['g"\\'] } })).kind).toBe('permit')
    expect(engine.decide(question({ identity: { subject, groups: ['g"'] } })).kind).toBe('forbid')
  })
})

describe('errors refuse [policy.errors-refuse]', () => {
  test('in a forbid, which Cedar would skip', () => {
    const engine = engineOf(`${ALL} @id("f") forbid(principal, action, resource) when { ${OVERFLOWS} };`)
    expect(engine.decide(question())).toMatchObject({
      kind: 'indeterminate',
      determining: [],
      errors: [expect.stringMatching(/^`f`: .*overflow/)],
    })
    expect(engine.decide(question({ context: { promptTokens: 0 } }))).toMatchObject({ kind: 'permit' })
  })

  test('in a permit, though another permits', () => {
    const engine = engineOf(`${ALL} @id("p") permit(principal, action, resource) when { ${OVERFLOWS} };`)
    expect(engine.decide(question()).kind).toBe('indeterminate')
    expect(engine.decide(question({ context: { promptTokens: 0 } })).kind).toBe('permit')
  })

  test('in an oblige policy', () => {
    const engine = engineOf(
      `${ALL} @id("o") @mode("oblige") @obligation("redact:pii") permit(principal, action, resource) when { ${OVERFLOWS} };`,
    )
    expect(engine.decide(question())).toMatchObject({
      kind: 'indeterminate',
      errors: [expect.stringMatching(/^`o`: /)],
    })
    expect(engine.decide(question({ context: { promptTokens: 0 } }))).toMatchObject({ kind: 'permit', obligations: [] })
  })

  test('do not name the subject', () => {
    const engine = engineOf(`${ALL} @id("f") forbid(principal, action, resource) when { ${OVERFLOWS} };`)
    for (const asked of [question(), question({ identity: { attributes: { unknown: 'alice' } } })]) {
      const decision = engine.decide(asked)
      expect(decision.kind).toBe('indeterminate')
      expect(JSON.stringify(decision)).not.toContain('alice')
    }
  })

  const ill: readonly (readonly [string, Asked])[] = [
    ['half a token', { context: { promptTokens: 1.5 } }],
    ['too many tokens', { context: { maxTokens: 2 ** 53 } }],
    ['no address', { context: { sourceIp: 'localhost' } }],
    ['no time', { context: { timeMs: Number.NaN } }],
    ['a time after the year 9999', { context: { timeMs: 8e15 } }],
    ['a token without an age', { principal: { issuedAt: Number.POSITIVE_INFINITY } }],
    ['a login without an age', { principal: { authTime: Number.NaN } }],
    ['an unknown claim', { identity: { attributes: { nobody: 'x' } } }],
    ['a claim of another type', { identity: { attributes: { level: '4' } } }],
    ['a claim that is no whole number', { identity: { attributes: { level: 4.5 } } }],
    ['an unknown model attribute', { resource: { ...MODEL, attributes: { ...MODEL.attributes, nobody: 1 } } }],
    ['a model without a required attribute', { resource: { ...MODEL, attributes: { provider: 'x', dialect: 'y' } } }],
    ['a resource that the action is not asked for', { action: 'callTool' }],
  ]
  test.each(ill)('a question that the schema has no room for: %s', (_, asked) => {
    const engine = engineOf(ALL)
    expect(engine.decide(question()).kind).toBe('permit')
    const decision = engine.decide(question(asked))
    expect(decision).toMatchObject({ kind: 'indeterminate', errors: [expect.any(String)] })
    expect(engine.inputs(question(asked))).toContain('"illness":')
    expect(engine.decide(question()).kind).toBe('permit')
  })

  test('an action that does not exist', () => {
    const action = 'destroy' as Question['action']
    expect(engineOf(ALL).decide(question({ action })).kind).toBe('indeterminate')
  })
})

describe('oblige policies [policy.oblige]', () => {
  const oblige = '@id("o") @mode("oblige") @obligation("redact:secret") permit(principal, action, resource)'

  test('never grant', () => {
    expect(engineOf(`${oblige};`).decide(question())).toMatchObject({ kind: 'forbid', determining: [] })
  })

  test('join where they match', () => {
    const engine = engineOf(
      `@id("all") @obligation("mask:pii") permit(principal, action, resource); ${oblige} when { context.stream };`,
    )
    expect(sources(engine.decide(question({ context: { stream: true } })))).toEqual(['mask:pii', 'redact:secret'])
    const other = engine.decide(question())
    expect(other).toMatchObject({ kind: 'permit', determining: ['all'] })
    expect(sources(other)).toEqual(['mask:pii'])
  })
})

describe('shadow policies [policy.shadow]', () => {
  test('are told, permits beside forbids, and change nothing', () => {
    const engine = engineOf(`${ALL}
      @id("s2") @mode("shadow") forbid(principal, action, resource);
      @id("s1") @mode("shadow") @obligation("redact:pii") permit(principal, action, resource);
      @id("s3") @mode("shadow") permit(principal, action, resource) when { context.stream };`)
    expect(engine.decide(question())).toEqual({
      kind: 'permit',
      determining: ['all'],
      shadow: ['s1', 's2'],
      shadowErrors: [],
      obligations: [],
    })
    expect(engine.decide(question({ context: { stream: true } })).shadow).toEqual(['s1', 's2', 's3'])
  })

  test('that err are only told', () => {
    const engine = engineOf(
      `${ALL} @id("s") @mode("shadow") forbid(principal, action, resource) when { ${OVERFLOWS} };`,
    )
    expect(engine.decide(question())).toMatchObject({
      kind: 'permit',
      shadow: [],
      shadowErrors: [expect.stringMatching(/^`s`: /)],
    })
  })

  test('do not grant', () => {
    const engine = engineOf('@id("s") @mode("shadow") permit(principal, action, resource);')
    expect(engine.decide(question())).toMatchObject({ kind: 'forbid', shadow: ['s'] })
  })
})

describe('challenges [policy.challenge]', () => {
  const approval = `@id("ask") @reason("Ask first.") @challenge("approval:security")
    forbid(principal, action, resource) unless { context.approvals.contains("ask") };`
  const login = `@id("login") @challenge("acr:gold silver")
    forbid(principal, action, resource) unless { principal has acr && ["gold", "silver"].contains(principal.acr) };`
  const shut = '@id("shut") @reason("Shut.") forbid(principal, action, resource) when { context.stream };'

  test('are asked where the answer were permit without them', () => {
    const engine = engineOf(`${ALL} ${approval} ${login} ${shut}`)
    expect(engine.decide(question())).toEqual({
      kind: 'challenge',
      determining: ['ask', 'login'],
      asks: [
        { kind: 'approval', group: 'security' },
        { kind: 'acr', values: ['gold', 'silver'] },
      ],
      reasons: ['Ask first.'],
      shadow: [],
      shadowErrors: [],
    })
    expect(engine.decide(question({ principal: { acr: 'gold' } }))).toMatchObject({
      kind: 'challenge',
      determining: ['ask'],
    })
    const met = question({ principal: { acr: 'gold' }, context: { approvals: ['ask'] } })
    expect(engine.decide(met)).toMatchObject({ kind: 'permit', determining: ['all'] })
  })

  test('are not asked where a forbid without one stands too', () => {
    const engine = engineOf(`${ALL} ${approval} ${shut}`)
    expect(engine.decide(question({ context: { stream: true } }))).toMatchObject({
      kind: 'forbid',
      determining: ['ask', 'shut'],
      reasons: ['Ask first.', 'Shut.'],
    })
  })

  test('are not asked where nobody permits', () => {
    expect(engineOf(approval).decide(question())).toMatchObject({ kind: 'forbid', determining: ['ask'] })
    const engine = engineOf(`${approval} @id("g") permit(principal in Group::"g", action, resource);`)
    expect(engine.decide(question())).toMatchObject({ kind: 'forbid', determining: ['ask'] })
    expect(engine.decide(question({ identity: { groups: ['g'] } }))).toMatchObject({ kind: 'challenge' })
  })

  test('are not asked where the answer were an error without them', () => {
    const oblige = `@id("o") @mode("oblige") @obligation("redact:pii") permit(principal, action, resource) when { ${OVERFLOWS} };`
    expect(engineOf(`${ALL} ${approval} ${oblige}`).decide(question()).kind).toBe('indeterminate')
  })

  test('of shadow policies are not asked', () => {
    const engine = engineOf(`${ALL} ${approval.replace('@id', '@mode("shadow") @id')}`)
    expect(engine.decide(question())).toMatchObject({ kind: 'permit', shadow: ['ask'] })
  })
})

describe('inputs', () => {
  test('are what the policies read, and nothing else', () => {
    const engine = engineOf(`
      @id("a") permit(principal is User in Group::"g", action, resource is Model) when { resource.hosting == "external" };
      @id("b") permit(principal, action == Action::"callTool", resource is Tool) when { context.time > datetime("2026-01-01") };
      @id("c") @mode("shadow") forbid(principal, action, resource) when { principal has clearance && context has purpose };`)
    const asked = question({
      identity: { groups: ['g', 'other'], attributes: { clearance: 'high', level: 3 } },
      context: { purpose: 'é"', labels: ['x'] },
    })
    expect(engine.inputs(asked)).toBe(
      '{"action":"invoke","context":{"purpose":"é\\""},' +
        '"principal":{"attributes":{"clearance":"high"},"in":["g"],"type":"User"},' +
        '"resource":{"attributes":{"hosting":"external"},"type":"Model"}}',
    )
    const tool: Resource = { type: 'Tool', id: 't', attributes: { server: 's', effect: 'read' } }
    expect(JSON.parse(engine.inputs(question({ action: 'callTool', resource: tool })))).toMatchObject({
      action: 'callTool',
      context: { purpose: null, time: NOW },
    })
  })

  test('are the same for sets in any order', () => {
    const engine = engineOf('@id("a") permit(principal, action, resource) when { context.labels.contains("a") };')
    expect(engine.inputs(question({ context: { labels: ['b', 'a', 'b'] } }))).toBe(
      engine.inputs(question({ context: { labels: ['a', 'b'] } })),
    )
  })

  test('say the whole of what is used as a whole', () => {
    const engine = engineOf('@id("a") permit(principal, action, resource) when { [principal].contains(principal) };')
    const inputs = engine.inputs(
      question({ identity: { groups: ['g'], attributes: { level: 3 } }, principal: { authTime: 1 } }),
    )
    expect(JSON.parse(inputs)).toMatchObject({
      principal: {
        ages: { authAgeSeconds: NOW / 1000 - 1, tokenAgeSeconds: 60 },
        attributes: { level: 3, groups: ['g'], proof: 'bearer' },
        in: ['g'],
        type: 'User',
        id: `${ISSUER}#alice`,
      },
    })
  })

  test('tell whether enforced policies read the time', () => {
    const reads = (text: string): boolean => engineOf(text).readsTime
    expect(reads(ALL)).toBe(false)
    expect(reads('@id("a") permit(principal, action, resource) when { context.time > datetime("2026-01-01") };')).toBe(
      true,
    )
    expect(reads('@id("a") forbid(principal, action, resource) when { principal.tokenAgeSeconds > 60 };')).toBe(true)
    expect(reads('@id("a") forbid(principal, action, resource) when { principal has authAgeSeconds };')).toBe(true)
    expect(
      reads('@id("a") @mode("shadow") forbid(principal, action, resource) when { principal.tokenAgeSeconds > 60 };'),
    ).toBe(false)
  })
})

describe('the memo', () => {
  test('holds the very decision, until it is dropped', () => {
    const engine = engineOf(ALL)
    const first = engine.decide(question())
    expect(engine.decide(question({ identity: { subject: 'bob' } }))).toBe(first)
    engine.dispose()
    expect(engine.decide(question())).not.toBe(first)
    const none = engineOf(ALL, { memoEntries: 0 })
    expect(none.decide(question())).not.toBe(none.decide(question()))
  })

  test('drops the oldest', () => {
    const engine = engineOf('@id("a") permit(principal, action, resource) when { context.promptTokens + 0 < 5 };', {
      memoEntries: 2,
    })
    const ask = (promptTokens: number): Decision => engine.decide(question({ context: { promptTokens } }))
    const one = ask(1)
    const two = ask(2)
    expect(ask(1)).toBe(one)
    ask(3)
    expect(ask(2)).toBe(two)
    expect(ask(1)).not.toBe(one)
  })

  test('keeps no long texts', () => {
    const engine = engineOf(
      '@id("a") permit(principal, action, resource) when { context has purpose && context.purpose like "a*" };',
    )
    const ask = (length: number): Decision => engine.decide(question({ context: { purpose: 'a'.repeat(length) } }))
    expect(ask(100)).toBe(ask(100))
    expect(ask(5000)).toEqual(ask(100))
    expect(ask(5000)).not.toBe(ask(5000))
  })

  test('is not scattered by numbers of which only the side of a constant counts', () => {
    const engine = engineOf(`
      @id("a") permit(principal, action, resource) when { context.promptTokens < 500 && 1000 != context.maxTokens };
      @id("b") forbid(principal, action, resource) when { context.promptTokens >= 300 && context.promptTokens <= 300 };
      @id("c") forbid(principal, action, resource) when { principal.tokenAgeSeconds > 120 };
      @id("d") forbid(principal, action, resource) when { context.time > datetime("2026-11-25T12:10:00Z") };`)
    const ask = (context: Partial<Context>): Decision => engine.decide(question({ context }))
    const low = ask({ promptTokens: 10 })
    expect(low.kind).toBe('permit')
    expect(ask({ promptTokens: 299, maxTokens: 999, timeMs: NOW + 59_999 })).toBe(low)
    expect(ask({ promptTokens: 300 })).toMatchObject({ kind: 'forbid', determining: ['b'] })
    expect(ask({ promptTokens: 301 })).not.toBe(low)
    expect(ask({ promptTokens: 499 })).toBe(ask({ promptTokens: 301 }))
    expect(ask({ promptTokens: 500 })).toMatchObject({ kind: 'forbid', determining: [] })
    expect(ask({ maxTokens: 1000 })).toMatchObject({ kind: 'forbid', determining: [] })
    expect(ask({ timeMs: NOW + 61_000 })).toMatchObject({ kind: 'forbid', determining: ['c'] })
    expect(ask({ timeMs: NOW + 600_000 })).toMatchObject({ determining: ['c'] })
    expect(ask({ timeMs: NOW + 600_001 })).toMatchObject({ determining: ['c', 'd'] })
    const asked = question({ context: { promptTokens: 7 } })
    expect(JSON.parse(engine.inputs(asked))).toMatchObject({ context: { promptTokens: 7, time: NOW } })
  })

  test('never answers otherwise than Cedar does, for any policies and questions [policy.memo]', () => {
    fc.assert(
      fc.property(
        fc.subarray([...POOL], { minLength: 1, maxLength: 9 }),
        fc.array(questions(), { minLength: 24, maxLength: 24 }),
        (texts, asked) => {
          const text = texts.map((one, index) => `@id("p${index}") ${one}`).join('\n')
          const memory = engineOf(text)
          const oracle = engineOf(text, { memoEntries: 0 })
          const byInputs = new Map<string, Decision>()
          for (const one of asked) {
            const decision = oracle.decide(one)
            expect(memory.decide(one)).toEqual(decision)
            const inputs = memory.inputs(one)
            expect(oracle.inputs({ ...one })).toBe(inputs)
            // Canonical: what a JSON parser makes of it is written the same way again.
            expect(sortedJson(JSON.parse(inputs))).toBe(inputs)
            expect(byInputs.get(inputs) ?? decision).toEqual(decision)
            byInputs.set(inputs, decision)
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})

function sources(decision: Decision): readonly string[] {
  return decision.kind === 'permit' ? decision.obligations.map(({ source }) => source) : []
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** Policies without ids: each reads something, in some way. */
const POOL: readonly string[] = [
  'permit(principal, action, resource);',
  '@obligation("redact:pii") permit(principal is User, action, resource is Model);',
  'permit(principal in Group::"g", action == Action::"invoke", resource);',
  `permit(principal == User::"${ISSUER}#alice", action, resource);`,
  'permit(principal is Agent in Group::"h", action in [Action::"embed", Action::"invoke"], resource);',
  'permit(principal, action, resource == Model::"m1");',
  `@obligation("mask:pii.card") permit(principal, action, resource) when { principal in Group::"h" || principal == User::"${ISSUER}#bob" };`,
  'permit(principal, action, resource) when { if principal is User then context.stream else principal.proof == "dpop" };',
  'permit(principal is User, action, resource) when { [principal].contains(User::"https://idp.example#bob") };',
  'permit(principal, action, resource is Model) when { resource has tier && resource.tier < context.promptTokens };',
  'permit(principal, action, resource) when { {here: context.labels}.here.containsAny(["x", "y"]) };',
  'permit(principal, action, resource) when { principal has regions && principal.regions.containsAll(context.labels) };',
  'permit(principal, action, resource) when { context has purpose && context.purpose like "c*" };',
  'permit(principal, action, resource) when { principal.issuer == principal.subject || principal.scopes.isEmpty() };',
  'forbid(principal, action, resource) when { principal.groups.contains("h") };',
  'forbid(principal, action, resource) unless { context.sourceIp.isInRange(ip("192.0.2.0/24")) };',
  'forbid(principal, action, resource) when { context.time.toTime() > duration("12h") };',
  'forbid(principal, action, resource) when { principal.tokenAgeSeconds > 60 };',
  'forbid(principal, action, resource) unless { principal has authAgeSeconds && principal.authAgeSeconds < 61 };',
  'forbid(principal, action, resource) when { context.findings.contains("secret") && !context.hasSystemMessage };',
  `forbid(principal, action, resource) when { ${OVERFLOWS} && context.stream };`,
  '@challenge("acr:gold") forbid(principal, action, resource) unless { principal has acr && principal.acr == "gold" };',
  '@challenge("max_age:60") forbid(principal, action, resource) when { principal has authAgeSeconds && principal.authAgeSeconds > 60 };',
  '@mode("oblige") @obligation("block:secret") permit(principal, action, resource) when { context.uninspectable };',
  '@mode("oblige") @obligation("flag:pii") permit(principal, action, resource) when { principal != User::"x" && context.maxTokens > 1 };',
  '@mode("shadow") permit(principal, action, resource) when { principal has clearance && principal.clearance == "high" };',
  '@mode("shadow") forbid(principal, action, resource) when { principal has level && -principal.level < -3 };',
  'permit(principal, action, resource is Tool) when { resource.effect == "read" };',
  'forbid(principal, action, resource) when { 2 <= context.promptTokens && context.promptTokens != 3 };',
  'forbid(principal, action, resource) when { context.maxTokens >= 2 };',
  'permit(principal, action, resource) when { context.time <= datetime("2026-11-25T12:00:00.999Z") };',
  'forbid(principal, action, resource) when { datetime("2026-11-25T13:00:01+0100") == context.time };',
  'forbid(principal, action, resource) when { principal.tokenAgeSeconds == 61 };',
]

function questions(): fc.Arbitrary<Question> {
  const identities = fc.record({
    kind: fc.constantFrom('User' as const, 'Service' as const, 'Agent' as const),
    subject: fc.constantFrom('alice', 'bob', ISSUER),
    groups: fc.subarray(['g', 'h', 'i']),
    attributes: fc.constantFrom({}, { clearance: 'high' }, { regions: ['x', 'y'], level: 4 }, { level: '4' }),
  })
  const principals = fc.record({
    scopes: fc.constantFrom(new Set<string>(), new Set(['llm'])),
    proof: fc.constantFrom('bearer' as const, 'dpop' as const),
    acr: fc.constantFrom(undefined, 'gold'),
    authTime: fc.constantFrom(undefined, NOW / 1000 - 60),
  })
  const models: readonly Resource[] = [
    { ...MODEL, id: 'm1' },
    { ...MODEL, id: 'm2', attributes: { ...MODEL.attributes, tier: 1 } },
    { type: 'Tool', id: 'm1', attributes: { server: 's', effect: 'read' } },
  ]
  const contexts = fc.record({
    labels: fc.shuffledSubarray(['x', 'y', 'z']),
    findings: fc.constantFrom([], ['secret', 'secret.aws']),
    uninspectable: fc.boolean(),
    promptTokens: fc.constantFrom(0, 1, 2, 3, 4, 0.5),
    maxTokens: fc.constantFrom(0, 1, 2),
    stream: fc.boolean(),
    hasSystemMessage: fc.boolean(),
    hasEffects: fc.boolean(),
    purpose: fc.constantFrom(undefined, 'care', 'null'),
    sourceIp: fc.constantFrom('192.0.2.1', '::ffff:192.0.2.1', '::1', 'nowhere'),
    timeMs: fc.constantFrom(NOW, NOW + 998, NOW + 999, NOW + 1000, NOW + 1001),
    approvals: fc.constant([]),
  })
  return fc
    .record({
      identity: identities,
      principal: principals,
      resource: fc.constantFrom(...models),
      context: contexts,
      action: fc.constantFrom(
        'invoke' as const,
        'invoke' as const,
        'embed' as const,
        'callTool' as const,
        'release' as const,
      ),
    })
    .map(({ identity, ...rest }) =>
      question({ ...rest, identity: { ...identity, uid: `${ISSUER}#${identity.subject}` } }),
    )
}
