// Writes docs/coverage.md from what a whole gateway does with the probes of its test, which fails where the page is stale.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const TEST = 'packages/gateway/test/coverage.test.ts'
const root = fileURLToPath(new URL('../', import.meta.url))
const vitest = ['--no-install', 'vitest', 'run', TEST, '--reporter=dot', '--update']
process.exitCode = spawnSync('npx', vitest, { cwd: root, stdio: 'inherit' }).status ?? 1
