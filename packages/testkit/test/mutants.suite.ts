import type {
  AuditLog,
  Clock,
  Detector,
  Dialect,
  IdentityProvider,
  Lens,
  PolicyEngine,
  Replay,
  Store,
  StreamLens,
} from 'ostiary/spec'
import { AuditUnavailable, proceed } from 'ostiary/spec'
import {
  auditLogSuite,
  benchRules,
  createFakeIssuer,
  createMemoryAuditLog,
  createMemoryPlace,
  createMemoryReplay,
  createMemoryStore,
  createPlainDialect,
  createRuleEngine,
  createWordDetector,
  detectorSuite,
  dialectSuite,
  identityProviderSuite,
  plainTextOf,
  policyEngineSuite,
  replaySuite,
  storeSuite,
} from '../src/index.js'

// Fakes with one fault each, run apart by mutants.test.ts: each must fail its suite.

const word = createWordDetector('abcab', 'secret.openai')
const corpus = {
  found: [
    { text: 'abcab', found: [['secret.openai', 'abcab']] },
    {
      text: 'x abcabcab y abcab',
      found: [
        ['secret.openai', 'abcab'],
        ['secret.openai', 'abcab'],
      ],
    },
  ],
  clean: ['abca b', ''],
} as const
const detectors: Readonly<Record<string, Partial<Detector>>> = {
  'holds nothing': { scan: (text, from, ended) => ({ ...word.scan(text, from, ended), hold: text.length }) },
  'holds all': { scan: (text, from, ended) => ({ ...word.scan(text, from, ended), hold: ended ? text.length : from }) },
  'looks back': {
    scan: (text, from, ended) => ({ ...word.scan(text, 0, ended), hold: word.scan(text, from, ended).hold }),
  },
  'finds nothing': { scan: (text) => ({ findings: [], hold: text.length }) },
  'says another type': { types: ['pii.card'] },
}
for (const [name, fault] of Object.entries(detectors)) detectorSuite(`mutant ${name}`, { ...word, ...fault }, corpus)

const logs: Readonly<Record<string, (log: AuditLog, kept: string[]) => Partial<AuditLog>>> = {
  'is durable too soon': (log) => ({
    append: (entry) => ({ index: log.append(entry).index, durable: Promise.resolve() }),
  }),
  'takes after close': (_, kept) => ({
    append: (entry) => ({ index: kept.push(entry) - 1, durable: Promise.resolve() }),
  }),
  'numbers from one': (log) => ({ append: (entry) => ({ ...log.append(entry), index: log.append(entry).index + 1 }) }),
  'takes any length': (log) => ({ append: (entry) => log.append(entry.slice(0, 100)) }),
  'loses its name': () => ({ vkey: 'somebody+00000000+AA==' }),
  'is never unavailable': (log) => ({
    append(entry) {
      try {
        return log.append(entry)
      } catch (error) {
        if (error instanceof AuditUnavailable) return { index: 0, durable: Promise.resolve() }
        throw error
      }
    },
  }),
}
for (const [name, fault] of Object.entries(logs)) {
  auditLogSuite(`mutant ${name}`, async () => {
    const kept: string[] = []
    return {
      async open() {
        const log = createMemoryAuditLog('gate.example/audit', kept)
        return { ...log, ...fault(log, kept) }
      },
      entries: async () => [...kept],
      remove: async () => {},
    }
  })
}

const plain = createPlainDialect()
const [endpoint] = plain.endpoints
if (endpoint === undefined) throw new Error('the plain dialect has an endpoint')
const { lens } = endpoint
const seenThrough = (fault: Partial<Lens>): Partial<Dialect> => ({
  endpoints: [{ ...endpoint, lens: { ...lens, ...fault } }],
})
const streaming = (change: (stream: StreamLens) => Partial<StreamLens>): Partial<Dialect> =>
  seenThrough({
    openStream(parts) {
      const stream = lens.openStream(parts)
      return {
        usage: undefined,
        dropped: 0,
        push: (chunk) => stream.push(chunk),
        end: () => stream.end(),
        tear: (refusal) => stream.tear(refusal),
        ...change(stream),
      }
    },
  })
const dialects: Readonly<Record<string, Partial<Dialect>>> = {
  'copies the body': seenThrough({
    read(body, named) {
      const read = lens.read(body, named)
      if (read.kind === 'refuse') return read
      const { value } = read
      return proceed({ ...value, edit: (change) => Buffer.from(value.edit(change)) })
    },
  }),
  'forgets edits': seenThrough({
    read(body, named) {
      const read = lens.read(body, named)
      return read.kind === 'refuse' ? read : proceed({ ...read.value, edit: () => body })
    },
  }),
  'passes streams by': seenThrough({ openStream: () => lens.openStream({ guard: undefined }) }),
  'calls torn streams whole': streaming(() => ({ end: () => Buffer.alloc(0) })),
  'tells the log text': streaming(() => ({ tear: ({ code, forLog }) => Buffer.from(`!${code} ${forLog}\n`) })),
  'passes cookies on': { requestHeaders: new Map([['cookie', /./]]) },
  'passes account cookies back': { responseHeaders: new Map([['set-cookie', /./]]) },
  'hands the query on': { endpoints: [{ ...endpoint, upstreamPath: (_model, query) => `/plain?${query}` }] },
  'has an endpoint that nobody tried': { endpoints: [endpoint, { ...endpoint, path: '/plain/other' }] },
}
for (const [name, fault] of Object.entries(dialects)) {
  dialectSuite(`mutant ${name}`, { ...plain, ...fault }, [
    {
      endpoint: { method: 'POST', path: '/plain' },
      requests: [{ body: 'm\nhello\nworld', model: 'm', stream: false, texts: ['hello', 'world'] }],
      refused: [''],
      answers: [{ body: 'hello', texts: ['hello'] }],
      streams: [Buffer.from('hello \nPASS\nWORD\n and PASS\nING\n.\n')],
      textOf: plainTextOf,
    },
  ])
}

const issuers: Readonly<Record<string, (provider: IdentityProvider) => Partial<IdentityProvider>>> = {
  'believes anybody': (provider) => ({
    verify(token) {
      return provider.verify({ ...token, signature: Buffer.from(`${provider.issuer}/1`) })
    },
  }),
  'never tells': () => ({ onRotation: () => () => {} }),
  'tells for ever': (provider) => ({
    onRotation(listener) {
      provider.onRotation(listener)
      return () => {}
    },
  }),
  'knows one subject': (provider) => ({
    async verify(token) {
      const step = await provider.verify(token)
      if (step.kind === 'refuse') return step
      return proceed({ ...step.value, actor: { ...step.value.actor, uid: 'x' } })
    },
  }),
}
for (const [name, fault] of Object.entries(issuers)) {
  identityProviderSuite(`mutant ${name}`, async () => {
    const bench = createFakeIssuer('https://idp.example')
    return { ...bench, provider: { ...bench.provider, ...fault(bench.provider) } }
  })
}

const rules = createRuleEngine('1'.repeat(64), benchRules)
const engines: Readonly<Record<string, Partial<PolicyEngine>>> = {
  'permits all': { decide: () => ({ kind: 'permit', determining: [], shadow: [], shadowErrors: [], obligations: [] }) },
  'reads too little': { inputs: () => '{}' },
  'has no digest': { digest: '' },
  throws: {
    decide() {
      throw new Error('ill')
    },
  },
}
for (const [name, fault] of Object.entries(engines)) {
  const engine = { ...rules, ...fault }
  policyEngineSuite(`mutant ${name}`, {
    empty: createRuleEngine('0'.repeat(64), () => undefined),
    engine,
    twin: engine,
    ill: createRuleEngine('2'.repeat(64), () => {
      throw new Error('ill')
    }),
  })
}

storeSuite('mutant forgets', async () => ({
  durable: true,
  patienceMs: 50,
  open: async (clock) => createMemoryStore(clock),
  remove: async () => {},
}))

const stores: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  'deletes nothing': (store) => ({
    put: async (space, key, value, options) => value === undefined || store.put(space, key, value, options),
  }),
  'takes what is not new': (store) => ({
    put: (space, key, value, { expiresAtMs } = {}) => store.put(space, key, value, { expiresAtMs }),
  }),
  'says that what is not new was put': (store) => ({
    async put(...args) {
      await store.put(...args)
      return true
    },
  }),
  'asks whether it is new, and then puts': (store) => ({
    async put(space, key, value, { onlyNew, ...options } = {}) {
      if (onlyNew === true && (await store.get(space, key)) !== undefined) return false
      return store.put(space, key, value, options)
    },
  }),
  'puts over any value': (store) => ({
    put: (space, key, value, { onlyIf: _, ...options } = {}) => store.put(space, key, value, options),
  }),
  'puts over no row': (store) => ({
    async put(space, key, value, { onlyIf, ...options } = {}) {
      const before = await store.get(space, key)
      if (onlyIf === undefined || before === undefined) return store.put(space, key, value, options)
      return store.put(space, key, value, { ...options, onlyIf })
    },
  }),
  'asks what it puts over, and then puts': (store) => ({
    async put(space, key, value, { onlyIf, ...options } = {}) {
      if (onlyIf !== undefined && (await store.get(space, key)) !== onlyIf) return false
      return store.put(space, key, value, options)
    },
  }),
  'never calls a row new twice': (store) => {
    const had = new Set<string>()
    return {
      async put(space, key, value, options) {
        if (options?.onlyNew === true && had.has(key)) return false
        had.add(key)
        return store.put(space, key, value, options)
      },
    }
  },
  'tells the first rows late': (store) => ({
    follow: (space, see) => store.follow(space, (rows) => void setImmediate(see, rows)),
  }),
  'tells of a space once': (store) => ({
    async follow(space, see) {
      const end = await store.follow(space, see)
      end()
      return end
    },
  }),
  'tells of later changes only': (store) => ({
    async follow(space, see) {
      let listed = false
      const end = await store.follow(space, (rows) => listed && see(rows))
      listed = true
      return end
    },
  }),
  'does not tell of deletions': (store) => ({
    follow: (space, see) => store.follow(space, (rows) => see(rows.filter(({ value }) => value !== undefined))),
  }),
  'tells twice': (store) => ({
    follow: (space, see) =>
      store.follow(space, (rows) => {
        see(rows)
        see(rows)
      }),
  }),
  'tells of every space': (store) => ({
    async follow(space, see) {
      const ends = [await store.follow(space, see), await store.follow('other', see)]
      return () => void ends.map((end) => end())
    },
  }),
  'tells for ever': (store) => ({
    async follow(space, see) {
      await store.follow(space, see)
      return () => {}
    },
  }),
  'follows after close': (store) => ({
    follow: (space, see) => store.follow(space, see).catch(() => () => {}),
  }),
}
for (const [name, fault] of Object.entries(stores)) {
  storeSuite(`mutant ${name}`, async () => {
    const place = createMemoryPlace()
    return {
      durable: true,
      patienceMs: 50,
      async open(clock) {
        const store = createMemoryStore(clock, place)
        return { ...store, ...fault(store) }
      },
      remove: async () => {},
    }
  })
}

storeSuite('mutant tells nothing of others', async () => {
  const { spaces } = createMemoryPlace()
  return {
    durable: true,
    patienceMs: 50,
    open: async (clock) => createMemoryStore(clock, { spaces, followers: new Set() }),
    remove: async () => {},
  }
})

const replays: Readonly<Record<string, (replay: Replay, clock: Clock) => Partial<Replay>>> = {
  'lets all be used again': () => ({ firstUse: async () => true }),
  'lets nothing be used': () => ({ firstUse: async () => false }),
  'forgets too early': (replay, clock) => ({
    firstUse: (key, expiresAtMs) => replay.firstUse(key, clock.now() + (expiresAtMs - clock.now()) / 2),
  }),
  'folds letters': (replay) => ({ firstUse: (key, expiresAtMs) => replay.firstUse(key.toLowerCase(), expiresAtMs) }),
  'cuts keys off': (replay) => ({ firstUse: (key, expiresAtMs) => replay.firstUse(key.slice(0, 64), expiresAtMs) }),
  'asks, and then remembers': (replay) => {
    const used = new Set<string>()
    return {
      async firstUse(key, expiresAtMs) {
        if (used.has(key)) return false
        await replay.firstUse(key, expiresAtMs)
        used.add(key)
        return true
      },
    }
  },
  'remembers for ever': (replay) => ({
    firstUse: (key, expiresAtMs) => replay.firstUse(key, Number.isFinite(expiresAtMs) ? expiresAtMs : 8.64e15),
  }),
  'is never closed': (replay) => ({ close: async () => void replay }),
}
for (const [name, fault] of Object.entries(replays)) {
  replaySuite(`mutant ${name}`, async () => {
    const used = new Map<string, number>()
    return {
      async open(clock) {
        const replay = createMemoryReplay(clock, used)
        return { ...replay, ...fault(replay, clock) }
      },
      remove: async () => {},
    }
  })
}

replaySuite('mutant shares nothing', async () => ({
  open: async (clock) => createMemoryReplay(clock),
  remove: async () => {},
}))
