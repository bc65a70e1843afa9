import { expect, test } from 'vitest'
import { createOwnCaller } from './caller.js'

const here = (): AbortSignal => new AbortController().signal

test('keeps a whole answer', () => {
  const { answered, caller } = createOwnCaller(100, here())
  caller.head(200, [], undefined)
  expect(caller.write(Buffer.from('one '))).toBe(true)
  expect(answered()).toBeUndefined()
  caller.end(Buffer.from('two'))
  expect([answered()?.status, String(answered()?.body)]).toEqual([200, 'one two'])
})

test('takes what was broken off for no answer', () => {
  const { answered, caller } = createOwnCaller(100, here())
  caller.head(200, [], undefined)
  caller.write(Buffer.from('one'))
  caller.cut()
  expect(answered()).toBeUndefined()
})

test('leaves once nobody waits, and tells so', () => {
  const ended = new AbortController()
  const { answered, caller } = createOwnCaller(100, ended.signal)
  const told: string[] = []
  caller.whenLeft(() => told.push('first'))
  expect([caller.left, told]).toEqual([false, []])
  ended.abort()
  caller.whenLeft(() => told.push('later'))
  expect([caller.left, told]).toEqual([true, ['first', 'later']])
  caller.head(200, [], 0)
  caller.end()
  expect(answered()).toBeUndefined()
  expect(createOwnCaller(100, AbortSignal.abort()).caller.left).toBe(true)
})

test('leaves where an answer is longer than is held', () => {
  const { answered, caller } = createOwnCaller(10, here())
  caller.head(200, [], undefined)
  caller.write(Buffer.alloc(8))
  expect(caller.left).toBe(false)
  caller.write(Buffer.alloc(8))
  expect(caller.left).toBe(true)
  caller.end()
  expect(answered()).toBeUndefined()
})
