// The walls of the house, checked by `npm test`. Imports go one way: words below, stages and adapters side by side on top of
// them, one roof. Type imports count: a type that points the wrong way is the first half of a circle.
// Each rule says what to do instead. `conformance/walls.test.ts` plants one violation of each and sees that it is caught.

const SRC = '^packages/gateway/src/'
const STAGES = ['receive', 'authenticate', 'inspect', 'decide', 'transform', 'forward', 'release', 'audit']
const STAGE = `${SRC}(${STAGES.join('|')})/`
const ADAPTER = `${SRC}adapters/([^/]+)/`
const GROUND = [`${SRC}spec/`, `${SRC}json/`, `${SRC}jws/`]
const PATTERNS = `${SRC}patterns/`
const WEIGHTS = `${SRC}weights/`
const VIEWS = `${SRC}views/`
const CANARY = `${SRC}canary/`
const LENS = `${SRC}lens/`
const GRANTS = `${SRC}grants/`
const BUDGETS = `${SRC}budgets/`
const TOKENS = `${SRC}tokens/`
const FILES = `${SRC}files/`
const EGRESS = `${SRC}egress/`
const DATABASES = `${SRC}databases/`
const RETRIEVAL = `${SRC}retrieval/`
const DOCUMENTS = `${SRC}documents/`
// Not what npm puts into a package's own node_modules.
const OURS = '^packages/[^/]+/(?!node_modules/)'
const SQL = `${SRC}adapters/dataset-postgres/sql/`
const EXCHANGE = `${SRC}exchange[.]ts$`
const PIPELINE = `${SRC}pipeline/`
const TLOG = '^packages/tlog/'
// One file for each kind of adapter; the others of compose/ pick none.
const CHOOSES = `${SRC}compose/(datasets|detectors|dialects|issuers|log|policies|providers|store|tokenizer)[.]ts$`
// Tests reach over walls to try rooms together; what ships does not.
const TESTS = '[.]test(-d)?[.]ts$|^packages/[^/]+/test/'

/** The roof may construct these, and runs no stage: the order of the stages is for pipeline/ alone. */
const CONSTRUCTS = new Map([
  ['gateway[.]ts', ['receive/server[.]ts', 'forward/pools[.]ts']],
  // What it finds at start-up it logs in the form of every other entry.
  ['compose/log[.]ts', ['audit/recover[.]ts', 'audit/event[.]ts']],
  // `ostiary inspect` runs the detectors alone, by the very code that the gateway runs.
  ['cli/inspect[.]ts', ['inspect/inspect[.]ts']],
  // What an administrator does with the keys of providers.
  ['compose/operations[.]ts', ['forward/provider-operations[.]ts']],
  ['compose/providers[.]ts', ['forward/key-rings[.]ts']],
  ['compose/(run|administration)[.]ts', ['audit/keys[.]ts']],
])

/** Commands that read or write what an adapter keeps, without a gateway that runs. */
const COMMANDS = new Map([
  ['cli/(audit|demo-log|doctor-log|recover)[.]ts', ['adapters/audit-fs/']],
  ['cli/(check|dev|init)[.]ts', ['adapters/policy-cedar/schema[.]ts']],
  ['cli/dataset-scan[.]ts', ['adapters/dataset-postgres/scan/']],
])

const src = (...paths) => paths.map((path) => `${SRC}${path}`)
const exactly = (path) => `${SRC}${path}$`

/** For each importer of the table: all of `to` but what the table grants it. */
const granted = (table, rule, to) => [
  ...[...table].map(([from, grants], index) => ({
    ...rule,
    name: `${rule.name}-${index + 1}`,
    from: { path: exactly(from) },
    to: { ...to, pathNot: src(...grants) },
  })),
]

module.exports = {
  forbidden: [
    {
      name: 'spec-imports-nothing',
      severity: 'error',
      comment:
        'spec/ holds the words of the house: everybody stands on it, so it stands on nothing. What needs a library or a ' +
        'built-in is not a word; it belongs in the room that does the work.',
      from: { path: `${SRC}spec/`, pathNot: TESTS },
      to: { pathNot: `${SRC}spec/` },
    },
    {
      name: 'json-imports-nothing-of-ours',
      severity: 'error',
      comment: 'json/ reads JSON strictly for every room and knows none of them.',
      from: { path: `${SRC}json/`, pathNot: TESTS },
      to: { path: OURS, pathNot: `${SRC}json/` },
    },
    {
      name: 'weights-import-nothing-of-ours',
      severity: 'error',
      comment: 'weights/ reads and checks files of figures; what they mean is for the detector that reads them.',
      from: { path: WEIGHTS, pathNot: TESTS },
      to: { path: OURS, pathNot: WEIGHTS },
    },
    {
      name: 'patterns-know-words-and-json',
      severity: 'error',
      comment:
        'patterns/ finds what rules describe, and has no rules of its own: those stand in the detectors that hand them in.',
      from: { path: PATTERNS, pathNot: TESTS },
      to: { path: OURS, pathNot: [PATTERNS, ...GROUND] },
    },
    {
      name: 'canaries-know-words-only',
      severity: 'error',
      comment:
        'canary/ makes marks and finds known text in other text, and asks views/ which letters look alike; whose text it is and what becomes of it is for others.',
      from: { path: CANARY, pathNot: TESTS },
      to: { path: OURS, pathNot: [CANARY, VIEWS, ...GROUND] },
    },
    {
      name: 'views-know-words-only',
      severity: 'error',
      comment:
        'views/ shows a text as a reader would decode it, and where each character came from; who looks at it is not known there.',
      from: { path: VIEWS, pathNot: TESTS },
      to: { path: OURS, pathNot: [VIEWS, ...GROUND] },
    },
    {
      name: 'jws-knows-words-and-json',
      severity: 'error',
      comment: 'jws/ reads and verifies one signed token, and knows nothing of whose it is or what it is for.',
      from: { path: `${SRC}jws/`, pathNot: TESTS },
      to: { path: OURS, pathNot: [`${SRC}jws/`, `${SRC}spec/`, `${SRC}json/`] },
    },
    {
      name: 'lens-knows-words-and-json',
      severity: 'error',
      comment:
        'lens/ is how any dialect in JSON is seen: its shapes, its streams. What one provider writes stands in that dialect.',
      from: { path: LENS, pathNot: TESTS },
      to: { path: OURS, pathNot: [LENS, ...GROUND] },
    },
    {
      name: 'the-lens-is-for-dialects',
      severity: 'error',
      comment: 'Stages and doors see a dialect by its seam in spec/; what it is made of is for dialects alone.',
      from: { path: OURS, pathNot: [LENS, `${SRC}adapters/dialect-[^/]+/`, TESTS] },
      to: { path: LENS },
    },
    {
      name: 'grants-know-words-only',
      severity: 'error',
      comment: 'grants/ knows what is live and what ended; who decides and who is told are handed in.',
      from: { path: GRANTS, pathNot: TESTS },
      to: { path: OURS, pathNot: [GRANTS, ...GROUND] },
    },
    {
      name: 'budgets-know-words-only',
      severity: 'error',
      comment:
        'budgets/ knows what may be spent and what is; the store that gateways share it by, the keys that have budgets of their ' +
        'own and who is told are handed in.',
      from: { path: BUDGETS, pathNot: TESTS },
      to: { pathNot: [BUDGETS, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-ledger-knows-words-only',
      severity: 'error',
      comment:
        'ledger/ knows which labels identities have; the store, what brings labels and who is told are handed in.',
      from: { path: `${SRC}ledger/`, pathNot: TESTS },
      to: { pathNot: [`${SRC}ledger/`, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'fingerprints-know-words-only',
      severity: 'error',
      comment:
        'fingerprints/ knows released values again by keyed fingerprints; store, clock and secret are handed in, and what ' +
        'becomes of the labels that they bring is decided elsewhere.',
      from: { path: `${SRC}fingerprints/`, pathNot: TESTS },
      to: { pathNot: [`${SRC}fingerprints/`, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'files-know-words-only',
      severity: 'error',
      comment:
        'files/ takes uploads apart, holds them on the disk and knows whose is what; store, folder and secret are handed in, and ' +
        'what a line means is for dialects.',
      from: { path: FILES, pathNot: TESTS },
      to: { pathNot: [FILES, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'api-keys-know-words-only',
      severity: 'error',
      comment:
        'api-keys/ makes, keeps and verifies the keys of this gateway; store, clock, randomness, the log and what revokes are ' +
        'handed in.',
      from: { path: `${SRC}api-keys/`, pathNot: TESTS },
      to: { pathNot: [`${SRC}api-keys/`, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-vault-knows-words-only',
      severity: 'error',
      comment:
        'vault/ gives placeholders, keeps what they stand for and finds them again; store, clock and key are handed in, and who ' +
        'decides is not asked there.',
      from: { path: `${SRC}vault/`, pathNot: TESTS },
      to: { pathNot: [`${SRC}vault/`, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'tokens-know-words-and-jws',
      severity: 'error',
      comment:
        'tokens/ issues and reads our own tokens by pure rules over principals. Who verifies what was presented, and who is told ' +
        'what was granted, are handed in.',
      from: { path: TOKENS, pathNot: TESTS },
      to: { path: OURS, pathNot: [TOKENS, ...GROUND] },
    },
    {
      name: 'egress-imports-nothing-of-ours',
      severity: 'error',
      comment: 'egress/ knows the way out through a proxy, and nothing of who goes it or what for.',
      from: { path: EGRESS, pathNot: TESTS },
      to: { path: OURS, pathNot: EGRESS },
    },
    {
      name: 'egress-is-for-who-goes-out',
      severity: 'error',
      comment:
        'Only forward, to providers, and adapters, to the one outside thing that each is, open connections. Who else wants ' +
        'something from outside asks one of them.',
      from: { path: OURS, pathNot: [EGRESS, `${SRC}forward/`, ADAPTER, TESTS] },
      to: { path: EGRESS },
    },
    {
      name: 'databases-know-nothing-of-ours',
      severity: 'error',
      comment:
        'databases/ opens SQLite on every runtime and reads addresses of PostgreSQL, and knows nothing of what is kept there.',
      from: { path: DATABASES, pathNot: TESTS },
      to: { path: OURS, pathNot: DATABASES },
    },
    {
      name: 'databases-are-for-adapters',
      severity: 'error',
      comment: 'Only adapters open a database, and compose/store.ts, which says what is wrong with an address.',
      from: { path: OURS, pathNot: [DATABASES, ADAPTER, exactly('compose/store[.]ts'), TESTS] },
      to: { path: DATABASES },
    },
    {
      name: 'retrieval-knows-words-only',
      severity: 'error',
      comment:
        'retrieval/ is what every index of documents does alike: words, passages, audiences. Where they are kept is for adapters.',
      from: { path: RETRIEVAL, pathNot: TESTS },
      to: { pathNot: [RETRIEVAL, ...GROUND] },
    },
    {
      name: 'retrieval-is-for-indexes',
      severity: 'error',
      comment:
        'Others see an index of documents by its seam in spec/; how it cuts and compares texts is for the adapters alone.',
      from: { path: OURS, pathNot: [RETRIEVAL, `${SRC}adapters/documents-[^/]+/`, TESTS] },
      to: { path: RETRIEVAL },
    },
    {
      name: 'documents-know-words-only',
      severity: 'error',
      comment: 'documents/ reads what is ingested; who inspects it, and the index where it goes, are handed in.',
      from: { path: DOCUMENTS, pathNot: TESTS },
      to: { pathNot: [DOCUMENTS, ...GROUND], dependencyTypesNot: ['core'] },
    },
    {
      name: 'proposals-know-words-only',
      severity: 'error',
      comment:
        'proposal/ says how columns might be classified, by pure rules over names and values; who reads a database, and which ' +
        'detectors there are, are handed in.',
      from: { path: `${SRC}proposal/`, pathNot: TESTS },
      to: { pathNot: [`${SRC}proposal/`, ...GROUND] },
    },
    {
      name: 'stages-are-siblings',
      severity: 'error',
      comment: 'What two stages share is a word in spec/ or an argument from pipeline/.',
      from: { path: STAGE, pathNot: TESTS },
      to: { path: STAGE, pathNot: `${SRC}$1/` },
    },
    {
      name: 'stages-stand-on-the-ground-floor',
      severity: 'error',
      comment:
        'A stage sees spec/, json/ and the types of exchange.ts. What else it needs (a detector, a clock, a file) is a part ' +
        'that the composition root hands in.',
      from: { path: STAGE, pathNot: TESTS },
      to: { path: OURS, pathNot: [`${SRC}$1/`, STAGE, ...GROUND, EGRESS, EXCHANGE] },
    },
    {
      name: 'stages-have-no-libraries',
      severity: 'error',
      comment:
        'A library is an outside thing, and outside things live in adapters, behind a seam. Only forward speaks HTTP to ' +
        'providers, through undici.',
      from: {
        path: [STAGE, PIPELINE, EXCHANGE, `${SRC}doors/`, `${SRC}gateway[.]ts$`],
        pathNot: [`${SRC}forward/`, TESTS],
      },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'], pathNot: OURS },
    },
    {
      name: 'adapters-are-leaves',
      severity: 'error',
      comment:
        'An adapter is one outside thing behind one seam of spec/: it must be possible to delete it and lose nothing else. ' +
        'Share by a word in spec/, or by a part handed to the constructor.',
      from: { path: ADAPTER, pathNot: [`${SRC}adapters/audit-[^/]+/`, TESTS] },
      to: {
        path: OURS,
        pathNot: [`${SRC}adapters/$1/`, ...GROUND, EGRESS, LENS, DATABASES, RETRIEVAL, PATTERNS, WEIGHTS, VIEWS],
      },
    },
    {
      name: 'the-sql-room-opens-nothing',
      severity: 'error',
      comment:
        'adapters/dataset-postgres/sql/ understands a statement and writes another, by the grammar and words alone: what it ' +
        'gives depends on nothing else, and no connection is there to run what was not understood.',
      from: { path: SQL, pathNot: TESTS },
      to: { pathNot: [SQL, `${SRC}spec/`, '(^|/)node_modules/libpg-query/', '^(node:)?buffer$'] },
    },
    {
      name: 'audit-adapters-are-leaves',
      severity: 'error',
      comment:
        'An audit adapter keeps what @ostiary/tlog computes: that package is all it may see beyond the ground floor.',
      from: { path: `${SRC}adapters/(audit-[^/]+)/`, pathNot: TESTS },
      to: { path: OURS, pathNot: [`${SRC}adapters/$1/`, ...GROUND, TLOG] },
    },
    {
      name: 'only-pipeline-seals',
      severity: 'error',
      comment:
        '`seal` is the only value in exchange.ts. Who holds it can claim that a stage was passed, so pipeline/ alone ' +
        'imports it; write `import type` for the types.',
      from: { path: OURS, pathNot: [PIPELINE, TESTS] },
      to: { path: EXCHANGE, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-pipeline-runs-stages',
      severity: 'error',
      comment:
        'The order of the stages is on one screen, in pipeline/pipeline.ts. Ask it, or let it be handed what you want to change.',
      from: {
        path: OURS,
        pathNot: [PIPELINE, STAGE, TESTS, ...[...CONSTRUCTS.keys()].map(exactly)],
      },
      to: { path: STAGE, dependencyTypesNot: ['type-only'] },
    },
    ...granted(
      CONSTRUCTS,
      {
        name: 'roof-constructs-precisely',
        severity: 'error',
        comment: 'The roof constructs what .dependency-cruiser.cjs lists for it; running a stage is for pipeline/.',
      },
      { path: STAGE, dependencyTypesNot: ['type-only'] },
    ),
    {
      name: 'stage-types-are-for-the-roof',
      severity: 'error',
      comment:
        "Below the roof nobody names a stage's types: a type that two rooms need is a word and belongs in spec/.",
      from: {
        path: OURS,
        pathNot: [
          PIPELINE,
          STAGE,
          TESTS,
          ...src('gateway[.]ts$', 'compose/(log|operations|providers|waiting)[.]ts$', 'doors/', 'cli/'),
        ],
      },
      to: { path: STAGE, dependencyTypes: ['type-only'] },
    },
    {
      name: 'doors-open-on-the-pipeline',
      severity: 'error',
      comment:
        'A door knows HTTP, the pipeline, and tokens/ where tokens are given. A second way in to a stage or an adapter would be ' +
        'one that nothing guards.',
      from: { path: `${SRC}doors/`, pathNot: TESTS },
      to: { path: OURS, pathNot: [`${SRC}doors/`, ...GROUND, TOKENS, PIPELINE, EXCHANGE, STAGE] },
    },
    {
      name: 'only-the-root-composes',
      severity: 'error',
      comment:
        'Adapters are chosen in one place, the files of compose/ that are listed here, one for each kind, so that everything else ' +
        'can be tried with a fake. Commands that work on files without a gateway are listed in .dependency-cruiser.cjs one by one.',
      from: {
        path: OURS,
        pathNot: [`${SRC}adapters/`, CHOOSES, TESTS, ...[...COMMANDS.keys()].map(exactly)],
      },
      to: { path: `${SRC}adapters/` },
    },
    {
      name: 'the-store-is-chosen-alone',
      severity: 'error',
      comment:
        'compose/store.ts chooses between the stores and knows nothing else of the house: what is kept in a store is for ' +
        'others to say, and no other file may name a store adapter.',
      from: { path: exactly('compose/store[.]ts') },
      to: { path: OURS, pathNot: [`${SRC}adapters/store-[^/]+/`, `${SRC}config/`, ...GROUND, DATABASES] },
    },
    {
      name: 'stores-are-chosen-in-one-place',
      severity: 'error',
      comment: 'Ask compose/store.ts for the store: who opens one kind by name has forgotten the other.',
      from: { path: OURS, pathNot: [`${SRC}adapters/`, exactly('compose/store[.]ts'), TESTS] },
      to: { path: `${SRC}adapters/store-` },
    },
    ...granted(
      COMMANDS,
      {
        name: 'commands-reach-precisely',
        severity: 'error',
        comment:
          'A command reaches the one adapter that .dependency-cruiser.cjs lists for it; the rest goes through compose/.',
      },
      { path: `${SRC}adapters/` },
    ),
    {
      name: 'pipeline-sees-stages-only',
      severity: 'error',
      comment: 'pipeline/ knows the order and nothing of files, configuration, doors or adapters: those are handed in.',
      from: { path: [PIPELINE, EXCHANGE] },
      to: { path: OURS, pathNot: [STAGE, ...GROUND, GRANTS, BUDGETS, FILES, EXCHANGE, PIPELINE] },
    },
    {
      name: 'configuration-knows-words-only',
      severity: 'error',
      comment:
        'config/ turns a file into one frozen value. Who turns the value into parts is compose/. An expression in it is read by ' +
        'whoever will look for it: what patterns/ cannot look for has a place in the file.',
      from: { path: `${SRC}config/`, pathNot: TESTS },
      to: { path: OURS, pathNot: [`${SRC}config/`, `${SRC}patterns/read[.]ts`, ...GROUND] },
    },
    {
      name: 'the-gateway-is-handed-its-parts',
      severity: 'error',
      comment:
        'createGateway reads no file, environment or configuration: whoever embeds it hands it parts. That is why it can be ' +
        'tested whole.',
      from: { path: exactly('gateway[.]ts') },
      to: { path: OURS, pathNot: [STAGE, ...GROUND, GRANTS, EXCHANGE, PIPELINE, `${SRC}doors/`] },
    },
    {
      name: 'commands-are-the-top',
      severity: 'error',
      comment: 'Commands are thin and on top: what another room wants from one belongs in that room.',
      from: { path: OURS, pathNot: [`${SRC}cli/`, '^packages/gateway/bin/', TESTS] },
      to: { path: `${SRC}cli/` },
    },
    {
      name: 'production-never-loads-the-devkit',
      severity: 'error',
      comment:
        'The embedded identity provider hands out tokens to anybody. Only the commands `dev`, `demo` and `token` may load it, ' +
        'so that no configuration of `start` can reach it.',
      from: {
        path: `${SRC}|^packages/(tlog|testkit)/`,
        pathNot: [...src('cli/(dev|demo|demo-[a-z]+|token)[.]ts$'), TESTS],
      },
      to: { path: '^packages/devkit/' },
    },
    {
      name: 'the-verifier-stands-alone',
      severity: 'error',
      comment:
        'Who audits a log must be able to read the verifier without the gateway, and run it anywhere: @ostiary/tlog imports ' +
        'nothing of ours and no library.',
      from: { path: `${TLOG}src/`, pathNot: TESTS },
      to: { pathNot: `${TLOG}src/`, dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-verifier-runs-in-a-browser',
      severity: 'error',
      comment:
        "Only node.ts, the subpath @ostiary/tlog/node, may import Node's built-ins; hashing and signatures are handed in.",
      from: { path: `${TLOG}src/`, pathNot: [`${TLOG}src/node[.]ts$`, TESTS] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-verifier-index-avoids-node',
      severity: 'error',
      comment:
        'A browser bundle of @ostiary/tlog follows every file that index.ts reaches: node.ts must not be one of them.',
      from: { path: `${TLOG}src/`, pathNot: [`${TLOG}src/node[.]ts$`, TESTS] },
      to: { path: `${TLOG}src/node[.]ts$` },
    },
    {
      name: 'the-devkit-stands-alone',
      severity: 'error',
      comment:
        'The devkit plays the outside world (identity provider, model, liar). If it shared our code, it would share our mistakes.',
      from: { path: '^packages/devkit/src/', pathNot: TESTS },
      to: { path: OURS, pathNot: '^packages/devkit/src/' },
    },
    {
      name: 'the-testkit-knows-the-seams',
      severity: 'error',
      comment:
        'A conformance suite speaks of a seam, so it sees `ostiary/spec` alone; the thing under test is handed in.',
      from: { path: '^packages/testkit/src/' },
      to: { path: OURS, pathNot: ['^packages/testkit/src/', '^packages/gateway/(src|dist)/spec/'] },
    },
    {
      name: 'detectors-of-their-own-know-the-seam',
      severity: 'error',
      comment:
        'A detector that is installed by who wants it stands on `ostiary/spec` alone: what else it reached for would be promised.',
      from: { path: '^packages/detector-[^/]+/src/', pathNot: TESTS },
      to: { path: OURS, pathNot: ['^packages/detector-[^/]+/src/', '^packages/gateway/(src|dist)/spec/'] },
    },
    {
      name: 'tests-do-not-ship',
      severity: 'error',
      comment: 'Code that ships imports no test and no testkit.',
      from: { path: '^packages/(gateway|tlog|devkit|detector-e5)/', pathNot: TESTS },
      to: { path: `${TESTS}|^packages/testkit/|(^|/)node_modules/(vitest|fast-check)/` },
    },
    {
      name: 'packages-by-name',
      severity: 'error',
      comment: 'Between packages import the name: a path into another package goes round its exports.',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/'], dependencyTypes: ['local'] },
    },
    {
      name: 'no-barrels',
      severity: 'error',
      comment:
        "An index.ts that gathers a folder hides who needs what and grows circles. Only a package's index.ts, and spec/index.ts " +
        'which is published as `ostiary/spec`, gather.',
      from: {},
      to: { path: `${OURS}.*/index[.]ts$`, pathNot: ['^packages/[^/]+/src/index[.]ts$', `${SRC}spec/index[.]ts$`] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Two files that import each other are one file, or a word in spec/ is missing. Type imports count.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'all-imports-resolve',
      severity: 'error',
      comment:
        'An import that the checker cannot follow is a wall that it cannot see. Build first: packages resolve to their dist.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '/dist/.*[.]tsbuildinfo$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
