import { expect, test } from 'vitest'
import { dialectOf } from '../../test/declared.js'
import { cut, run, wordGuard } from '../../test/guards.js'
import { lensAt } from '../../test/lens.js'
import type { StreamLens } from '../spec/dialect.js'
import { refuse } from '../spec/refusal.js'

const lens = lensAt(dialectOf('Ollama', 'ollama'), '/ollama/api/chat')
const guarded = (): StreamLens => lens.openStream({ guard: wordGuard })
const watched = (): StreamLens => lens.openStream({ guard: undefined })
const both = [
  ['guarded', guarded],
  ['watched', watched],
] as const

const line = (content: string, done = false): string => `${JSON.stringify({ message: { content }, done })}\n`
const bytesOf = (text: string): Buffer => Buffer.from(text)

test.each(both)('%s: only whole lines leave, and a torn stream ends in a line of its own', (_how, open) => {
  const stream = open()
  expect(String(stream.push(bytesOf(`${line('one')}{"message":{"con`)))).toBe(line('one'))
  const last = String(stream.tear(refuse('content_blocked', 'log only')))
  expect(last).toBe('{"error":"content_blocked: The content holds something that policy does not let pass."}\n')
})

test.each(both)('%s: lines break by CRLF too, and the last may lack its break', (_how, open) => {
  const whole = `${line('one').replace('\n', '\r\n')}\r\n\n${line('two', true).trim()}`
  for (const at of [[], [10], [44, 45, 46], [60]]) {
    const { bytes, refusal } = run(open(), cut(bytesOf(whole), at))
    expect(refusal).toBeUndefined()
    expect(String(bytes).trim().split(/\s*\n/)).toEqual([line('one').trim(), line('two', true).trim()])
  }
})

test('what is held behind a last line without a break gets a line of its own', () => {
  const open = lensAt(dialectOf('Ollama', 'ollama'), '/ollama/api/chat').openStream({ guard: wordGuard })
  const text = `${line('a SEC')}${JSON.stringify({ done: true })}`
  const { bytes } = run(open, [bytesOf(text)])
  const lines = String(bytes)
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one))
  expect(lines).toEqual([
    { message: { content: 'a ' }, done: false },
    { message: { content: 'SEC' }, done: false },
    { done: true },
  ])
})

test.each(both)('%s: a line that never ends is a refusal, not memory', (_how, open) => {
  const stream = open()
  let refused: unknown
  for (let i = 0; i < 40 && refused === undefined; i++) {
    const out = stream.push(Buffer.alloc(1 << 18, 'x'))
    if (!Buffer.isBuffer(out)) refused = out.code
  }
  expect(refused).toBe('upstream_failed')
})

test('nothing follows the end', () => {
  for (const [, open] of both) {
    expect(String(run(open(), [bytesOf(line('x', true) + line('SECRET'))]).bytes)).toBe(line('x', true))
  }
})
