import { beforeAll, expect, test } from 'vitest'
import { build } from './command.js'
import { runScript } from './script.js'

beforeAll(build)

test('2,000 chunkings of random transcripts give the batch result and not a character more [stream.chunk-invariant]', {
  timeout: 120_000,
}, async () => {
  const { code, said } = await runScript('chunkings.mjs', ['--n', '2000'])
  expect(said).toContain('no violation in 2000 chunkings of 400 transcripts')
  expect(code).toBe(0)
})
