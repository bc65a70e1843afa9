import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openIntents } from '../src/audit/recover.js'
import { build } from './command.js'
import { openHouse } from './house.js'
import { runScript } from './script.js'

beforeAll(build)

test('killed 5 times under load, a gateway has logged whatever reached the provider or a caller [log.crash]', {
  timeout: 120_000,
}, async () => {
  // A machine that runs many tests at once starts slowly; the long form is strict.
  const { code, said } = await runScript('kill-loop.mjs', ['--times', '5', '--clients', '6', '--start-ms', '20000'])
  expect(said).toContain('no violation in 5 kills')
  expect(code).toBe(0)
  const [, acknowledged] = /([0-9]+) answers acknowledged/.exec(said) ?? []
  expect(Number(acknowledged)).toBeGreaterThan(0)
})

test('an outcome closes the intent that it names, and no other number of that name [log.crash]', async () => {
  const entry = (unmapped: string, type: string): Buffer =>
    Buffer.from(`{"data":{"unmapped":{${unmapped}}},"id":"x${type[0]}","type":"ai.ostiary.${type}"}`)
  // What policies read of a caller stands in a refusal, and an operator may call a claim `intent`.
  const claimed = '"decided":{"inputs":{"principal":{"attributes":{"intent":0,"issuer":"i"}}}},"latency_ms":{}'
  const left = async (...outcomes: readonly string[]): Promise<readonly number[]> => {
    async function* entries(): AsyncGenerator<{ readonly index: number; readonly entry: Buffer }> {
      yield { index: 0, entry: entry('"order":"before-forward"', 'intent') }
      for (const [at, one] of outcomes.entries()) yield { index: at + 1, entry: entry(one, 'outcome') }
    }
    return (await openIntents(entries())).map(({ index }) => index)
  }
  expect(await left()).toEqual([0])
  expect(await left(claimed)).toEqual([0])
  expect(await left('"findings":{},"intent":0,"latency_ms":{}')).toEqual([])
  expect(await left('"exchange":"x","intent":0,"outcome":"unknown"')).toEqual([])
})

test('an empty file is not taken for a secret: nothing starts, and its content put back starts again', async () => {
  const house = await openHouse()
  const { dir, upstream, issuer } = house
  await house.stop()
  for (const name of ['audit.secret', 'audit.key.pem']) {
    const path = join(dir, 'store', name)
    const held = readFileSync(path)
    writeFileSync(path, '')
    await expect(openHouse({ dir, upstream, issuer })).rejects.toThrow(`${name} is empty`)
    writeFileSync(path, held)
    await (await openHouse({ dir, upstream, issuer })).close()
  }
  await house.close()
})
