import { auditLogSuite, createMemoryAuditLog } from './audit-log.js'
import { createWordDetector, detectorSuite } from './detector.js'
import { dialectSuite } from './dialect.js'
import { createFakeIssuer, identityProviderSuite } from './identity-provider.js'
import { createMemoryTables } from './memory-tables.js'
import { createPlainDialect, plainTextOf } from './plain-dialect.js'
import { benchRules, createRuleEngine, policyEngineSuite } from './policy-engine.js'
import { createRemoteWordDetector, remoteDetectorSuite } from './remote-detector.js'
import { BENCH_GROUP, BENCH_ROWS, BENCH_TABLE, tableSourceSuite } from './table-source.js'

// A suite that its own fake does not pass asks too much.

auditLogSuite('memory', async () => {
  const kept: string[] = []
  return {
    open: async () => createMemoryAuditLog('gate.example/audit', kept),
    entries: async () => kept,
    remove: async () => {},
  }
})

detectorSuite('word', createWordDetector('abcab', 'secret.openai'), {
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
  clean: ['abca b', 'ABCAB', ''],
})

dialectSuite('plain', createPlainDialect(), [
  {
    endpoint: { method: 'POST', path: '/plain' },
    requests: [
      { body: 'm\nhello\nworld', model: 'm', stream: false, texts: ['hello', 'world'] },
      { body: 'stream m-1\n%C3%A9%0A%25', model: 'm-1', stream: true, texts: ['é\n%'] },
      { body: 'm', model: 'm', stream: false, texts: [] },
    ],
    refused: ['', '\nPASSWORD', 'two words PASSWORD', '%zz'],
    answers: [
      { body: 'hello\n%2E', texts: ['hello', '.'] },
      { body: '', texts: [''] },
    ],
    streams: [Buffer.from('hello \nPASS\nWORD\n and PASS\nING\n.\n'), Buffer.from('%C3%A9%2E\n%21\n.\n')],
    textOf: plainTextOf,
  },
])

remoteDetectorSuite('words', async () => ({
  detector: createRemoteWordDetector(new Map([['Ann', 'pii.person']])),
  corpus: {
    found: [
      { text: 'Ann', found: [['pii.person', 'Ann']] },
      {
        text: '😀 Ann met Ann',
        found: [
          ['pii.person', 'Ann'],
          ['pii.person', 'Ann'],
        ],
      },
    ],
    clean: ['nobody', 'ann'],
  },
  close: async () => {},
}))

identityProviderSuite('fake', async () => createFakeIssuer('https://idp.example'))

policyEngineSuite('rules', {
  empty: createRuleEngine('0'.repeat(64), () => undefined),
  engine: createRuleEngine('1'.repeat(64), benchRules),
  twin: createRuleEngine('1'.repeat(64), benchRules),
  ill: createRuleEngine('2'.repeat(64), () => {
    throw new Error('ill')
  }),
})

tableSourceSuite('memory', async () => {
  const source = createMemoryTables({
    tables: [BENCH_TABLE],
    group: BENCH_GROUP,
    rows: BENCH_ROWS,
  })
  return { source, close: () => source.close() }
})
