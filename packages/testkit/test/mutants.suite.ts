import type { AuditLog, Detector, Dialect, IdentityProvider, PolicyEngine, StreamLens } from 'ostiary/spec'
import { AuditUnavailable, proceed } from 'ostiary/spec'
import {
  auditLogSuite,
  benchRules,
  createFakeIssuer,
  createMemoryAuditLog,
  createMemoryStore,
  createPlainDialect,
  createRuleEngine,
  createWordDetector,
  detectorSuite,
  dialectSuite,
  identityProviderSuite,
  plainTextOf,
  policyEngineSuite,
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
const throughLens = (change: (lens: StreamLens) => Partial<StreamLens>): Partial<Dialect> => ({
  openStream(parts) {
    const lens = plain.openStream(parts)
    return { usage: undefined, dropped: 0, push: (chunk) => lens.push(chunk), end: () => lens.end(), ...change(lens) }
  },
})
const dialects: Readonly<Record<string, Partial<Dialect>>> = {
  'copies the body': {
    read(body) {
      const read = plain.read(body)
      if (read.kind === 'refuse') return read
      const { value } = read
      return proceed({ ...value, edit: (model, edits) => Buffer.from(value.edit(model, edits)) })
    },
  },
  'forgets edits': {
    read(body) {
      const read = plain.read(body)
      return read.kind === 'refuse' ? read : proceed({ ...read.value, edit: () => body })
    },
  },
  'passes streams by': { openStream: () => plain.openStream({ guard: undefined }) },
  'calls torn streams whole': throughLens(() => ({ end: () => Buffer.alloc(0) })),
  'tells the log text': { errorEvent: ({ code, forLog }) => Buffer.from(`!${code} ${forLog}\n`) },
  'passes cookies on': { requestHeaders: new Map([['cookie', /./]]) },
  'passes account cookies back': { responseHeaders: new Map([['set-cookie', /./]]) },
}
for (const [name, fault] of Object.entries(dialects)) {
  dialectSuite(
    `mutant ${name}`,
    { ...plain, ...fault },
    {
      requests: [{ body: 'm\nhello\nworld', model: 'm', stream: false, texts: ['hello', 'world'] }],
      refused: [''],
      answers: [{ body: 'hello', texts: ['hello'] }],
      streams: [Buffer.from('hello \nPASS\nWORD\n and PASS\nING\n.\n')],
      textOf: plainTextOf,
    },
  )
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
  open: async (clock) => createMemoryStore(clock),
  remove: async () => {},
}))
