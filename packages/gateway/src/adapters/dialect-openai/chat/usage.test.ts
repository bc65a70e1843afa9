import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { TextGuard } from '../../../spec/detector.js'
import type { RequestView } from '../../../spec/dialect.js'
import { refuse } from '../../../spec/refusal.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/chat/completions')
const letThrough = (): TextGuard => ({ held: 0, push: (text) => text, end: () => '' })

function view(body: string): RequestView {
  const read = lens.read(Buffer.from(body))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

const asked = (body: string): string => String(view(body).edit({ model: undefined, edits: [], askUsage: true }))

describe('usage is asked for', () => {
  test.each([
    [
      '{"model":"m","messages":[],"stream":true}',
      '{"stream_options":{"include_usage":true},"model":"m","messages":[],"stream":true}',
    ],
    [
      '{"model":"m","messages":[],"stream":true,"stream_options" : null}',
      '{"model":"m","messages":[],"stream":true,"stream_options" : {"include_usage":true}}',
    ],
    [
      '{"model":"m","messages":[],"stream":true,"stream_options":{}}',
      '{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}',
    ],
    [
      '{"model":"m","messages":[],"stream":true,"stream_options":{"include_obfuscation":false}}',
      '{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}',
    ],
    [
      '{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage": false }}',
      '{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage": true }}',
    ],
  ])('%s', (body, wanted) => {
    expect(view(body).saysUsage).toBe(false)
    expect(asked(body)).toBe(wanted)
    expect(view(wanted).saysUsage).toBe(true)
  })

  test.each([
    '{"model":"m","messages":[]}',
    '{"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}}',
  ])('not where it comes anyhow: %s', (body) => {
    expect(view(body).saysUsage).toBe(true)
    expect(asked(body)).toBe(body)
  })

  test('beside other changes', () => {
    const body = '{"messages":[{"role":"user","content":"hi"}],"stream":true,"model":"m"}'
    const change = { model: 'other', edits: [{ index: 0, text: 'ho' }], askUsage: true }
    expect(JSON.parse(String(view(body).edit(change)))).toEqual({
      messages: [{ role: 'user', content: 'ho' }],
      stream: true,
      model: 'other',
      stream_options: { include_usage: true },
    })
  })

  test.each(['"x"', '[]', '1', '{"include_usage":"yes"}'])('and cannot be where it says %s', (options) => {
    const read = lens.read(Buffer.from(`{"model":"m","messages":[],"stream_options":${options}}`))
    expect(read).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
  })
})

describe('what was sent for usage alone', () => {
  const recorded = readFileSync(new URL('./corpus/usage.chunks.txt', import.meta.url)).toString()
  // Without the comment that it begins with.
  const events = recorded.split(/(?<=\n\n)/).filter((event) => event.startsWith('data:'))
  const whole = Buffer.from(events.join(''))
  const kept = events.filter((event) => !/"choices":\[\]/.test(event)).join('')

  test.each([
    ['unguarded', undefined],
    ['guarded', letThrough],
  ] as const)('is read and does not pass, %s, in any cutting', (_, guard) => {
    expect(kept.length).toBeLessThan(whole.length)
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (at) => {
        const stream = lens.openStream({ guard, dropUsage: true })
        const cuts = [0, ...new Set(at), whole.length].sort((a, b) => a - b)
        const out = cuts.slice(1).map((to, i) => stream.push(Buffer.from(whole.subarray(cuts[i], to))))
        out.push(stream.end())
        expect(out.map(String).join('')).toBe(kept)
        expect(stream.usage).toEqual({ inputTokens: 19, outputTokens: 10 })
      }),
      { numRuns: 50 },
    )
  })

  test('passes where the caller asked for it', () => {
    const stream = lens.openStream({ guard: undefined })
    expect(`${stream.push(whole)}${stream.end()}`).toBe(whole.toString())
  })

  test('does not hide an error, and leaves what has a choice too', () => {
    const both = `data: {"choices":[],"usage":{"prompt_tokens":1},"error":{"message":"x"}}\n\n`
    const last = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}\n\n`
    for (const guard of [undefined, letThrough]) {
      const stream = lens.openStream({ guard, dropUsage: true })
      expect(`${stream.push(Buffer.from(last))}${stream.push(Buffer.from(both))}`).toBe(last + both)
    }
  })

  test('a stream torn amid an event tears at its edge', () => {
    const stream = lens.openStream({ guard: undefined, dropUsage: true })
    expect(String(stream.push(Buffer.from('data: {"cho')))).toBe('')
    expect(String(stream.tear(refuse('content_blocked', '')))).toMatch(/^data: \{"error"/)
  })
})
