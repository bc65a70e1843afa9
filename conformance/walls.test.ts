import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const RULES = fileURLToPath(new URL('../.dependency-cruiser.cjs', import.meta.url))
const CRUISER = fileURLToPath(new URL('../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url))
const S = 'packages/gateway/src'

/** Files that stand in the right place and import what they may: none of them may be caught. */
const HOUSE: Readonly<Record<string, string>> = {
  'package.json': '{"name":"house","type":"module","workspaces":["packages/*"],"dependencies":{"library":"1.0.0"}}',
  'node_modules/library/package.json': '{"name":"library","version":"1.0.0","type":"module","exports":"./index.js"}',
  'node_modules/library/index.js': 'export const library = 1',
  'packages/gateway/package.json': packageOf(
    'ostiary',
    ['.', './spec'],
    ['@ostiary/tlog', '@ostiary/devkit', 'library'],
  ),
  'packages/tlog/package.json': packageOf('@ostiary/tlog', ['.', './node'], []),
  'packages/devkit/package.json': packageOf('@ostiary/devkit', ['.'], ['library']),
  'packages/testkit/package.json': packageOf('@ostiary/testkit', ['.'], ['ostiary']),
  'packages/detector-e5/package.json': packageOf('@ostiary/detector-e5', ['.'], ['ostiary']),
  'packages/gateway/dist/index.js': 'export const gateway = 1',
  'packages/gateway/dist/spec/index.js': 'export const word = 1',
  'packages/tlog/dist/index.js': 'export const tree = 1',
  'packages/tlog/dist/node.js': 'export const node = 1',
  'packages/devkit/dist/index.js': 'export const idp = 1',
  'packages/testkit/dist/index.js': 'export const suite = 1',
  [`${S}/spec/index.ts`]: "export * from './word.js'",
  [`${S}/spec/word.ts`]: 'export interface Word { a: 1 }\nexport const word = 1',
  [`${S}/json/strict.ts`]: "import { Buffer } from 'node:buffer'\nexport const strict = Buffer",
  [`${S}/lens/shape.ts`]: `${gets('strict', '../json/strict.js')}\n${uses('Word', '../spec/index.js')}\nexport const shape = (_: Word) => strict`,
  [`${S}/adapters/dialect-a/dialect.ts`]: `${gets('shape', '../../lens/shape.js')}\nexport const dialect = shape`,
  [`${S}/egress/tunnel.ts`]: "import http from 'node:http'\nexport const tunnel = http",
  [`${S}/retrieval/words.ts`]: 'export const words = 1',
  [`${S}/databases/sqlite.ts`]: `import { library } from 'library'\nexport const sqlite = library`,
  [`${S}/adapters/documents-a/index.ts`]: `${gets('sqlite', '../../databases/sqlite.js')}\nexport const store = sqlite`,
  [`${S}/api-keys/format.ts`]: `import { hash } from 'node:crypto'\n${gets('word', '../spec/index.js')}\nexport const format = [hash, word]`,
  [`${S}/exchange.ts`]: `${uses('Word', './spec/index.js')}\nexport interface Sealed { w: Word }\nexport const seal = {}`,
  [`${S}/receive/server.ts`]: `${uses('Word', '../spec/index.js')}\nexport const createReceiver = 1\nexport interface Listen {}`,
  [`${S}/receive/head.ts`]: `${gets('strict', '../json/strict.js')}\nexport const head = strict`,
  [`${S}/decide/decide.ts`]: `${uses('Sealed', '../exchange.js')}\nexport const decide = (_: Sealed) => 1\nexport interface Asked {}`,
  [`${S}/forward/forward.ts`]: `import { library } from 'library'\n${gets('tunnel', '../egress/tunnel.js')}\nexport const send = [library, tunnel]`,
  [`${S}/forward/pools.ts`]: 'export const createPools = 1',
  [`${S}/inspect/inspect.ts`]: 'export const createInspect = 1',
  [`${S}/audit/keys.ts`]: 'export class AuditKeys {}',
  [`${S}/audit/recover.ts`]: 'export const openIntents = 1',
  [`${S}/audit/audit.ts`]: 'export const createAudit = 1',
  [`${S}/pipeline/pipeline.ts`]: `${gets('decide', '../decide/decide.js')}\n${gets('seal', '../exchange.js')}\nexport const pipeline = { decide, seal }`,
  [`${S}/tokens/issue.ts`]: `${gets('strict', '../json/strict.js')}\nexport const issue = strict`,
  [`${S}/doors/tokens.ts`]: `${gets('issue', '../tokens/issue.js')}\nexport const tokens = issue`,
  [`${S}/doors/models.ts`]: `${gets('pipeline', '../pipeline/pipeline.js')}\n${uses('Asked', '../decide/decide.js')}\nexport const door = (_: Asked) => pipeline`,
  [`${S}/gateway.ts`]: [
    gets('createReceiver', './receive/server.js'),
    gets('createPools', './forward/pools.js'),
    gets('door', './doors/models.js'),
    uses('Asked', './decide/decide.js'),
    'export const createGateway = (_: Asked) => [createReceiver, createPools, door]',
  ].join('\n'),
  [`${S}/config/config.ts`]: `${gets('word', '../spec/index.js')}\nexport const config = word`,
  [`${S}/adapters/detector-a/detector.ts`]: "import { library } from 'library'\nexport const detector = library",
  [`${S}/adapters/identity-a/proxy.ts`]: `${gets('tunnel', '../../egress/tunnel.js')}\nexport const proxy = tunnel`,
  [`${S}/adapters/identity-oauth/issuer.ts`]: 'export const issuer = 1',
  [`${S}/adapters/policy-cedar/schema.ts`]: 'export const schema = 1',
  [`${S}/adapters/policy-cedar/load.ts`]: `${gets('schema', './schema.js')}\nexport const load = schema`,
  [`${S}/adapters/audit-fs/log.ts`]:
    "import { tree } from '@ostiary/tlog'\nimport { node } from '@ostiary/tlog/node'\nexport const log = [tree, node]",
  [`${S}/compose/log.ts`]: `${gets('log', '../adapters/audit-fs/log.js')}\n${gets('openIntents', '../audit/recover.js')}\nexport const held = [log, openIntents]`,
  [`${S}/compose/run.ts`]: [
    gets('held', './log.js'),
    gets('AuditKeys', '../audit/keys.js'),
    gets('createGateway', '../gateway.js'),
    gets('config', '../config/config.js'),
    'export const run = [held, AuditKeys, createGateway, config]',
  ].join('\n'),
  [`${S}/cli/audit.ts`]: `${gets('log', '../adapters/audit-fs/log.js')}\nexport const audit = log`,
  [`${S}/cli/check.ts`]: `${gets('schema', '../adapters/policy-cedar/schema.js')}\n${gets('run', '../compose/run.js')}\nexport const check = [schema, run]`,
  [`${S}/cli/inspect.ts`]: `${gets('createInspect', '../inspect/inspect.js')}\nexport const inspect = createInspect`,
  [`${S}/compose/issuers.ts`]: `${gets('issuer', '../adapters/identity-oauth/issuer.js')}\nexport const issuersOf = issuer`,
  [`${S}/adapters/store-a/store.ts`]: 'export const store = 1',
  [`${S}/compose/store.ts`]: `${gets('store', '../adapters/store-a/store.js')}\n${gets('config', '../config/config.js')}\nexport const openStore = [store, config]`,
  [`${S}/cli/doctor.ts`]: `${gets('issuersOf', '../compose/issuers.js')}\nexport const doctor = issuersOf`,
  [`${S}/cli/dev.ts`]: "import { idp } from '@ostiary/devkit'\nexport const dev = idp",
  [`${S}/index.ts`]: "export { createGateway } from './gateway.js'",
  'packages/tlog/src/index.ts': "export { tree } from './tree.js'",
  'packages/tlog/src/tree.ts': 'export const tree = 1',
  'packages/tlog/src/node.ts':
    "import { hash } from 'node:crypto'\nimport { tree } from './tree.js'\nexport const node = [hash, tree]",
  'packages/devkit/src/index.ts': "import { library } from 'library'\nexport const idp = library",
  'packages/testkit/src/index.ts': "import { word } from 'ostiary/spec'\nexport const suite = word",
  // A test may reach over walls.
  [`${S}/adapters/detector-a/detector.test.ts`]: `${gets('decide', '../../decide/decide.js')}\nexport const test = decide`,
}

/** One violation of each rule: the rule, the planted file, what is in it, and other rules that it cannot but break too. */
const PLANTS: readonly (readonly [rule: string, file: string, text: string, also?: readonly string[]])[] = [
  ['spec-imports-nothing', `${S}/spec/planted.ts`, "import { hash } from 'node:crypto'\nexport const planted = hash"],
  ['json-imports-nothing-of-ours', `${S}/json/planted.ts`, uses('Word', '../spec/index.js')],
  ['jws-knows-words-and-json', `${S}/jws/planted.ts`, uses('Config', '../config/config.js')],
  ['patterns-know-words-and-json', `${S}/patterns/planted.ts`, uses('Config', '../config/config.js')],
  ['canaries-know-words-only', `${S}/canary/planted.ts`, uses('Config', '../config/config.js')],
  ['views-know-words-only', `${S}/views/planted.ts`, uses('Config', '../config/config.js')],
  ['weights-import-nothing-of-ours', `${S}/weights/planted.ts`, uses('Word', '../spec/index.js')],
  ['grants-know-words-only', `${S}/grants/planted.ts`, uses('Config', '../config/config.js')],
  ['budgets-know-words-only', `${S}/budgets/planted.ts`, uses('Config', '../config/config.js')],
  ['budgets-know-words-only', `${S}/budgets/planted-2.ts`, gets('library', 'library')],
  ['the-ledger-knows-words-only', `${S}/ledger/planted.ts`, uses('Config', '../config/config.js')],
  ['the-ledger-knows-words-only', `${S}/ledger/planted-2.ts`, gets('library', 'library')],
  ['fingerprints-know-words-only', `${S}/fingerprints/planted.ts`, uses('Config', '../config/config.js')],
  ['fingerprints-know-words-only', `${S}/fingerprints/planted-2.ts`, gets('library', 'library')],
  ['files-know-words-only', `${S}/files/planted.ts`, uses('Config', '../config/config.js')],
  ['files-know-words-only', `${S}/files/planted-2.ts`, gets('library', 'library')],
  ['api-keys-know-words-only', `${S}/api-keys/planted.ts`, uses('Config', '../config/config.js')],
  ['api-keys-know-words-only', `${S}/api-keys/planted-2.ts`, gets('library', 'library')],
  ['the-vault-knows-words-only', `${S}/vault/planted.ts`, uses('Config', '../config/config.js')],
  ['tokens-know-words-and-jws', `${S}/tokens/planted.ts`, uses('Config', '../config/config.js')],
  ['egress-imports-nothing-of-ours', `${S}/egress/planted.ts`, uses('Word', '../spec/index.js')],
  ['egress-is-for-who-goes-out', `${S}/release/planted-2.ts`, gets('tunnel', '../egress/tunnel.js')],
  ['egress-is-for-who-goes-out', `${S}/cli/token.ts`, gets('tunnel', '../egress/tunnel.js')],
  ['databases-know-nothing-of-ours', `${S}/databases/planted.ts`, uses('Word', '../spec/index.js')],
  ['databases-are-for-adapters', `${S}/cli/planted-3.ts`, gets('sqlite', '../databases/sqlite.js')],
  [
    'retrieval-knows-words-only',
    `${S}/retrieval/planted.ts`,
    gets('sqlite', '../databases/sqlite.js'),
    ['databases-are-for-adapters'],
  ],
  ['retrieval-is-for-indexes', `${S}/adapters/detector-d/planted-2.ts`, gets('words', '../../retrieval/words.js')],
  ['documents-know-words-only', `${S}/documents/planted.ts`, gets('library', 'library')],
  [
    'proposals-know-words-only',
    `${S}/proposal/planted.ts`,
    "import { hash } from 'node:crypto'\nexport const planted = hash",
  ],
  ['stages-are-siblings', `${S}/inspect/planted.ts`, uses('Listen', '../receive/server.js')],
  ['stages-stand-on-the-ground-floor', `${S}/audit/planted.ts`, uses('Config', '../config/config.js')],
  ['stages-have-no-libraries', `${S}/release/planted.ts`, gets('library', 'library')],
  ['lens-knows-words-and-json', `${S}/lens/planted.ts`, gets('door', '../doors/models.js')],
  ['the-lens-is-for-dialects', `${S}/adapters/detector-d/planted.ts`, gets('shape', '../../lens/shape.js')],
  ['adapters-are-leaves', `${S}/adapters/detector-b/planted.ts`, uses('Detector', '../policy-cedar/load.js')],
  ['adapters-are-leaves', `${S}/adapters/detector-c/planted.ts`, gets('tree', '@ostiary/tlog')],
  [
    'the-sql-room-opens-nothing',
    `${S}/adapters/dataset-postgres/sql/planted.ts`,
    gets('sqlite', '../../../databases/sqlite.js'),
  ],
  ['the-sql-room-opens-nothing', `${S}/adapters/dataset-postgres/sql/planted-2.ts`, gets('library', 'library')],
  ['audit-adapters-are-leaves', `${S}/adapters/audit-x/planted.ts`, uses('Log', '../audit-fs/log.js')],
  ['only-pipeline-seals', `${S}/decide/planted.ts`, gets('seal', '../exchange.js')],
  [
    'only-pipeline-seals',
    `${S}/forward/planted.ts`,
    'import { seal, type Sealed } from "../exchange.js"\nexport type P = Sealed\nexport const p = seal',
  ],
  ['only-pipeline-runs-stages', `${S}/doors/planted.ts`, gets('decide', '../decide/decide.js')],
  ['stage-types-are-for-the-roof', `${S}/planted.ts`, uses('Asked', './decide/decide.js')],
  ['roof-constructs-precisely-1', `${S}/gateway.ts`, gets('decide', './decide/decide.js')],
  ['roof-constructs-precisely-2', `${S}/compose/log.ts`, gets('createAudit', '../audit/audit.js')],
  ['roof-constructs-precisely-3', `${S}/cli/inspect.ts`, gets('decide', '../decide/decide.js')],
  ['roof-constructs-precisely-4', `${S}/compose/operations.ts`, gets('decide', '../decide/decide.js')],
  ['roof-constructs-precisely-5', `${S}/compose/providers.ts`, gets('decide', '../decide/decide.js')],
  ['roof-constructs-precisely-6', `${S}/compose/run.ts`, gets('createAudit', '../audit/audit.js')],
  ['doors-open-on-the-pipeline', `${S}/doors/planted-2.ts`, uses('Config', '../config/config.js')],
  ['only-the-root-composes', `${S}/cli/start.ts`, gets('log', '../adapters/audit-fs/log.js')],
  ['only-the-root-composes', `${S}/cli/doctor.ts`, gets('issuer', '../adapters/identity-oauth/issuer.js')],
  ['only-the-root-composes', `${S}/compose/run.ts`, gets('issuer', '../adapters/identity-oauth/issuer.js')],
  ['the-store-is-chosen-alone', `${S}/compose/store.ts`, gets('issuer', '../adapters/identity-oauth/issuer.js')],
  ['stores-are-chosen-in-one-place', `${S}/compose/log.ts`, gets('store', '../adapters/store-a/store.js')],
  ['commands-reach-precisely-1', `${S}/cli/demo-log.ts`, gets('schema', '../adapters/policy-cedar/schema.js')],
  ['commands-reach-precisely-2', `${S}/cli/init.ts`, gets('load', '../adapters/policy-cedar/load.js')],
  ['commands-reach-precisely-3', `${S}/cli/dataset-scan.ts`, gets('load', '../adapters/policy-cedar/load.js')],
  ['pipeline-sees-stages-only', `${S}/pipeline/planted.ts`, uses('Config', '../config/config.js')],
  ['configuration-knows-words-only', `${S}/config/planted.ts`, uses('Gateway', '../gateway.js')],
  ['the-gateway-is-handed-its-parts', `${S}/gateway.ts`, uses('Config', './config/config.js')],
  ['commands-are-the-top', `${S}/compose/run.ts`, uses('Output', '../cli/dev.js')],
  ['production-never-loads-the-devkit', `${S}/cli/start.ts`, gets('idp', '@ostiary/devkit')],
  ['the-verifier-stands-alone', 'packages/tlog/src/planted.ts', gets('word', 'ostiary/spec')],
  ['the-verifier-runs-in-a-browser', 'packages/tlog/src/planted-2.ts', gets('hash', 'node:crypto')],
  ['the-verifier-index-avoids-node', 'packages/tlog/src/planted-3.ts', gets('node', './node.js')],
  ['the-devkit-stands-alone', 'packages/devkit/src/planted.ts', gets('word', 'ostiary/spec')],
  ['the-testkit-knows-the-seams', 'packages/testkit/src/planted.ts', gets('gateway', 'ostiary')],
  ['detectors-of-their-own-know-the-seam', 'packages/detector-e5/src/planted.ts', gets('gateway', 'ostiary')],
  [
    'tests-do-not-ship',
    `${S}/config/planted-2.ts`,
    gets('suite', '@ostiary/testkit'),
    ['configuration-knows-words-only'],
  ],
  ['tests-do-not-ship', `${S}/adapters/detector-a/planted.ts`, gets('test', './detector.test.js')],
  [
    'packages-by-name',
    'packages/devkit/src/planted-2.ts',
    gets('tree', '../../tlog/src/tree.js'),
    ['the-devkit-stands-alone'],
  ],
  ['no-barrels', `${S}/adapters/detector-d/detector.ts`, gets('barrel', './index.js')],
  ['no-circles', `${S}/config/planted-3.ts`, uses('Back', './planted-4.js')],
  ['all-imports-resolve', `${S}/config/planted-5.ts`, gets('nothing', './nowhere.js')],
]

/** What the plants need to stand on. */
const SOIL: Readonly<Record<string, string>> = {
  [`${S}/adapters/detector-d/index.ts`]: 'export const barrel = 1',
  [`${S}/config/planted-4.ts`]: uses('Forth', './planted-3.js'),
}

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
}

describe('walls', () => {
  let clean: readonly string[] = []
  let planted: readonly string[] = []
  const folders: string[] = []

  beforeAll(async () => {
    clean = await cruise(HOUSE)
    const files: Record<string, string> = { ...HOUSE, ...SOIL }
    // A plant in a file of the house is added to what stands there.
    for (const [, file, text] of PLANTS) files[file] = file in files ? `${files[file]}\n${text}` : text
    planted = await cruise(files)
  })

  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true })
  })

  /** `rule: file` for each violation in a tree of these files, by the very command line of the gate. */
  async function cruise(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-walls-'))
    folders.push(folder)
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    await mkdir(join(folder, 'node_modules/@ostiary'), { recursive: true })
    for (const name of ['tlog', 'devkit', 'testkit']) {
      await symlink(join('../../packages', name), join(folder, 'node_modules/@ostiary', name))
    }
    await symlink('../packages/gateway', join(folder, 'node_modules/ostiary'))
    const args = [CRUISER, '--config', RULES, '--output-type', 'json', 'packages']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 32 * 1024 * 1024 })
    const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[] } }
    return [...new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`))].sort()
  }

  it('let a house stand that imports one way', () => {
    expect(clean).toEqual([])
  })

  it.each(PLANTS.map(([rule, file]) => [rule, file]))('catch a violation of %s in %s', (rule, file) => {
    expect(planted).toContain(`${rule}: ${file}`)
  })

  it('catch nothing else', () => {
    const due = PLANTS.flatMap(([rule, file, , also = []]) => [rule, ...also].map((one) => `${one}: ${file}`))
    expect(planted.filter((one) => !due.includes(one))).toEqual([])
  })

  it('have a plant for every rule there is, and a comment that says what to do', () => {
    const { forbidden } = createRequire(import.meta.url)(RULES) as { forbidden: { name: string; comment: string }[] }
    expect([...new Set(PLANTS.map(([rule]) => rule))].sort()).toEqual(forbidden.map(({ name }) => name).sort())
    for (const { comment } of forbidden) expect(comment.length).toBeGreaterThan(40)
  })
})

function gets(name: string, from: string): string {
  return `import { ${name} } from '${from}'\nexport const uses_${name} = ${name}`
}

function uses(name: string, from: string): string {
  return `import type { ${name} } from '${from}'\nexport type Use${name} = ${name}`
}

function packageOf(name: string, subpaths: readonly string[], dependencies: readonly string[]): string {
  const exports = Object.fromEntries(
    subpaths.map((one) => [
      one,
      `./dist/${{ '.': 'index.js', './spec': 'spec/index.js', './node': 'node.js' }[one] ?? ''}`,
    ]),
  )
  return JSON.stringify({
    name,
    type: 'module',
    exports,
    dependencies: Object.fromEntries(dependencies.map((one) => [one, '1.0.0'])),
  })
}
