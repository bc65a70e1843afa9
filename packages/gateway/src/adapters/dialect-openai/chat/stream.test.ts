import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, guarded as guardedBy, run, stream, WORD, wordGuard } from '../../../../test/guards.js'
import { lensAt } from '../../../../test/lens.js'
import type { TextGuard } from '../../../spec/detector.js'
import type { ChannelKind } from '../../../spec/dialect.js'
import { type Refusal, refuse } from '../../../spec/refusal.js'
import { createOpenAiDialect } from '../dialect.js'

const dialect = lensAt(createOpenAiDialect(), '/v1/chat/completions')
const CORPUS = new URL('./corpus/', import.meta.url)
const TRANSCRIPTS = readdirSync(CORPUS).map((name) => [name, readFileSync(new URL(name, CORPUS))] as const)

const guarded = (chunks: readonly Buffer[], guard?: (channel: ChannelKind) => TextGuard): string =>
  guardedBy(dialect, chunks, guard)

interface Delta {
  readonly [name: string]: unknown
}

/** What a client makes of a stream: text by choice and member. */
function texts(stream: string): Record<string, string> {
  const all: Record<string, string> = {}
  for (const block of stream.split(/\r\n\r\n|\n\n/)) {
    const lines = block.split(/\r\n|\n/).filter((line) => line.startsWith('data:'))
    if (lines.length === 0 || block.includes('[DONE]')) continue
    const event = JSON.parse(lines.map((line) => line.slice(5)).join('\n'))
    for (const { index, delta } of event.choices as { index: number; delta: Delta }[]) {
      for (const [name, value] of Object.entries(delta)) {
        if (typeof value === 'string' && name !== 'role')
          all[`${index}/${name}`] = (all[`${index}/${name}`] ?? '') + value
      }
      for (const call of (delta['tool_calls'] ?? []) as { index: number; function: { arguments: string } }[]) {
        const name = `${index}/${call.index}`
        all[name] = (all[name] ?? '') + call.function.arguments
      }
    }
  }
  return all
}

function transcript(name: string): Buffer {
  return readFileSync(new URL(`${name}.chunks.txt`, CORPUS))
}

const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' }

function event(delta: object, finish: string | null = null, more: object = {}): string {
  return `data: ${JSON.stringify({ ...HEAD, choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`
}

const DONE = 'data: [DONE]\n\n'

describe('without a guard', () => {
  test.each(TRANSCRIPTS)('%s passes as it came, in any cutting', (_, whole) => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => {
        const { bytes, refusal } = run(dialect.openStream({ guard: undefined }), cut(whole, at))
        expect(refusal).toBeUndefined()
        expect(bytes.equals(whole)).toBe(true)
      }),
      { numRuns: 30 },
    )
    const bytewise = Array.from(whole, (byte) => Buffer.from([byte]))
    expect(run(dialect.openStream({ guard: undefined }), bytewise).bytes.equals(whole)).toBe(true)
  })

  test('tells usage', () => {
    const lens = dialect.openStream({ guard: undefined })
    run(lens, [transcript('usage')])
    expect(lens.usage).toEqual({ inputTokens: 19, outputTokens: 10 })
  })

  test('nothing passes after the end mark, in any cutting', () => {
    const whole = Buffer.from(`${event({ content: 'x' })}${DONE}${event({ content: 'more' })}`)
    const wanted = `${event({ content: 'x' })}${DONE}`
    for (let at = 0; at <= whole.length; at++) {
      expect(String(run(dialect.openStream({ guard: undefined }), cut(whole, [at])).bytes)).toBe(wanted)
    }
  })

  test('a stream without its end mark is refused, one that ended with an error is not', () => {
    const open = (...events: readonly string[]): string | undefined =>
      run(dialect.openStream({ guard: undefined }), stream(...events)).refusal?.code
    expect(open(event({ content: 'x' }))).toBe('upstream_failed')
    expect(open(event({ content: 'data: [DONE]\n\n' }))).toBe('upstream_failed')
    expect(open('data: {"error":{"message":"x"}}\n\n')).toBeUndefined()
    expect(open(event({ content: '"error" "usage" [DONE]' }))).toBe('upstream_failed')
    expect(open(event({ content: 'x' }), 'data: [DONE]')).toBeUndefined()
    expect(open(event({ content: 'x' }), 'data:[DONE]\r\r')).toBeUndefined()
  })
})

describe('with a guard', () => {
  test.each(TRANSCRIPTS)('%s is the same bytes in every cutting, without the word', (_, whole) => {
    const once = guarded([whole])
    expect(once).not.toContain(WORD)
    for (const text of Object.values(texts(once))) expect(text).not.toContain(WORD)
    for (let at = 1; at < whole.length; at++) expect(guarded(cut(whole, [at]))).toBe(once)
    expect(guarded(Array.from(whole, (byte) => Buffer.from([byte])))).toBe(once)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (at) => {
        expect(guarded(cut(whole, at))).toBe(once)
      }),
      { numRuns: 50 },
    )
  })

  test('each channel says what its whole text would', () => {
    expect(texts(guarded([transcript('text')]))).toEqual({
      '0/content': 'The word is [gone], twice: [gone][gone]. Schön 😀\nSecret',
    })
    expect(texts(guarded([transcript('usage')]))).toEqual({ '0/content': 'A [gone] and SECR' })
    expect(texts(guarded([transcript('choices')]))).toEqual({ '0/content': '[gone]!', '1/content': '[gone] SECRE' })
    expect(texts(guarded([transcript('reasoning')]))).toEqual({
      '0/content': '[gone]',
      '0/reasoning': 'SECR',
      '0/reasoning_content': '[gone] thoughts [gone]',
      '1/refusal': 'no [gone]',
    })
  })

  test('arguments in pieces are guarded, escapes within them too, and stay JSON', () => {
    const said = texts(guarded([transcript('tools')]))
    expect(JSON.parse(said['0/0'] ?? '')).toEqual({ to: '[gone]', t: '[gone]' })
    expect(JSON.parse(said['0/1'] ?? '')).toEqual({ q: 'SEC' })
  })

  test('channels are paths with indexes', () => {
    const names = new Set<string>()
    const noting = ({ name }: ChannelKind): TextGuard => {
      names.add(name)
      return wordGuard()
    }
    guarded([transcript('reasoning')], noting)
    guarded([transcript('tools')], noting)
    expect([...names].sort()).toEqual([
      ...['choices/0/delta/content', 'choices/0/delta/reasoning', 'choices/0/delta/reasoning_content'],
      ...['choices/0/delta/tool_calls/0/function/arguments', 'choices/0/delta/tool_calls/0/function/name'],
      ...['choices/0/delta/tool_calls/1/function/arguments', 'choices/0/delta/tool_calls/1/function/name'],
      ...['choices/1/delta/refusal', 'names', 'provider'],
    ])
  })

  test('bytes that nobody edits go out as they came', () => {
    const events = [event({ role: 'assistant', content: '' }), event({ content: 'a' }), event({ content: ' é\\n"' })]
    const whole = [...events, event({ content: 'S' }).replace('"S"', '"\\u0061"'), event({}, 'stop'), DONE]
    expect(guarded(stream(...whole))).toBe(whole.join(''))
  })

  test('what is held at the finish goes out before it, in an event of its channel alone', () => {
    const out = guarded(stream(event({ content: 'a SEC' }), event({}, 'stop'), DONE)).split('\n\n')
    expect(JSON.parse((out[1] ?? '').slice(6))).toEqual({
      ...HEAD,
      choices: [{ index: 0, delta: { content: 'SEC' }, finish_reason: null }],
    })
    expect(out[2]).toContain('"finish_reason":"stop"')
    expect(`${out[3]}\n\n`).toBe(DONE)
  })

  test('text in the finishing event takes what was held with it', () => {
    const out = guarded(stream(event({ content: 'a SEC' }), event({ content: 'RE' }, 'stop'), DONE))
    expect(texts(out)).toEqual({ '0/content': 'a SECRE' })
    expect(out.split('\n\n')).toHaveLength(4)
  })

  test('a word split over the finish does not pass', () => {
    const { bytes, refusal } = run(
      dialect.openStream({ guard: wordGuard }),
      stream(event({ content: 'SEC' }, 'stop'), event({ content: 'RET' }), DONE),
    )
    expect(refusal?.code).toBe('upstream_failed')
    expect(String(bytes)).not.toContain('RET')
    // Its neighbour: events behind the finish that say nothing.
    guarded(stream(event({ content: 'SEC' }, 'stop'), event({ content: '' }), DONE))
  })

  test('a stream that ends at the mark alone gives what was held before it', () => {
    const out = guarded(stream(event({ content: 'a SEC' }), DONE))
    expect(texts(out)).toEqual({ '0/content': 'a SEC' })
    expect(out.endsWith(DONE)).toBe(true)
  })

  test('log probabilities are gone, all else of the event stays', () => {
    const out = guarded([transcript('choices')])
    expect(out).not.toContain('"token"')
    expect(out.match(/"logprobs":null/g)).toHaveLength(7)
  })

  test('sound is gone, what is spoken is guarded', () => {
    const lens = dialect.openStream({ guard: wordGuard })
    const sound = { id: 'audio_1', data: 'AAAA', transcript: 'SECRET' }
    const { bytes } = run(lens, stream(event({ audio: sound }), event({}, 'stop'), DONE))
    expect(String(bytes)).toContain('"data":"","transcript":"[gone]"')
    expect(lens.dropped).toBe(1)
  })

  test('comments, ids and unknown events do not pass; unknown events are counted', () => {
    const lens = dialect.openStream({ guard: wordGuard })
    const out = String(run(lens, [transcript('framing')]).bytes)
    expect(out).not.toMatch(/^(:|id|event|retry)/m)
    expect(lens.dropped).toBe(1)
    expect(out).toContain('[gone]')
  })

  test.each(['', '\n', '\r\n', ': hello\n\n'])(
    'a byte order mark in front, and %j behind it, swallows no event',
    (behind) => {
      expect(texts(guarded(stream(`\ufeff${behind}`, event({ content: 'a SECRET b' }), DONE)))).toEqual({
        '0/content': 'a [gone] b',
      })
    },
  )

  test('the text of an error is guarded, and it ends the stream properly', () => {
    const error = 'data: {"error":{"message":"bad SECRET","type":"server_error","code":null}}\n\n'
    const out = guarded(stream(event({ content: 'a SEC' }), error, event({ content: 'RET' })))
    expect(out).toContain('"message":"bad [gone]"')
    expect(out).not.toContain('RET')
    expect(out.indexOf('"SEC"')).toBeLessThan(out.indexOf('"error"'))
    expect(guarded(stream(`event: error\n${error}`, DONE))).toMatch(/^event: error\ndata: .*\n\ndata: \[DONE\]\n\n$/)
  })

  test('a finding in a name refuses', () => {
    const open = (name: string): string | undefined =>
      run(dialect.openStream({ guard: wordGuard }), stream(event({ [name]: 'x' }), event({}, 'stop'), DONE)).refusal
        ?.code
    expect(open('SECRET')).toBe('obligation_failed')
    expect(open('SECRE')).toBeUndefined()
  })

  test('a text that comes at once is judged at once', () => {
    const call = (name: string): string =>
      event({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: '' } }] })
    const out = guarded(stream(call('find_SEC'), event({}, 'stop', { provider: 'A SECRE' }), DONE))
    expect(out).toContain('"name":"find_SEC"')
    expect(out).toContain('"provider":"A SECRE"')
    expect(guarded(stream(call('SECRET'), DONE))).toContain('"name":"[gone]"')
    expect(guarded(stream(call('SEC'), call('SEC'), DONE))).toContain('"name":"SEC"')
    const { refusal } = run(dialect.openStream({ guard: wordGuard }), stream(call('SEC'), call('RET'), DONE))
    expect(refusal?.code).toBe('upstream_failed')
  })

  test('a guard that blocks tears the stream, for good', () => {
    const blocking = (): TextGuard => ({
      push: (text) => (text.includes(WORD) ? refuse('content_blocked', 'x') : text),
      end: () => '',
      held: 0,
    })
    const lens = dialect.openStream({ guard: blocking })
    expect(String(lens.push(Buffer.from(event({ content: 'ok' }))))).toContain('ok')
    expect(String(lens.push(Buffer.from(event({ content: 'ok' }))))).toContain('ok')
    expect(lens.push(Buffer.from(event({ content: WORD })))).toMatchObject({ code: 'content_blocked' })
    expect(lens.push(Buffer.from(DONE))).toMatchObject({ code: 'content_blocked' })
    expect(lens.end()).toMatchObject({ code: 'content_blocked' })
  })

  test.each([
    ['no JSON', 'data: {"choices":[}\n\n'],
    ['no object', 'data: "SECRET"\n\n'],
    ['a doubled name', 'data: {"choices":[],"choices":[]}\n\n'],
    ['half a pair', event({ content: 'x' }).replace('"x"', '"\\ud83d"')],
    ['no end mark', event({ content: 'x' })],
    ['no bytes', ''],
  ])('refuses %s', (_, last) => {
    // Twice a good event first, so that the fast way has its chance to let it pass.
    const first = [event({ content: 'a' }), event({ content: 'b' })]
    const { refusal } = run(dialect.openStream({ guard: wordGuard }), stream(...first, last))
    expect(refusal?.code).toBe('upstream_failed')
    guarded(stream(...first, DONE))
  })

  test('refuses an event without end, in small pieces too, without looking at it twice', () => {
    const lens = dialect.openStream({ guard: wordGuard })
    const piece = Buffer.alloc(64, 'x')
    lens.push(Buffer.from('data: '))
    let got: Buffer | Refusal = Buffer.alloc(0)
    let fed = 0
    for (; fed <= 2 << 20 && Buffer.isBuffer(got); fed += piece.length) got = lens.push(piece)
    expect(got).toMatchObject({ code: 'upstream_failed' })
    expect(fed).toBeGreaterThanOrEqual(1 << 20)
    expect(fed).toBeLessThan((1 << 20) + 4096)
  })

  test('refuses texts without number side by side', () => {
    const call = (index: number): string => event({ tool_calls: [{ index, function: { arguments: 'x' } }] })
    const open = (count: number): string | undefined => {
      const calls = Array.from({ length: count }, (_, index) => call(index))
      return run(dialect.openStream({ guard: wordGuard }), stream(...calls, DONE)).refusal?.code
    }
    expect(open(4096)).toBeUndefined()
    expect(open(4097)).toBe('upstream_failed')
  })

  test('usage is told', () => {
    const lens = dialect.openStream({ guard: wordGuard })
    run(lens, [transcript('usage')])
    expect(lens.usage).toEqual({ inputTokens: 19, outputTokens: 10 })
  })
})

describe('the fast way', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('S', 'SEC', 'RET', 'SECRET', '"', '\\', '\\u0053', '\n', '\u2028', '😀', '","x":"', ''),
  )

  test('gives the bytes that the slow way gives', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.nat(1)), { maxLength: 20 }), fc.boolean(), (said, padded) => {
        const whole = said.map(([content, index], i) => {
          const more = padded ? { obfuscation: 'x'.repeat(i % 3) } : {}
          return { ...HEAD, choices: [{ index, delta: { content }, finish_reason: null }], ...more }
        })
        const finish = [0, 1].map((index) => ({ ...HEAD, choices: [{ index, delta: {}, finish_reason: 'stop' }] }))
        // A number that changes from event to event fits no template, and leaves nothing else different.
        const text = (unlike: boolean): string => {
          const all = [...whole, ...finish].map((one, i) => JSON.stringify(unlike ? { ...one, created: i } : one))
          return `${all.map((one) => `data: ${one}\n\n`).join('')}${DONE}`
        }
        const even = (out: string): string => out.replaceAll(/"created":\d+/g, '"created":0')
        expect(even(guarded([Buffer.from(text(false))]))).toBe(even(guarded([Buffer.from(text(true))])))
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['a member more', '"a","refusal":"SECRET"'],
    ['a byte of no UTF-8', '"\xff"'],
    ['a bad escape', '"\\x"'],
    ['half a pair', '"\\ud83d"'],
    ['a control character', '"\t"'],
  ])('is not fooled by %s', (_, fill) => {
    const good = event({ content: 'ok' })
    const bad = Buffer.from(good.replace('"ok"', fill), 'latin1')
    const { bytes } = run(dialect.openStream({ guard: wordGuard }), [...stream(good, good, good), bad])
    expect(bytes.includes(WORD)).toBe(false)
    expect(bytes.includes(bad)).toBe(false)
  })
})
