import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly ancestorTitles: readonly string[]; readonly status: string }[]
  }[]
}

/** For each mutant, how many tests of its suite it failed. */
const failures = new Map<string, number>()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-mutants-'))
  const report = join(folder, 'report.json')
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const args = [
    'run',
    '--config',
    'packages/testkit/test/mutants.config.ts',
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  // It fails, and must.
  await new Promise<void>((resolve) => {
    execFile(process.execPath, [vitest, ...args], { cwd: ROOT, maxBuffer: 32 * 1024 * 1024 }, () => resolve())
  })
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report
  for (const { ancestorTitles, status } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const name = ancestorTitles[0] ?? ''
    failures.set(name, (failures.get(name) ?? 0) + (status === 'failed' ? 1 : 0))
  }
})

afterAll(() => rm(folder, { recursive: true }))

it('a fake with a fault fails the suite of its seam, whatever the fault', () => {
  expect(failures.size).toBeGreaterThanOrEqual(52)
  expect([...failures].filter(([, count]) => count === 0).map(([name]) => name)).toEqual([])
})
