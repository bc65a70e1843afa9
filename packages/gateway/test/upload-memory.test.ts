import { beforeAll, expect, test } from 'vitest'
import { build } from './command.js'
import { runScript } from './script.js'

beforeAll(build)

test('an upload of 48 MiB is inspected within 64 MiB of memory [files.memory]', { timeout: 240_000 }, async () => {
  const { code, said } = await runScript('upload.mjs', ['--mib', '48'])
  expect(said).toContain('48 MiB of batch')
  expect(said).not.toContain('more than')
  expect(code).toBe(0)
})
