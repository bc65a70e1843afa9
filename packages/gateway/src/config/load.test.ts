import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BASE, base, ENV, FILE, good, read } from '../../test/config-text.js'
import { FINDING_TYPES, OWN_TYPES } from '../spec/index.js'
import { DIALECTS } from './config.js'
import { faultText } from './fault.js'
import { configFromText, loadConfig } from './load.js'

const folder = mkdtempSync(join(tmpdir(), 'ostiary-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const TYPES_PAGE = 'docs/detectors.md#finding-types lists them'
const A_TYPE = `write \`injection\`, or a finding type: \`canary.…\`, \`data.…\`, \`injection.…\`, \`moderation.…\`, \`pii.…\`, \`secret.…\` (${TYPES_PAGE})`

describe('a good configuration', () => {
  it('has every default of the contract, with units in its names', () => {
    const config = good(BASE)
    expect(config).toMatchObject({
      publicUrl: 'https://gateway.example',
      listen: { host: '127.0.0.1', port: 8787, tls: undefined },
      admin: { host: '127.0.0.1', port: 8788, tls: undefined },
      trustedProxies: [],
      issuers: [
        {
          keys: { kind: 'jwksUri', uri: 'https://idp.example/jwks' },
          algorithms: ['ES256', 'RS256', 'PS256', 'Ed25519'],
          profile: 'rfc9068',
          maxTokenLifetimeMs: 900_000,
          clockToleranceMs: 5000,
          streamGraceMs: 0,
          dpop: 'optional',
          allowPrivateNetwork: false,
          jwksCooldownMs: 30_000,
          claims: [{ kind: 'groups', claim: 'groups' }],
          agents: [],
          groups: { kind: 'prefix', prefix: '' },
        },
      ],
      dpop: { nonces: 'required', windowMs: 60_000, algorithms: ['ES256', 'Ed25519'], replayFailure: 'closed' },
      models: [{ name: 'gpt', provider: 'openai', upstreamModel: 'gpt', attributes: {} }],
      inspection: { onFailure: 'closed' },
      limits: { bodyBytes: 10_485_760, headerBytes: 65_536, promptTokens: 128_000, nesting: 64 },
      timeouts: {
        connectMs: 5000,
        firstByteMs: 600_000,
        idleMs: 300_000,
        totalMs: 3_600_000,
        requestHeadMs: 10_000,
        requestBodyMs: 60_000,
      },
      audit: {
        store: { kind: 'fs', dir: '/etc/ostiary/data/audit' },
        origin: 'gateway.example/audit',
        key: undefined,
        failure: 'closed',
        order: 'before-forward',
        flushIntervalMs: 0,
        checkpointIntervalMs: 1000,
        publish: false,
      },
      revocation: { failure: 'closed' },
      apiKeys: { direct: false },
      tokens: { lifetimeMs: 300_000, algorithm: 'ES256', rotationMs: 2_592_000_000 },
      ledger: {
        ttlMs: 28_800_000,
        scope: 'principal',
        actors: false,
        gather: { findings: [], toolResults: [], termsNamed: [] },
        fingerprints: { ttlMs: 28_800_000, max: 1_000_000 },
      },
      vault: {
        ttlMs: 28_800_000,
        formats: { 'pii.card': 'surrogate', 'pii.email': 'placeholder', 'pii.iban': 'surrogate' },
      },
      policy: { dir: '/etc/ostiary/policies' },
      systemMessages: [],
      store: { kind: 'sqlite', path: '/etc/ostiary/data/ostiary.db' },
      keptIn: '/etc/ostiary/data',
      shutdown: { deadlineMs: 30_000 },
      control: { socket: '/etc/ostiary/data/ostiary.sock' },
    })
    expect(config.inspection.types).toContain('pii.card')
    expect(read(BASE).warnings).toEqual([])
  })

  it('takes every key, and keeps what it says', () => {
    for (const name of ['cert', 'key', 'ca', 'audit', 'p']) writeFileSync(join(folder, name), 'text\n')
    const text = `$schema: ./config.schema.json
publicUrl: http://127.0.0.1:9000/
listen: { host: 0.0.0.0, port: 0, tls: { cert: file:cert, key: file:key, clientCa: file:ca } }
admin: { host: 10.0.0.1, port: 9001, tls: { cert: file:cert, key: file:key } }
trustedProxies: [10.0.0.7, "fd00::/8"]
issuers:
  - issuer: https://idp.example
    audience: api
    discovery: true
    algorithms: [RS256, ES256]
    profile: legacy
    maxTokenLifetime: 1h
    clockTolerance: 60s
    streamGrace: 10s
    dpop: required
    allowPrivateNetwork: true
    jwksCooldown: 1m
    claims: { roles: groups, dept: department, "https://x.example/level": { to: level, type: Long } }
    require: { tenant: t1, "https://x.example/realm": [a, b] }
    scopes: { claim: [scp, roles], map: { ask: "models:invoke models:list", none: "x" }, always: "models:list" }
    subjects: services
    agents: [{ id: scout, groups: [readers] }, { id: bare }]
    groups: { allow: [a, b] }
providers:
  - { name: a, dialect: openai, baseUrl: "http://127.0.0.1:11434/v1/" }
  - { name: b, dialect: openai, baseUrl: https://b.example, apiKeys: ["\${KEY}", file:key] }
models:
  - { name: m, provider: a, upstreamModel: up, attributes: { s: x, n: 3, b: true, l: [p, q] }, price: { input: 0.25, output: '2', per: 1K } }
datasets: []
mcp: []
policy: { dir: /policies }
inspection: { detectors: { pii.email: false, secret.aws: true, pii.iban: { onFailure: closed } }, onFailure: open, remote: [{ name: people, kind: presidio, url: 'https://presidio.example/p/', timeout: 500ms, labelsMax: restricted, types: { PERSON: pii.person, ID: injection }, threshold: 0.7, language: de, window: 1000, concurrency: 3, apiKey: 'file:p', header: x-api-key }] }
limits: { bodyBytes: 1MiB, headerBytes: 8KiB, uploadBytes: 2GiB, promptTokens: 10, parts: 20, nesting: 30, maxTokens: 9, tools: 8, images: 7 }
budgets: { failure: open, answerTokens: 100, rules: [{ name: r, per: group, match: { groups: [a], models: [m] }, requests: 60/1m, tokens: 100000/1d, money: 5.00/month }] }
timeouts: { connect: 1ms, firstByte: 2s, idle: 3m, total: 4h, requestHead: 5s, requestBody: 6s }
audit:
  store: fs:/log
  origin: log.example/x
  key: file:audit
  failure: open
  order: before-release
  flushInterval: 5ms
  checkpointInterval: 2s
  publish: true
ledger: { ttl: 1d, scope: session, actors: true, gather: { pii: confidential, pii.card: [finance, confidential], tool-results: untrusted } }
dpop: { nonces: "off", window: 2m, algorithms: [PS256, ES256], replayFailure: open }
revocation: { failure: open }
apiKeys: { direct: true }
tokens: { lifetime: 1m, algorithm: Ed25519, rotation: 7d }
store: sqlite:/db/o.db
vault: { ttl: 10m, formats: { pii.email: surrogate, pii.card: placeholder } }
shutdown: { deadline: 1s }
control: { socket: run/o.sock }
systemMessages: [{ name: house, text: "file:/dev/null" }]
files: { openai: b }
`
    const file = join(folder, 'ostiary.yaml')
    writeFileSync(file, text)
    const { config, faults, warnings } = loadConfig(file, ENV, { requireEnv: true })
    expect(faults).toEqual([])
    expect(config).toEqual({
      publicUrl: 'http://127.0.0.1:9000',
      listen: {
        host: '0.0.0.0',
        port: 0,
        tls: {
          cert: { kind: 'file', path: join(folder, 'cert') },
          key: { kind: 'file', path: join(folder, 'key') },
          clientCa: { kind: 'file', path: join(folder, 'ca') },
        },
      },
      admin: {
        host: '10.0.0.1',
        port: 9001,
        tls: {
          cert: { kind: 'file', path: join(folder, 'cert') },
          key: { kind: 'file', path: join(folder, 'key') },
          clientCa: undefined,
        },
      },
      trustedProxies: ['10.0.0.7', 'fd00::/8'],
      issuers: [
        {
          issuer: 'https://idp.example',
          audience: 'api',
          keys: { kind: 'discovery' },
          algorithms: ['ES256', 'RS256'],
          profile: 'legacy',
          maxTokenLifetimeMs: 3_600_000,
          clockToleranceMs: 60_000,
          streamGraceMs: 10_000,
          dpop: 'required',
          allowPrivateNetwork: true,
          jwksCooldownMs: 60_000,
          claims: [
            { kind: 'groups', claim: 'roles' },
            { kind: 'attribute', claim: 'dept', name: 'department', type: 'String' },
            { kind: 'attribute', claim: 'https://x.example/level', name: 'level', type: 'Long' },
          ],
          required: [
            { claim: 'tenant', values: ['t1'] },
            { claim: 'https://x.example/realm', values: ['a', 'b'] },
          ],
          scopes: {
            claims: ['scp', 'roles'],
            map: [
              { from: 'ask', to: ['models:invoke', 'models:list'] },
              { from: 'none', to: ['x'] },
            ],
            always: ['models:list'],
          },
          subjects: 'services',
          agents: [
            { id: 'scout', groups: ['readers'] },
            { id: 'bare', groups: [] },
          ],
          groups: { kind: 'allow', names: ['a', 'b'] },
        },
      ],
      dpop: { nonces: 'off', windowMs: 120_000, algorithms: ['ES256', 'PS256'], replayFailure: 'open' },
      dialects: [],
      providers: [
        {
          name: 'a',
          dialect: 'openai',
          baseUrl: 'http://127.0.0.1:11434/v1',
          authentication: undefined,
          apiKeys: [],
        },
        {
          name: 'b',
          dialect: 'openai',
          baseUrl: 'https://b.example',
          authentication: undefined,
          apiKeys: [
            { secret: expect.objectContaining({ kind: 'value' }), name: undefined, weight: 1 },
            { secret: { kind: 'file', path: join(folder, 'key') }, name: undefined, weight: 1 },
          ],
        },
      ],
      models: [
        {
          name: 'm',
          provider: 'a',
          upstreamModel: 'up',
          attributes: { s: 'x', n: 3, b: true, l: ['p', 'q'] },
          price: { input: 250_000_000, output: 2_000_000_000 },
        },
      ],
      policy: { dir: '/policies' },
      files: { openai: 'b', anthropic: undefined },
      classification: {
        levels: ['public', 'internal', 'confidential', 'restricted'],
        categories: ['finance', 'phi', 'pii'],
      },
      datasets: [],
      tools: [],
      systemMessages: [
        { name: 'house', version: undefined, text: { kind: 'file', path: '/dev/null' }, after: undefined },
      ],
      inspection: {
        types: OWN_TYPES.filter((type) => type !== 'pii.email'),
        open: OWN_TYPES.filter((type) => type !== 'pii.email' && type !== 'pii.iban'),
        onFailure: 'open',
        remote: [
          {
            name: 'people',
            kind: 'presidio',
            url: 'https://presidio.example/p',
            timeoutMs: 500,
            onFailure: 'open',
            labelsMax: 'restricted',
            types: [
              { from: 'PERSON', to: 'pii.person' },
              { from: 'ID', to: 'injection' },
            ],
            threshold: 0.7,
            language: 'de',
            model: undefined,
            window: 1000,
            concurrency: 3,
            apiKey: { kind: 'file', path: join(folder, 'p') },
            header: 'x-api-key',
          },
        ],
        terms: [],
        local: [],
      },
      limits: {
        bodyBytes: 1_048_576,
        headerBytes: 8192,
        uploadBytes: 2_147_483_648,
        promptTokens: 10,
        parts: 20,
        nesting: 30,
        maxTokens: 9,
        tools: 8,
        images: 7,
      },
      budgets: {
        failure: 'open',
        answerTokens: 100,
        rules: [
          {
            name: 'r',
            per: 'group',
            groups: ['a'],
            models: ['m'],
            amounts: [
              { measure: 'requests', atMost: 60, window: { kind: 'rolling', ms: 60_000, text: '1m' } },
              { measure: 'tokens', atMost: 100_000, window: { kind: 'day', text: '1d' } },
              { measure: 'money', atMost: 5_000_000, window: { kind: 'month', text: 'month' } },
            ],
          },
        ],
      },
      timeouts: {
        connectMs: 1,
        firstByteMs: 2000,
        idleMs: 180_000,
        totalMs: 14_400_000,
        requestHeadMs: 5000,
        requestBodyMs: 6000,
      },
      audit: {
        store: { kind: 'fs', dir: '/log' },
        origin: 'log.example/x',
        key: { kind: 'file', path: join(folder, 'audit') },
        failure: 'open',
        order: 'before-release',
        flushIntervalMs: 5,
        checkpointIntervalMs: 2000,
        publish: true,
      },
      revocation: { failure: 'open' },
      apiKeys: { direct: true },
      tokens: { lifetimeMs: 60_000, algorithm: 'Ed25519', rotationMs: 604_800_000 },
      ledger: {
        ttlMs: 86_400_000,
        scope: 'session',
        actors: true,
        gather: {
          // Every type of a family that is named, and what is named itself beside.
          findings: FINDING_TYPES.filter((type) => type.startsWith('pii.')).map((type) => ({
            type,
            labels: type === 'pii.card' ? ['confidential', 'finance'] : ['confidential'],
          })),
          toolResults: ['untrusted'],
          termsNamed: [],
        },
        fingerprints: { ttlMs: 28_800_000, max: 1_000_000 },
      },
      vault: {
        ttlMs: 600_000,
        formats: { 'pii.card': 'placeholder', 'pii.email': 'surrogate', 'pii.iban': 'surrogate' },
      },
      store: { kind: 'sqlite', path: '/db/o.db' },
      keptIn: '/db',
      shutdown: { deadlineMs: 1000 },
      control: { socket: join(folder, 'run/o.sock') },
    })
    expect(warnings.map((one) => faultText(one).slice(file.length + 1))).toEqual([
      '32:110 inspection.onFailure: open: when a detector fails, content passes uninspected',
      '34:21 budgets.failure: open: while the store is away, each gateway spends what was left by itself',
      '40:12 audit.failure: open: when the log fails, requests go on without proof',
      '45:27 ledger.scope: session: a caller can start a new session without the labels it gathered',
      '46:17 dpop.nonces: off: a proof can be made ahead of time, and used by who does not hold its key',
      '46:79 dpop.replayFailure: open: while the store is away, a proof passes as often as it is sent',
      '47:24 revocation.failure: open: while the store is away, what others revoke goes on being taken',
      '48:20 apiKeys.direct: true: keys made `direct` open the data plane for as long as they live',
    ])
  })

  it('is frozen through and through', () => {
    const config = good(BASE)
    const open: string[] = []
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      if (!Object.isFrozen(value)) open.push(path)
      for (const [key, inner] of Object.entries(value)) look(inner, `${path}.${key}`)
    }
    look(config, 'config')
    expect(open).toEqual([])
  })

  it('may use anchors and aliases', () => {
    const text = base(
      '  - { name: gpt, provider: openai }',
      '  - { name: gpt, provider: openai, attributes: &a { hosting: home } }\n  - { name: b, provider: openai, attributes: *a }',
    )
    expect(good(text).models[1]?.attributes).toEqual({ hosting: 'home' })
  })
})

describe('a faulty file', () => {
  it('that is missing is one fault', () => {
    const { config, faults } = loadConfig(join(folder, 'none.yaml'), {}, { requireEnv: true })
    expect(config).toBeUndefined()
    expect(faults.map(faultText)).toEqual([
      `${join(folder, 'none.yaml')}:1:1 the file cannot be read (ENOENT): \`ostiary init\` makes one, or name it with --config FILE`,
    ])
  })

  it('that is not UTF-8 is one fault', () => {
    const file = join(folder, 'latin.yaml')
    writeFileSync(file, Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]))
    const { faults } = loadConfig(file, {}, { requireEnv: true })
    expect(faults.map(faultText)).toEqual([`${file}:1:1 the file is not UTF-8`])
  })

  it.each([
    ['nothing', '', ['1:1 must be a map of keys and values']],
    ['a comment alone', '# nothing\n', ['1:1 must be a map of keys and values']],
    ['a list', '- a\n', ['1:1 must be a map of keys and values']],
  ])('that holds %s is told so', (_, text, faults) => {
    expect(read(text).faults).toEqual(faults)
  })

  it('with a key that stands twice', () => {
    expect(read(`${BASE}store: sqlite:other.db\n`).faults).toEqual(['13:1 the key `store` stands twice in its map'])
    for (const [written, key] of [
      ['"store" : x', ' `store`'],
      ["'store': x", ' `store`'],
      ['? store\n: x', ' `store`'],
      ['!!str store: x', ' `store`'],
      ['"st\\u006fre": x', ''],
    ]) {
      expect(read(`${BASE}${written}\n`).faults).toEqual([
        expect.stringContaining(` the key${key} stands twice in its map`),
      ])
    }
  })

  it('that is not YAML', () => {
    const { faults } = read(base('policy: { dir: ./policies }', 'policy: { dir: ./policies'))
    expect(faults[0]).toMatch(/^1[01]:\d+ not valid YAML: /)
    expect(faults[0]).not.toContain('colon')
  })

  it('that is not YAML for want of a colon', () => {
    const { faults } = read(base('policy: { dir: ./policies }', 'policy\n  dir: ./policies'))
    expect(faults).toEqual([expect.stringMatching(/^\d+:1 not valid YAML: .*single line: a colon may be missing$/)])
  })

  it('with a tag of another language', () => {
    const { faults } = read(base('store: sqlite', 'store: !!python/object sqlite'))
    expect(faults[0]).toMatch(/^12:8 not valid YAML: unresolved tag/)
  })

  it('whose aliases multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    const { faults } = read(`${lines.join('\n')}\n`)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^1:\d+ the file is too large once its aliases are followed$/)
  })

  it('whose alias leads to itself', () => {
    expect(read('a: &a [*a]\n').faults[0]).toMatch(/the file is nested too deeply/)
  })

  it('of brackets alone', () => {
    expect(read('['.repeat(100_000)).faults).toEqual([expect.stringMatching(/^1:\d+ the file is nested too deeply$/)])
  })

  it('with a key that would be a prototype', () => {
    expect(read(`${BASE}__proto__: { publicUrl: x }\n`).faults).toEqual(['13:1 unknown key `__proto__`'])
  })
})

/** A section that is faulty, one like it that is not, and what is said of the first. */
function remoteFaults(): readonly [string, string, readonly string[]][] {
  const section = (one: string): string => `inspection: { remote: [{ name: a, kind: presidio, ${one} }] }`
  const at = (column: number, key: string, message: string): readonly string[] => [
    `13:${column} inspection.remote[0].${key}: ${message}`,
  ]
  const good = section('url: "http://localhost:5002"')
  const bad = (one: string): string => section(`url: "http://localhost:5002", ${one}`)
  return [
    [
      section('url: "http://presidio:3000"'),
      good,
      at(56, 'url', 'plain http to another host than loopback: it is shown prompts'),
    ],
    [
      section('url: "https://p.example/?key=1"'),
      good,
      [
        '13:56 inspection.remote[0].url: write an http or https URL without a query or credentials, not `https://p.example/?key=1`',
      ],
    ],
    [
      bad('timeout: 2'),
      bad('timeout: 2s'),
      at(90, 'timeout', 'write a time with its unit (ms, s, m, h or d), such as 30s, not `2`'),
    ],
    [bad('labelsMax: secret'), bad('labelsMax: public'), at(92, 'labelsMax', 'classification.levels has no `secret`')],
    [bad('types: {}'), good, at(88, 'types', 'must name at least one')],
    [bad('model: omni'), bad('language: de'), at(88, 'model', 'is for moderation alone')],
    [bad('concurrency: 0'), bad('concurrency: 1'), at(94, 'concurrency', 'must be at least 1, not `0`')],
    [
      good.replace(' }] }', ' }, { name: a, kind: llm-guard, url: "https://l.example" }] }'),
      good.replace(' }] }', ' }, { name: b, kind: llm-guard, url: "https://l.example" }] }'),
      ['13:91 inspection.remote[1].name: the name `a` stands twice in inspection.remote'],
    ],
    [
      good.replace('presidio,', 'presidios,'),
      good,
      at(
        41,
        'kind',
        'must be one of `presidio`, `llm-guard`, `moderation`, not `presidios` (did you mean `presidio`?)',
      ),
    ],
  ]
}

describe('a fault has its place', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['unknown key', 'store: sqlite', 'sotre: 1\nstore: sqlite', ['12:1 unknown key `sotre` (did you mean `store`?)']],
    ['unknown key, nothing near', 'store: sqlite', 'whatever: 1\nstore: sqlite', ['12:1 unknown key `whatever`']],
    ['unknown key within', 'dir: ./policies', 'dir: ./p, drectory: x', ['10:21 unknown key `drectory` in `policy`']],
    [
      'misspelt key within',
      '    audience:',
      '    audiense: x\n    audience:',
      ['4:5 unknown key `audiense` in `issuers[0]` (did you mean `audience`?)'],
    ],
    ['missing at the top', 'publicUrl: https://gateway.example\n', '', ['1:1 missing `publicUrl`']],
    ['missing within', 'store: "fs:./data/audit"', 'publish: true', ['11:1 missing `store` in `audit`']],
    ['missing in a list', '    audience: https://gateway.example\n', '', ['3:5 missing `audience` in `issuers[0]`']],
    ['no value', 'publicUrl: https://gateway.example', 'publicUrl:', ['1:11 publicUrl: must be text']],
    ['no models', '\n  - { name: gpt, provider: openai }', ' []', ['8:9 models: must not be an empty list']],
    ['a list that is none', '\n  - { name: gpt, provider: openai }', ' gpt', ['8:9 models: must be a list, not `gpt`']],
    [
      'text for a map',
      '{ dir: ./policies }',
      './policies',
      ['10:9 policy: must be a map of keys and values, not `./policies`'],
    ],
    [
      'a path in publicUrl',
      'gateway.example\nissuers',
      'gateway.example/v1\nissuers',
      [
        '1:12 publicUrl: write an origin, such as https://gateway.example: no path, no query, lower case, not `https://gateway.example/v1`',
      ],
    ],
    [
      'another scheme in publicUrl',
      'https://gateway.example\nissuers',
      'ftp://gateway.example\nissuers',
      [
        '1:12 publicUrl: write an origin, such as https://gateway.example: no path, no query, lower case, not `ftp://gateway.example`',
      ],
    ],
    [
      'a dialect of no kind',
      'dialect: openai',
      'dialect: cohere',
      [`7:30 providers[0].dialect: must be one of ${DIALECTS.map((one) => `\`${one}\``).join(', ')}, not \`cohere\``],
    ],
    [
      'a store of no kind',
      'sqlite:./data/ostiary.db',
      './data/ostiary.db',
      ['12:8 store: write sqlite:PATH, a file, or postgres://…, not `./data/ostiary.db`'],
    ],
    [
      'a store in memory',
      'sqlite:./data/ostiary.db',
      '"sqlite::memory:"',
      ['12:8 store: write sqlite:PATH, a file, or postgres://…, not `sqlite::memory:`'],
    ],
    [
      'a store at an address that is misspelt, whose password nobody prints',
      'sqlite:./data/ostiary.db',
      'postgre://gate:pass/word@db.example/o',
      ['12:8 store: write sqlite:PATH, a file, or postgres://…'],
    ],
    [
      'the same without its slashes',
      'sqlite:./data/ostiary.db',
      'postgres:gate:word@db.example/o',
      ['12:8 store: write sqlite:PATH, a file, or postgres://…'],
    ],
    [
      'a log to come',
      'fs:./data/audit',
      'postgres://db.example/o',
      ['11:17 audit.store: postgres:// is not in this version: write fs:DIR, not `postgres://db.example/o`'],
    ],
    ['a log of no kind', 'fs:./data/audit', './data/audit', ['11:17 audit.store: write fs:DIR, not `./data/audit`']],
    [
      'a base URL with a fragment',
      'https://api.openai.com/v1',
      '"https://api.openai.com/v1#x"',
      [
        '7:47 providers[0].baseUrl: write an http or https URL without a fragment or credentials, not `https://api.openai.com/v1#x`',
      ],
    ],
    ['an empty variable', `"\${KEY}"`, '""', ['7:82 providers[0].apiKey: must not be empty']],
  ])('%s', (_, from, to, faults) => {
    expect(read(base(from, to))).toMatchObject({ config: undefined, faults })
  })

  it.each<[string, string, readonly string[]]>([
    ['listen: { port: 65536 }', 'listen: { port: 65535 }', ['13:17 listen.port: must be at most 65535, not `65536`']],
    [
      'tokens: { lifetime: 61m }',
      'tokens: { lifetime: 1h }',
      ['13:21 tokens.lifetime: must be from 10s to 1h, not `61m`'],
    ],
    [
      'tokens: { rotation: 59m }',
      'tokens: { rotation: 1h }',
      ['13:21 tokens.rotation: must be from 1h to 365d, not `59m`'],
    ],
    [
      'tokens: { algorithm: HS256 }',
      'tokens: { algorithm: Ed25519 }',
      ['13:22 tokens.algorithm: must be one of `ES256`, `Ed25519`, not `HS256` (did you mean `ES256`?)'],
    ],
    ['listen: { port: "80" }', 'listen: { port: 80 }', ['13:17 listen.port: must be a whole number, not `"80"`']],
    ['listen: { port: 80.5 }', 'listen: { port: 80 }', ['13:17 listen.port: must be a whole number, not `80.5`']],
    ['listen: { tls: { cert: "file:/dev/null" } }', 'listen: {}', ['13:11 missing `key` in `listen.tls`']],
    [
      'admin: { host: 0.0.0.0 }',
      'admin: { host: "::1" }',
      ['13:16 admin.host: the admin port on another host than loopback (`0.0.0.0`) needs admin.tls'],
    ],
    [
      'admin: { port: 8787 }',
      'admin: { port: 8789 }',
      ["13:16 admin.port: port 8787 is the data plane's: the admin port needs its own"],
    ],
    [
      'trustedProxies: [proxy.example]',
      'trustedProxies: [10.1.2.3]',
      ['13:18 trustedProxies[0]: write an IP address, or a network such as 10.0.0.0/8, not `proxy.example`'],
    ],
    [
      'trustedProxies: [10.0.0.0/33]',
      'trustedProxies: [10.0.0.0/32]',
      ['13:18 trustedProxies[0]: write an IP address, or a network such as 10.0.0.0/8, not `10.0.0.0/33`'],
    ],
    ['datasets: [{ name: x }]', 'datasets: []', ['13:12 datasets[0]: write one of postgres and documents']],
    ['mcp: [{ name: x }]', 'mcp: []', ['13:7 mcp[0]: mcp servers are not in this version']],
    [
      'inspection: { onFailure: opne }',
      'inspection: { onFailure: open }',
      ['13:26 inspection.onFailure: must be one of `closed`, `open`, not `opne` (did you mean `open`?)'],
    ],
    [
      'inspection: { detectors: { pii.mail: false } }',
      'inspection: { detectors: { pii.email: false } }',
      ['13:28 unknown key `pii.mail` in `inspection.detectors` (did you mean `pii.email`?)'],
    ],
    ...[
      ['email', ' (did you mean `pii.email`?)'],
      ['canary', ': a family is written as its types, `canary.mark`, `canary.overlap`'],
      ['secret.*', `: a family is written as its types, \`secret.…\` (${TYPES_PAGE})`],
      ['names', `: there are \`canary.…\`, \`injection.…\`, \`pii.…\`, \`secret.…\` (${TYPES_PAGE})`],
    ].map(([key, told]): [string, string, string[]] => [
      `inspection: { detectors: { ${key}: false } }`,
      'inspection: { detectors: { pii.email: false } }',
      [`13:28 unknown key \`${key}\` in \`inspection.detectors\`${told}`],
    ]),
    [
      'inspection: { local: [{ name: a, module: b, types: [pii.persn, pii.card, canary, injection.*] }] }',
      'inspection: { local: [{ name: a, module: b, types: [pii.person, pii.card, injection] }] }',
      [
        `13:53 inspection.local[0].types[0]: ${A_TYPE}, not \`pii.persn\` (did you mean \`pii.person\`?)`,
        `13:74 inspection.local[0].types[2]: ${A_TYPE}, not \`canary\`: a family is written as its types, \`canary.mark\`, \`canary.overlap\``,
        `13:82 inspection.local[0].types[3]: ${A_TYPE}, not \`injection.*\` (did you mean \`injection\`?)`,
      ],
    ],
    [
      'ledger: { gather: { weather: a, pii.*: b } }',
      'ledger: { gather: { pii: b } }',
      [
        `13:21 unknown key \`weather\` in \`ledger.gather\`: there are \`tool-results\`, \`term\`, \`canary.…\`, \`data.…\`, \`injection.…\`, \`moderation.…\`, \`pii.…\`, \`secret.…\` (${TYPES_PAGE})`,
        '13:33 unknown key `pii.*` in `ledger.gather` (did you mean `pii`?)',
      ],
    ],
    [
      'vault: { formats: { phone: placeholder } }',
      'vault: { formats: { pii.email: placeholder } }',
      ['13:21 unknown key `phone` in `vault.formats`: there are `pii.card`, `pii.email`, `pii.iban`'],
    ],
    [
      'inspection: { detectors: { pii.email: off } }',
      'inspection: { detectors: { pii.email: true } }',
      ['13:39 inspection.detectors.pii.email: write true, false or { onFailure: open }, not `off`'],
    ],
    [
      'inspection: { detectors: { pii.email: { onFailure: opne } } }',
      'inspection: { detectors: { pii.email: { onFailure: closed } } }',
      [
        '13:52 inspection.detectors.pii.email.onFailure: must be one of `closed`, `open`, not `opne` (did you mean `open`?)',
      ],
    ],
    ...remoteFaults(),
    [
      'limits: { bodyBytes: 10MB }',
      'limits: { bodyBytes: 10MiB }',
      ['13:22 limits.bodyBytes: write a size with its unit (B, KiB, MiB or GiB), such as 10MiB, not `10MB`'],
    ],
    [
      'limits: { bodyBytes: 1000 }',
      'limits: { bodyBytes: 2000B }',
      ['13:22 limits.bodyBytes: write a size with its unit (B, KiB, MiB or GiB), such as 10MiB, not `1000`'],
    ],
    [
      'limits: { bodyBytes: 2GiB }',
      'limits: { bodyBytes: 1GiB }',
      ['13:22 limits.bodyBytes: must be from 1KiB to 1GiB, not `2GiB`'],
    ],
    ['limits: { nesting: 513 }', 'limits: { nesting: 512 }', ['13:20 limits.nesting: must be at most 512, not `513`']],
    [
      'limits: { promptTokens: 0 }',
      'limits: { promptTokens: 1 }',
      ['13:25 limits.promptTokens: must be at least 1, not `0`'],
    ],
    [
      'timeouts: { connect: 5 }',
      'timeouts: { connect: 5s }',
      ['13:22 timeouts.connect: write a time with its unit (ms, s, m, h or d), such as 30s, not `5`'],
    ],
    [
      'timeouts: { connect: 5sec }',
      'timeouts: { connect: 5m }',
      ['13:22 timeouts.connect: write a time with its unit (ms, s, m, h or d), such as 30s, not `5sec`'],
    ],
    [
      'timeouts: { total: 0s }',
      'timeouts: { total: 1ms }',
      ['13:20 timeouts.total: must be more than 0 and at most 24d, not `0s`'],
    ],
    // A timer of Node that is set for longer fires at once.
    [
      'timeouts: { total: 25d }',
      'timeouts: { total: 24d }',
      ['13:20 timeouts.total: must be more than 0 and at most 24d, not `25d`'],
    ],
    [
      'ledger: { scope: sesion }',
      'ledger: { scope: session }',
      ['13:18 ledger.scope: must be one of `principal`, `session`, not `sesion` (did you mean `session`?)'],
    ],
    [
      'ledger: { gather: { secrets: restricted, pii.crad: finance, pii: Top } }',
      'ledger: { gather: { secret: restricted, pii.card: finance, pii: top } }',
      [
        '13:21 unknown key `secrets` in `ledger.gather` (did you mean `secret`?)',
        '13:42 unknown key `pii.crad` in `ledger.gather` (did you mean `pii.card`?)',
        expect.stringMatching(/^13:66 ledger\.gather\.pii: write a word of small letters/),
      ],
    ],
    [
      'ledger: { fingerprints: true }',
      'ledger: { fingerprints: false }',
      ['13:25 ledger.fingerprints: there is only `false`, not `true`'],
    ],
    [
      'ledger: { fingerprints: { ttl: 8, max: 10, maxx: 1 } }',
      'ledger: { fingerprints: { ttl: 1d, max: 5000 } }',
      [
        '13:32 ledger.fingerprints.ttl: write a time with its unit (ms, s, m, h or d), such as 30s, not `8`',
        '13:40 ledger.fingerprints.max: must be at least 1000, not `10`',
        '13:44 unknown key `maxx` in `ledger.fingerprints` (did you mean `max`?)',
      ],
    ],
    [
      'vault: { ttl: 8h, formats: { pii.card: surogate, secret.aws: placeholder } }',
      'vault: { ttl: 8h, formats: { pii.card: surrogate, pii.iban: placeholder } }',
      [
        '13:40 vault.formats.pii.card: must be one of `placeholder`, `surrogate`, not `surogate` (did you mean `surrogate`?)',
        '13:50 unknown key `secret.aws` in `vault.formats`: there are `pii.card`, `pii.email`, `pii.iban`',
      ],
    ],
    ['vault: { ttl: 30s }', 'vault: { ttl: 1m }', ['13:15 vault.ttl: must be from 1m to 365d, not `30s`']],
    [
      'shutdown: { deadline: "" }',
      'shutdown: { deadline: 1s }',
      ['13:23 shutdown.deadline: write a time with its unit (ms, s, m, h or d), such as 30s'],
    ],
    ['control: { socket: 3 }', 'control: { socket: a.sock }', ['13:20 control.socket: must be text, not `3`']],
  ])('%s', (bad, neighbour, faults) => {
    expect(read(`${BASE}${bad}\n`)).toMatchObject({ config: undefined, faults })
    good(`${BASE}${neighbour}\n`)
  })

  it.each<[string, string, readonly string[]]>([
    [
      'failure: opened',
      'failure: open',
      ['12:12 audit.failure: must be one of `closed`, `open`, not `opened` (did you mean `open`?)'],
    ],
    [
      'order: before',
      'order: before-release',
      ['12:10 audit.order: must be one of `before-forward`, `before-release`, not `before`'],
    ],
    [
      'origin: my log',
      'origin: log.example/my',
      ['12:11 audit.origin: write a name without spaces or `+`, such as gateway.example/audit, not `my log`'],
    ],
    ['publish: yes', 'publish: true', ['12:12 audit.publish: must be true or false, not `yes`']],
    ['flushInterval: 11s', 'flushInterval: 10s', ['12:18 audit.flushInterval: must be at most 10s, not `11s`']],
    [
      'checkpointInterval: 0s',
      'checkpointInterval: 10ms',
      ['12:23 audit.checkpointInterval: must be from 10ms to 1h, not `0s`'],
    ],
  ])('audit: %s', (bad, neighbour, faults) => {
    const audit = (line: string): string =>
      base('audit: { store: "fs:./data/audit" }', `audit:\n  ${line}\n  store: fs:./data/audit`)
    expect(read(audit(bad))).toMatchObject({ config: undefined, faults })
    good(audit(neighbour))
  })

  it('several faults come in the order of the file', () => {
    const text = base('name: gpt, provider: openai', 'name: 1, provider: 2').replace('dir: ./policies', 'dir: 3')
    expect(read(text).faults).toEqual([
      '9:13 models[0].name: must be text, not `1`',
      '9:26 models[0].provider: must be text, not `2`',
      '10:16 policy.dir: must be text, not `3`',
    ])
  })

  it('keeps its column behind letters of all lands and Windows line ends', () => {
    expect(read(`${BASE}# ключ 🔑\r\nlisten: { host: "ключ", port: x }\r\n`).faults).toEqual([
      '14:31 listen.port: must be a whole number, not `x`',
    ])
  })
})

describe('providers and models', () => {
  it('have names of their own', () => {
    const twice = base(
      '  - { name: gpt, provider: openai }',
      '  - { name: gpt, provider: openai }\n  - { name: gpt, provider: openai }',
    )
    expect(read(twice).faults).toEqual(['10:13 models[1].name: the name `gpt` stands twice in models'])
    const provider = '  - { name: openai, dialect: openai, baseUrl: https://other.example }\nmodels:'
    expect(read(base('models:', provider)).faults).toEqual([
      '8:13 providers[1].name: the name `openai` stands twice in providers',
    ])
    good(base('models:', provider.replace('name: openai', 'name: other')))
  })

  it('belong together', () => {
    expect(read(base('provider: openai }', 'provider: opneai }')).faults).toEqual([
      '9:28 models[0].provider: no provider is named `opneai` (did you mean `openai`?)',
    ])
  })

  it('have one way to write keys', () => {
    const both = base(`apiKey: "\${KEY}"`, `apiKey: "\${KEY}", apiKeys: ["\${KEY}"]`)
    expect(read(both).faults).toEqual(['7:101 providers[0].apiKeys: write apiKey or apiKeys, not both'])
    expect(good(base(`apiKey: "\${KEY}"`, `apiKeys: ["\${KEY}"]`)).providers[0]?.apiKeys).toHaveLength(1)
    expect(good(base(`, apiKey: "\${KEY}"`, '')).providers[0]?.apiKeys).toEqual([])
  })

  it('have a region where calls are signed for one', () => {
    const bedrock = (more: string) =>
      base('dialect: openai, baseUrl: https://api.openai.com/v1', `dialect: bedrock, ${more}`)
    const named = 'baseUrl: https://bedrock-runtime.eu-central-1.amazonaws.com'
    expect(read(bedrock(named))).toMatchObject({ faults: [], warnings: [] })
    expect(good(bedrock(`${named}, region: us-gov-east-1`)).providers[0]?.region).toBe('us-gov-east-1')
    expect(read(bedrock('baseUrl: https://aws.example')).warnings).toEqual([
      '7:48 providers[0].baseUrl: the address names no region: unless the key is a Bedrock API key, calls cannot be signed without `region`',
    ])
    expect(read(bedrock('baseUrl: https://aws.example, region: eu-central-1')).warnings).toEqual([])
    expect(read(bedrock(`${named}, region: Frankfurt`)).faults).toEqual([
      '7:108 providers[0].region: write a region, such as us-east-1, not `Frankfurt`',
    ])
    expect(read(base('dialect: openai,', 'dialect: openai, region: eu-central-1,')).faults).toEqual([
      '7:46 providers[0].region: only a provider of dialect bedrock has one',
    ])
  })

  it('have attributes of one type under one name', () => {
    const text = (first: string, second: string): string =>
      base(
        '  - { name: gpt, provider: openai }',
        `  - { name: gpt, provider: openai, attributes: { region: ${first} } }
  - { name: b, provider: openai, attributes: { region: ${second} } }`,
      )
    expect(read(text('us', '3')).faults).toEqual([
      '10:56 models[1].attributes.region: the attribute `region` is Long here and String in model `gpt`',
    ])
    good(text('us', '"3"'))
    good(text('[us]', '[]'))
  })

  it("have no attribute that Cedar cannot read, or that is the gateway's", () => {
    const text = (name: string, value = 'x'): string =>
      base('provider: openai }', `provider: openai, attributes: { ${name}: ${value} } }`)
    expect(read(text('provider')).faults).toEqual([
      "9:60 models[0].attributes.provider: the attribute `provider` is the gateway's own: give yours another name",
    ])
    expect(read(text('my-region')).faults).toEqual([
      '9:61 models[0].attributes.my-region: write a name of letters, digits and `_` that is no word of Cedar, not `x`',
    ])
    expect(read(text('region', '1.5')).faults).toEqual([
      '9:58 models[0].attributes.region: has a type that is not taken here, not `1.5`',
    ])
    good(text('region'))
  })
})

describe('variables', () => {
  const PORT = `${BASE}listen: { port: "\${PORT}" }\n`

  it('that are not set stop `start`, and are only named by `check`', () => {
    const said = '7:82 providers[0].apiKey: `KEY` is not set'
    expect(read(BASE, {}, true)).toMatchObject({ config: undefined, faults: [said], warnings: [] })
    const checked = read(BASE, {}, false)
    expect(checked).toMatchObject({ faults: [], warnings: [said] })
    expect(checked.config?.models).toHaveLength(1)
  })

  it.each([
    ['publicUrl', 'publicUrl: https://gateway.example', `publicUrl: \${X}`],
    ['a base URL', 'https://api.openai.com/v1', `"\${X}"`],
    ['a store', 'sqlite:./data/ostiary.db', `\${X}`],
    ['a log', '"fs:./data/audit"', `"\${X}"`],
    ['an issuer', 'issuer: https://idp.example\n', `issuer: \${X}\n`],
    ['a key set', 'https://idp.example/jwks', `\${X}`],
    ['a dialect', 'dialect: openai', `dialect: "\${X}"`],
    ['a provider of a model', 'provider: openai }', `provider: "\${X}" }`],
    ['a model', 'name: gpt,', `name: "\${X}",`],
    ['a time', '    audience:', `    clockTolerance: \${X}\n    audience:`],
    ['an algorithm', '    audience:', `    algorithms: ["\${X}"]\n    audience:`],
    ['a type', '    audience:', `    claims: { a: { to: b, type: "\${X}" } }\n    audience:`],
    ['a boolean', '    audience:', `    allowPrivateNetwork: \${X}\n    audience:`],
    ['a port', 'publicUrl:', `listen: { port: "\${X}" }\npublicUrl:`],
    ['a size', 'publicUrl:', `limits: { bodyBytes: "\${X}" }\npublicUrl:`],
    ['a proxy', 'publicUrl:', `trustedProxies: ["\${X}"]\npublicUrl:`],
    ['a choice', 'publicUrl:', `ledger: { scope: "\${X}" }\npublicUrl:`],
  ])('that are not set do not keep `check` from the rest: %s', (_, from, to) => {
    const { config, faults, warnings } = read(base(from, to), ENV, false)
    expect(faults).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('`X` is not set')])
    expect(config?.providers).toHaveLength(1)
    expect(read(base(from, to), ENV, true).faults).toEqual(warnings)
  })

  it('that are not set do not hide other faults', () => {
    const { faults, warnings } = read(base('provider: openai }', 'provider: other }'), {}, false)
    expect(faults).toEqual(['9:28 models[0].provider: no provider is named `other`'])
    expect(warnings).toEqual(['7:82 providers[0].apiKey: `KEY` is not set'])
  })

  it('have the type that is wanted where they stand', () => {
    expect(good(PORT, { ...ENV, PORT: '9000' }).listen.port).toBe(9000)
    expect(read(PORT, { ...ENV, PORT: 'nine' }).faults).toEqual([
      `13:17 listen.port: must be a whole number, not \`"\${PORT}"\``,
    ])
    expect(read(PORT, { ...ENV, PORT: '99999' }).faults).toEqual([
      `13:17 listen.port: must be at most 65535, not \`\${PORT}\``,
    ])
    const publish = base('audit: {', `audit: { publish: "\${P}",`)
    expect(good(publish, { ...ENV, P: 'true' }).audit.publish).toBe(true)
    expect(read(publish, { ...ENV, P: 'yes' }).faults).toHaveLength(1)
  })

  it('have defaults, and stand anywhere in a text', () => {
    const text = base('https://api.openai.com/v1', `"https://\${HOST:-api.example}/\${PATH_:-v1}"`)
    expect(good(text).providers[0]?.baseUrl).toBe('https://api.example/v1')
    expect(good(text, { ...ENV, HOST: 'h.example', PATH_: '' }).providers[0]?.baseUrl).toBe('https://h.example/v1')
  })

  it('are no members of an object that nobody set', () => {
    expect(read(base(`\${KEY}`, `\${constructor}`)).faults).toEqual([
      '7:82 providers[0].apiKey: `constructor` is not set',
    ])
  })

  it.each([`\${`, `\${KEY`, `\${}`, `\${KEY:default}`, `\${1KEY}`, `\${KEY:?no}`])(
    'that are written wrong: %s',
    (written) => {
      expect(read(base(`\${KEY}`, written)).faults).toEqual([
        `7:82 write \${VAR} or \${VAR:-default}, not \`${written}\``,
      ])
    },
  )

  it('are not looked for in what a variable holds', () => {
    const config = good(base('provider: openai }', `provider: openai, upstreamModel: "\${M}" }`), {
      ...ENV,
      M: `\${KEY}`,
    })
    expect(config.models[0]?.upstreamModel).toBe(`\${KEY}`)
  })
})

describe('secrets', () => {
  const PLAIN = 'plain-provider-key'

  it('that stand in the file are taken, with a warning', () => {
    const { config, faults, warnings } = read(base(`"\${KEY}"`, PLAIN))
    expect(faults).toEqual([])
    expect(warnings).toEqual([
      '7:82 providers[0].apiKey: the secret stands in the file itself: write file:PATH, or take it from a variable',
    ])
    const secret = config?.providers[0]?.apiKeys[0]?.secret
    expect(secret?.kind === 'value' && secret.reveal()).toBe(PLAIN)
  })

  it('in files that are missing stop `start`, and are only named by `check`', () => {
    const text = base(`"\${KEY}"`, 'file:keys/provider')
    const said = '7:82 providers[0].apiKey: the file `/etc/ostiary/keys/provider` cannot be read (ENOENT)'
    expect(read(text, ENV, true)).toMatchObject({ config: undefined, faults: [said] })
    expect(read(text, ENV, false)).toMatchObject({ faults: [], warnings: [said] })
  })

  it('texts of system messages in files that are missing are told alike', () => {
    const text = `${BASE}systemMessages: [{ name: rules, version: "1", text: "file:./nope.md" }]\n`
    const said = '13:53 systemMessages[0].text: the file `/etc/ostiary/nope.md` cannot be read (ENOENT)'
    expect(read(text, ENV, true).faults).toEqual([said])
    expect(read(text, ENV, false)).toMatchObject({ faults: [], warnings: [said] })
  })

  it('are never printed, whatever is wrong with them', () => {
    const texts = [
      base(`apiKey: "\${KEY}"`, `apiKey: "${PLAIN} with a space"`),
      base(`apiKey: "\${KEY}"`, `apiKeys: ${PLAIN}`),
      base(`apiKey: "\${KEY}"`, `apiKey: { x: ${PLAIN} }`),
      base(`apiKey: "\${KEY}"`, `apiKey: { ${PLAIN} }`),
      base(`apiKey: "\${KEY}"`, `apiKey: { command: [say], env: [${PLAIN}] }`),
      base(`apiKey: "\${KEY}"`, `apiKeys: [{ key: "${PLAIN} x", weight: 0, name: "${PLAIN} x" }]`),
      base(`apiKey: "\${KEY}"`, `apiKey: "env:${PLAIN}"`),
      base(`apiKey: "\${KEY}"`, `apiKey: "store:${PLAIN}/"`),
      base('store: "fs:./data/audit"', `store: "fs:./data/audit", key: [${PLAIN}]`),
      base('https://api.openai.com/v1', `https://user:${PLAIN}@api.example`),
      base('sqlite:./data/ostiary.db', `postgre://user:${PLAIN}@db.example/o`),
    ]
    for (const text of texts) {
      const { faults } = read(text)
      expect(faults.length).toBeGreaterThan(0)
      expect(faults.join('\n')).not.toContain(PLAIN)
    }
    const held = read(base(`"\${KEY}"`, `"\${KEY}"`), { KEY: `${PLAIN}\nx: y` }).faults
    expect(held).toEqual(['7:82 providers[0].apiKey: must be printable ASCII without spaces'])
  })
})

describe('choices against safety', () => {
  it.each([
    [
      'inspection: { detectors: { pii.email: { onFailure: open } } }',
      '13:52 inspection.detectors.pii.email.onFailure: open: when this detector fails, content passes without it',
    ],
    [
      'inspection: { remote: [{ name: a, kind: moderation, url: "https://m.example", onFailure: open }] }',
      '13:90 inspection.remote[0].onFailure: open: when this detector fails, content passes without it',
    ],
    [
      'inspection: { onFailure: open }',
      '13:26 inspection.onFailure: open: when a detector fails, content passes uninspected',
    ],
    [
      'trustedProxies: [0.0.0.0/0]',
      '13:18 trustedProxies[0]: everybody is believed: a caller can name any address as its own',
    ],
    [
      `control: { socket: /${'x'.repeat(103)} }`,
      "13:20 control.socket: the control socket's path is over 103 bytes, so it cannot be opened: set control.socket",
    ],
  ])('are warned of: %s', (line, warning) => {
    const { faults, warnings } = read(`${BASE}${line}\n`)
    expect(faults).toEqual([])
    expect(warnings).toEqual([warning])
  })

  it('are warned of: plain http to others', () => {
    const text = BASE.replaceAll('https://gateway.example\nissuers', 'http://gateway.example\nissuers').replace(
      'https://api',
      'http://api',
    )
    expect(read(text).warnings).toEqual([
      '1:12 publicUrl: plain http to another host than loopback: tokens and prompts can be read on the way',
      '7:47 providers[0].baseUrl: plain http: the key and the prompts can be read on the way',
    ])
  })
})

describe('faultAt', () => {
  it('places what is found out later where the setting stands', () => {
    const { faultAt } = configFromText(BASE, FILE, ENV, { requireEnv: true })
    expect(faultText(faultAt(['policy', 'dir'], 'is not there'))).toBe(`${FILE}:10:16 policy.dir: is not there`)
  })
})
