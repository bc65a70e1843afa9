import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createPatience } from './patience.js'

test('ends by itself', async () => {
  const patience = createPatience(5, new AbortController().signal)
  await once(patience.over, 'abort')
  expect(patience.isAtEnd()).toBe(true)
  patience.close()
})

test('ends with who waits, before or meanwhile', () => {
  const who = new AbortController()
  const patience = createPatience(60_000, who.signal)
  expect(patience.over.aborted).toBe(false)
  who.abort()
  const later = createPatience(60_000, who.signal)
  expect([patience.over.aborted, patience.isAtEnd(), later.over.aborted, later.isAtEnd()]).toEqual([
    true,
    false,
    true,
    false,
  ])
  patience.close()
  later.close()
})
