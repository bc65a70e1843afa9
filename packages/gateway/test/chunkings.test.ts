import { beforeAll, expect, test } from 'vitest'
import { build } from './command.js'
import { runScript } from './script.js'

beforeAll(build)

const DIALECTS = [
  ...['chat', 'responses', 'completions', 'anthropic', 'gemini', 'bedrock', 'generic-sse', 'generic-ndjson'],
] as const

test.each(DIALECTS)(
  'of %s 500 chunkings of random transcripts give the batch result and not a character more, values put back too [stream.chunk-invariant] [vault.chunk-invariant]',
  { timeout: 120_000 },
  async (dialect) => {
    const { code, said } = await runScript('chunkings.mjs', ['--dialect', dialect, '--n', '500'])
    expect(said).toMatch(
      new RegExp(`^${dialect}: no violation in 500 chunkings of 100 transcripts, [1-9]\\d+ with a vault, `),
    )
    expect(code).toBe(0)
  },
)

test('whatever any detector finds is acted upon alike in any chunking [stream.chunk-invariant]', {
  timeout: 120_000,
}, async () => {
  const { code, said } = await runScript('chunkings.mjs', ['--dialect', 'chat', '--types', 'all', '--n', '250'])
  expect(said).toMatch(/^chat: no violation in 250 chunkings of 50 transcripts, /)
  expect(code).toBe(0)
})

test('the script knows every dialect that is tried here', async () => {
  const { code, said } = await runScript('chunkings.mjs', ['--dialect', 'none'])
  expect(said).toContain(`there are ${DIALECTS.join(', ')}`)
  expect(code).toBe(2)
})
