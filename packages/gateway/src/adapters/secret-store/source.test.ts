import { randomBytes } from 'node:crypto'
import { createMemoryStore, secretSourceSuite } from '@ostiary/testkit'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../../spec/index.js'
import { seal, unseal } from './seal.js'
import { createSealedSecret, putSealed } from './source.js'

const CLOCK = { now: () => Date.now() }
const SPACE = 'secrets-sealed'
const HELD = ['kept', 'under', 'seal'].join('-')
const key = randomBytes(32)

secretSourceSuite('store', () => {
  const store = createMemoryStore(CLOCK)
  const parts = { store, secretsKey: () => key }
  return {
    source: createSealedSecret(parts, 'blue'),
    put: async (text) =>
      text === undefined ? void (await store.put(SPACE, 'blue', undefined)) : await putSealed(parts, 'blue', text),
    remove: () => store.close(),
  }
})

describe('a sealed secret', () => {
  it('opens under its own key and name alone [provider.sealed]', () => {
    const row = seal(key, 'blue', HELD)
    expect(unseal(key, 'blue', row)).toBe(HELD)
    expect(unseal(randomBytes(32), 'blue', row)).toBeUndefined()
    expect(unseal(key, 'green', row)).toBeUndefined()
    expect(row).not.toContain(HELD)
    expect(Buffer.from(row, 'latin1').includes(HELD.slice(0, 4))).toBe(false)
  })

  it('is another row each time: equal secrets cannot be told to be equal', () => {
    expect(seal(key, 'blue', HELD)).not.toBe(seal(key, 'blue', HELD))
  })

  it('that was changed anywhere does not open', () => {
    const row = JSON.parse(seal(key, 'blue', HELD)) as { v: number; nonce: string; sealed: string }
    expect(unseal(key, 'blue', JSON.stringify(row))).toBe(HELD)
    for (const field of ['nonce', 'sealed'] as const) {
      const bytes = Buffer.from(row[field], 'base64url')
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(unseal(key, 'blue', JSON.stringify({ ...row, [field]: changed.toString('base64url') }))).toBeUndefined()
      }
    }
    // A short tag would be sixteen times easier to guess with each half byte that it lacks.
    const short = Buffer.from(row.sealed, 'base64url').subarray(0, -4).toString('base64url')
    for (const other of [
      '',
      'null',
      '[]',
      '{}',
      '{"v":1}',
      JSON.stringify({ ...row, v: 2 }),
      JSON.stringify({ ...row, sealed: short }),
    ]) {
      expect(unseal(key, 'blue', other)).toBeUndefined()
    }
  })

  it('says what is wrong with it and what mends that, never what it is', async () => {
    const store = createMemoryStore(CLOCK)
    const parts = { store, secretsKey: () => key }
    await putSealed(parts, 'blue', HELD)
    await expect(createSealedSecret(parts, 'green').read()).rejects.toThrow('`ostiary providers set-key` stores one')
    const other = { store, secretsKey: () => randomBytes(32) }
    await expect(createSealedSecret(other, 'blue').read()).rejects.toThrow('was sealed with another key, or changed')
    const lost = {
      store,
      secretsKey: () => {
        throw new Error('secrets.key is missing')
      },
    }
    await expect(createSealedSecret(lost, 'blue').read()).rejects.toThrow('secrets.key is missing')
    await store.close()
    await expect(createSealedSecret(parts, 'blue').read()).rejects.toThrow('the store cannot be read')
  })

  it('may have its key made with the first one, and with no other: a new key would open none of those that are there', async () => {
    const store = createMemoryStore(CLOCK)
    const asked: boolean[] = []
    const parts = {
      store,
      secretsKey(isFirst: boolean) {
        asked.push(isFirst)
        return key
      },
    }
    await putSealed(parts, 'blue', HELD)
    await putSealed(parts, 'green', HELD)
    await createSealedSecret(parts, 'green').read()
    expect(asked).toEqual([true, false, false])
    expect(await rowsOf(store, SPACE)).toHaveLength(2)
  })
})
