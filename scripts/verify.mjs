// Every gate that CI runs, fastest first, in one command: `npm test`. A gate that fails counts as one failed; so does a test
// file that cannot be loaded, and a test that was skipped. The last line is `N passed, N failed`, from the counts of the tests.
// `--tests`: only the tests, for a second Node.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a gate says is shown only where it failed, and then perhaps in a file: without colours. */
const PLAIN = { ...process.env, NO_COLOR: '1' }
delete PLAIN.FORCE_COLOR

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const REPORT = join(ROOT, '.cache/tests.json')

/** Which file of a package is its command: run by this very Node, so that a second Node tests itself and not the first. */
const bin = (name, path) => join(ROOT, 'node_modules', name, path)
const BIOME = bin('@biomejs/biome', 'bin/biome')
const TSC = bin('typescript', 'bin/tsc')
const CRUISER = bin('dependency-cruiser', 'bin/dependency-cruise.mjs')
const KNIP = bin('knip', 'bin/knip.js')
const VITEST = bin('vitest', 'vitest.mjs')

const GATES = [
  ['format and lint', [BIOME, 'ci', '--colors=off', '--error-on-warnings', '.']],
  ['build', [TSC, '--build']],
  ['types of tests', [TSC, '--project', 'tsconfig.test.json']],
  ['walls', [CRUISER, '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'packages', 'conformance']],
  ['dead code', [KNIP, '--no-config-hints']],
  ['published shape', ['scripts/published-shape.mjs']],
  ['configuration schema', ['scripts/config-schema.mjs', '--check']],
]

/** What a command said, and whether it succeeded. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env: PLAIN, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        said += text
      })
    }
    child.on('error', (error) => resolve({ ok: false, said: String(error) }))
    child.on('close', (code) => resolve({ ok: code === 0, said }))
  })
}

async function gate(name, command) {
  const from = Date.now()
  const { ok, said } = await run(command)
  line(ok, name, seconds(from))
  if (!ok) console.log(said.trimEnd())
  return ok
}

/** Runs the tests and counts them from vitest's own report. */
async function tests() {
  const from = Date.now()
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  // An old report must never be counted for a run that wrote none.
  rmSync(REPORT, { force: true })
  const { ok, said } = await run([VITEST, 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${REPORT}`])
  if (!existsSync(REPORT)) {
    line(false, 'tests', 'no report was written')
    console.log(said.trimEnd())
    return { passed: 0, failed: 1 }
  }
  const { testResults } = JSON.parse(readFileSync(REPORT, 'utf8'))
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  // A test may only be skipped where it needs what is not ours to ship: its title says so, and so do we. In CI all is there.
  const without = all.filter(
    ({ status, fullName }) =>
      status !== 'passed' &&
      status !== 'failed' &&
      (fullName.includes(NEEDS_DATA) ||
        fullName.includes(NEEDS_MODELS) ||
        (NEEDS_SERVER.some((needs) => fullName.includes(needs)) && process.env.CI !== 'true')),
  )
  for (const { fullName } of without) console.log(`        skipped: ${fullName}`)
  const statuses = all.filter((one) => !without.includes(one)).map(({ status }) => status)
  const passed = statuses.filter((status) => status === 'passed').length
  const notRun = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((one) => one.status === 'passed'),
  )
  const skipped = statuses.filter((status) => status !== 'passed' && status !== 'failed').length
  let failed = statuses.length - passed + notRun.length
  // An error outside of any test, such as a rejection nobody handled: vitest fails, so we do.
  if (!ok && failed === 0) failed = 1
  const good = failed === 0 && passed > 0
  line(
    good,
    'tests',
    `${passed} passed, ${failed} failed${skipped === 0 ? '' : ` (${skipped} of them skipped)`}, ${seconds(from)}`,
  )
  if (!good) console.log(said.trimEnd())
  return { passed, failed: good ? 0 : Math.max(failed, 1) }
}

const NEEDS_DATA = 'needs OSTIARY_SHARED_DATA'
const NEEDS_MODELS = 'needs the e5 models'
const NEEDS_SERVER = ['needs PostgreSQL', 'needs pgvector']

function line(ok, name, note) {
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${note})`)
}

function seconds(from) {
  return `${((Date.now() - from) / 1000).toFixed(1)} s`
}

const testsOnly = process.argv.includes('--tests')
let gatesFailed = 0
console.log(`Node ${process.versions.node}`)
for (const [name, command] of testsOnly ? [] : GATES) {
  if (!(await gate(name, command))) gatesFailed += 1
}
const { passed, failed } = await tests()
const allFailed = failed + gatesFailed
console.log(`${passed} passed, ${allFailed} failed`)
process.exitCode = allFailed === 0 ? 0 : 1
