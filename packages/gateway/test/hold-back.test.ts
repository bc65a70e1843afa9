import { beforeAll, expect, test } from 'vitest'
import { PII_TYPES } from '../src/spec/pii-types.js'
import { build } from './command.js'
import { runScript } from './script.js'

beforeAll(build)

test('of clean prose little is held, and nothing of most where only secrets or cards are to be found [stream.no-buffering]', {
  timeout: 120_000,
}, async () => {
  const { code, said } = await runScript('hold-back.mjs', ['--sockets', '3'])
  expect({ code, said }).toMatchObject({ code: 0 })
  const rows = new Map(
    said.split('\n').flatMap((line) => {
      const [, set, p50, , p99] = line.split('|').map((cell) => cell.trim())
      return set === undefined || !/^\d+$/.test(p50 ?? '')
        ? []
        : [[set, { p50: Number(p50), p99: Number(p99) }] as const]
    }),
  )
  const pii = PII_TYPES.map((type) => `\`${type}\``)
  expect([...rows.keys()]).toEqual(
    expect.arrayContaining(['all types', 'all types, and a session of 100 values', '`secret`', ...pii]),
  )
  for (const { p99 } of rows.values()) expect(p99).toBeLessThanOrEqual(64)
  for (const set of ['`secret`', ...pii.filter((type) => type !== '`pii.email`')]) expect(rows.get(set)?.p50).toBe(0)
  // An address may begin with any word, so the last one waits for what follows it.
  expect(rows.get('`pii.email`')?.p50).toBeLessThanOrEqual(4)
  expect(said).toMatch(/^- all types to be found: p50 [\d.]+ ms, p99 [\d.]+ ms$/m)
})
