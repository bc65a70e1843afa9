import { beforeAll, expect, test } from 'vitest'
import { build } from './command.js'
import { runScript } from './script.js'

beforeAll(build)

// Twenty is what is asked for, of long texts on a quiet machine: short ones on a busy one are told several times as dear.
test('no text breaks the law of detectors, and none costs much more than others [content.any-text]', {
  timeout: 120_000,
}, async () => {
  const { code, said } = await runScript('detectors-fuzz.mjs', [
    '--n',
    '60',
    '--length',
    '20000',
    '--ratio',
    '250',
    '--seed',
    '11',
  ])
  expect(said).toMatch(/^email: no law broken by 60 texts$/m)
  expect(said.match(/ times [\d.]+ ns to a character: /g)?.length).toBeGreaterThanOrEqual(6)
  expect(said).not.toContain('TOO SLOW')
  expect(code).toBe(0)
})
