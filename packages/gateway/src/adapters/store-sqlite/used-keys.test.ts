import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createUsedKeys, KEY_BYTES, lifetimeOf } from './used-keys.js'

const keyOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, KEY_BYTES)

describe('used keys', () => {
  it('holds more than a generation, each key by itself', () => {
    const held = createUsedKeys()
    for (let index = 0; index < 40_000; index += 1) held.add(keyOf(`${index}`), 0, 1000)
    let [found, others] = [0, 0]
    for (let index = 0; index < 40_000; index += 1) {
      if (held.has(keyOf(`${index}`))) found += 1
      if (held.has(keyOf(`other ${index}`))) others += 1
    }
    expect([found, others]).toEqual([40_000, 0])
  })

  it('takes several keys in one piece', () => {
    const held = createUsedKeys()
    held.add(Buffer.concat([keyOf('a'), keyOf('b')]), 0, 1000)
    expect(['a', 'b', 'c'].map((text) => held.has(keyOf(text)))).toEqual([true, true, false])
  })

  it('tells keys apart that would have one slot, the last one included', () => {
    const held = createUsedKeys()
    const meeting = Array.from({ length: 100 }, (_, index) => {
      const key = Buffer.alloc(KEY_BYTES, 0xff)
      key.writeUInt32LE(index, 4)
      return key
    })
    for (const key of meeting.slice(0, 50)) held.add(key, 0, 1000)
    expect(meeting.map((key) => held.has(key))).toEqual(meeting.map((_, index) => index < 50))
  })

  it('drops what has expired, and not what was told to live longer', () => {
    const held = createUsedKeys()
    held.add(keyOf('short'), lifetimeOf(1000, 0), 1000)
    held.add(keyOf('long'), lifetimeOf(3_600_000, 0), 3_600_000)
    held.drop(999)
    expect([held.has(keyOf('short')), held.has(keyOf('long'))]).toEqual([true, true])
    held.drop(1000)
    expect([held.has(keyOf('short')), held.has(keyOf('long'))]).toEqual([false, true])
  })

  it.each([
    ['expired', -1, 0],
    ['a minute', 60_000, 0],
    ['two minutes', 120_000, 1],
    ['an hour', 3_600_000, 6],
    ['for longer than can be said in 32 bits', 1e15, 16],
  ])('knows how long a key lives: %s', (_, leftMs, lifetime) => {
    expect(lifetimeOf(1_700_000_000_000 + leftMs, 1_700_000_000_000)).toBe(lifetime)
  })
})
