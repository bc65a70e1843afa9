import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageOf } from '../../../test/anthropic-message.js'
import { cut, guardOf, run } from '../../../test/guards.js'
import { lensAt } from '../../../test/lens.js'
import type { TextGuard } from '../../spec/detector.js'
import type { ChannelKind } from '../../spec/dialect.js'
import { refuse } from '../../spec/refusal.js'
import { createAnthropicDialect } from './dialect.js'

const dialect = lensAt(createAnthropicDialect(), '/anthropic/v1/messages')
const WORD = 'PASSWORD'
const CORPUS = new URL('./corpus/', import.meta.url)
const TRANSCRIPTS = readdirSync(CORPUS).map((name) => [name, readFileSync(new URL(name, CORPUS))] as const)

const guard = (): TextGuard => guardOf(WORD)

function guarded(chunks: readonly Buffer[], by: (channel: ChannelKind) => TextGuard = guard): string {
  const { bytes, refusal } = run(dialect.openStream({ guard: by }), chunks)
  expect(refusal?.forLog).toBeUndefined()
  return bytes.toString()
}

function transcript(name: string): Buffer {
  return readFileSync(new URL(`${name}.events.txt`, CORPUS))
}

function event(data: { readonly type: string; readonly [member: string]: unknown }, name = data.type): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

const START = event({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', content: [] },
})
const open = (index: number, block: object): string =>
  event({ type: 'content_block_start', index, content_block: block })
const add = (index: number, delta: object): string => event({ type: 'content_block_delta', index, delta })
const text = (index: number, said: string): string => add(index, { type: 'text_delta', text: said })
const stop = (index: number): string => event({ type: 'content_block_stop', index })
const TEXT = { type: 'text', text: '' }
const END = event({ type: 'message_stop' })
const bytes = (...events: readonly string[]): Buffer[] => [Buffer.from(events.join(''))]

describe('without a guard', () => {
  test.each(TRANSCRIPTS)('%s passes as it came, in any cutting', (_, whole) => {
    const bytewise = Array.from(whole, (byte) => Buffer.from([byte]))
    expect(run(dialect.openStream({ guard: undefined }), bytewise).bytes.equals(whole)).toBe(true)
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => {
        const { bytes: out, refusal } = run(dialect.openStream({ guard: undefined }), cut(whole, at))
        expect(refusal).toBeUndefined()
        expect(out.equals(whole)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('nothing passes after the end mark, in any cutting', () => {
    const wanted = START + END
    const whole = Buffer.from(wanted + text(0, 'more'))
    for (let at = 0; at <= whole.length; at++) {
      expect(String(run(dialect.openStream({ guard: undefined }), cut(whole, [at])).bytes)).toBe(wanted)
    }
  })

  test('a stream without its end mark is refused, one that ended with an error is not', () => {
    const opened = (...events: readonly string[]): string | undefined =>
      run(dialect.openStream({ guard: undefined }), bytes(...events)).refusal?.code
    expect(opened(START, text(0, 'x'))).toBe('upstream_failed')
    expect(opened(START, text(0, 'event: message_stop "error"'))).toBe('upstream_failed')
    expect(opened(event({ type: 'content_block_stop', index: 0 }, 'message_stop'))).toBe('upstream_failed')
    expect(opened(START, event({ type: 'error', error: { type: 'overloaded_error', message: 'x' } }))).toBeUndefined()
    expect(opened(START, END)).toBeUndefined()
    expect(opened(START, 'event: message_stop\ndata: {"type":"message_stop"}')).toBeUndefined()
  })

  test.each([
    ['search', { inputTokens: 10682 + 100 + 1000, outputTokens: 510 }],
    // What the last event leaves out stays as the first one said.
    ['tools', { inputTokens: 472, outputTokens: 118 }],
  ])('tells usage: %s', (name, usage) => {
    for (const by of [undefined, guard]) {
      const lens = dialect.openStream({ guard: by })
      run(lens, [transcript(name)])
      expect(lens.usage).toMatchObject(usage)
    }
  })
})

describe('with a guard', () => {
  test.each(TRANSCRIPTS)('%s is the same bytes in every cutting, without the word', (_, whole) => {
    const once = guarded([whole])
    expect(JSON.stringify(messageOf(once))).not.toContain(WORD)
    for (let at = 1; at < whole.length; at += 3) expect(guarded(cut(whole, [at]))).toBe(once)
    expect(guarded(Array.from(whole, (byte) => Buffer.from([byte])))).toBe(once)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (at) => {
        expect(guarded(cut(whole, at))).toBe(once)
      }),
      { numRuns: 50 },
    )
  })

  test.each(TRANSCRIPTS)('%s says in pieces what its message would as a whole', (_, whole) => {
    const { content, ...rest } = messageOf(String(whole))
    const answer = Buffer.from(JSON.stringify({ ...rest, content }))
    const read = dialect.readAnswer(answer)
    if (read.kind === 'refuse') throw new Error(read.forLog)
    const edits = read.value.parts.flatMap(({ text: said }, index) =>
      said.includes(WORD) ? [{ index, text: said.replaceAll(WORD, '[gone]') }] : [],
    )
    expect(messageOf(guarded([whole])).content).toEqual(JSON.parse(String(read.value.edit(edits))).content)
  })

  test('channels are blocks, and what is in them', () => {
    const seen = new Map<string, string>()
    const noting = ({ name, role, isJson }: ChannelKind): TextGuard => {
      seen.set(name, `${role}${isJson ? ' json' : ''}`)
      return guard()
    }
    for (const name of ['tools', 'thinking']) guarded([transcript(name)], noting)
    expect([...seen]).toEqual([
      ['content/0/text', 'assistant'],
      ['content_block/name', 'assistant'],
      ['content/1/partial_json', 'tool-call json'],
      ['content/2/partial_json', 'tool-call json'],
      ['content/0/thinking', 'reasoning'],
      ['content/1/thinking', 'reasoning'],
      ['content/3/text', 'assistant'],
    ])
  })

  test('what is held goes out before its block ends, in an event of its channel alone', () => {
    const whole = [START, open(0, TEXT), text(0, 'a PASS'), stop(0), END]
    const out = guarded(bytes(...whole))
    expect(out).toBe([START, open(0, TEXT), text(0, 'a '), text(0, 'PASS'), stop(0), END].join(''))
  })

  test('what is held in thinking and in the input of a tool, likewise', () => {
    const thinking = [open(0, { type: 'thinking', thinking: '', signature: '' })]
    const said = add(0, { type: 'thinking_delta', thinking: 'PASS' })
    const sealed = add(0, { type: 'signature_delta', signature: 'EqQB==' })
    const tool = open(1, { type: 'tool_use', id: 't', name: 'f', input: {} })
    const input = add(1, { type: 'input_json_delta', partial_json: '{"a":"PASS' })
    const out = guarded(bytes(START, ...thinking, said, sealed, stop(0), tool, input, stop(1), END))
    const empty = add(0, { type: 'thinking_delta', thinking: '' })
    const begun = add(1, { type: 'input_json_delta', partial_json: '{"a":"' })
    const rest = add(1, { type: 'input_json_delta', partial_json: 'PASS' })
    expect(out).toBe([START, ...thinking, empty, said, sealed, stop(0), tool, begun, rest, stop(1), END].join(''))
  })

  test('a signature stays where its thinking does, and is emptied where that was edited [content.seals]', () => {
    const { content } = messageOf(guarded([transcript('thinking')]))
    expect(content.slice(0, 3)).toMatchObject([
      { thinking: 'I know the [gone]; say it? PASS', signature: '' },
      { thinking: 'Nothing to hide, or PASS', signature: 'ErUBCkYIBBgCIkC7dPQ==' },
      { type: 'redacted_thinking', data: expect.stringMatching(/^EmwK/) },
    ])
  })

  test('a signature that comes with its thinking at once', () => {
    const block = (thinking: string): object => ({ type: 'thinking', thinking, signature: 'EqQB==' })
    const one = (said: string): object | undefined =>
      messageOf(guarded(bytes(START, open(0, block(said)), stop(0), END))).content[0]
    expect(one('a PASSWORD')).toEqual({ ...block('a [gone]'), signature: '' })
    expect(one('a PASSWORD, PASS')).toEqual({ ...block('a [gone], PASS'), signature: '' })
    expect(one('a PASS')).toEqual(block('a PASS'))
    const summed = (content: string): object => ({ type: 'compaction', content, signature: 'EqQB==' })
    const told = (said: string): object | undefined =>
      messageOf(guarded(bytes(START, open(0, summed(said)), stop(0), END))).content[0]
    expect(told('a PASSWORD')).toEqual({ ...summed('a [gone]'), signature: '' })
    expect(told('a PASS')).toEqual(summed('a PASS'))
  })

  test('a text that is there when its block or its message opens is joined with what is added', () => {
    const out = messageOf(
      guarded(bytes(START, open(0, { type: 'text', text: 'a PASS' }), text(0, 'WORD'), stop(0), END)),
    )
    expect(out.content).toEqual([{ type: 'text', text: 'a [gone]' }])
    const message = { content: [{ type: 'text', text: 'a PASS' }] }
    const begun = event({ type: 'message_start', message })
    const told = messageOf(guarded(bytes(begun, text(0, 'WORD'), stop(0), END)))
    expect(told.content).toEqual([{ type: 'text', text: 'a [gone]' }])
  })

  test('bytes that nobody edits go out as they came', () => {
    const whole = [START, open(0, TEXT), text(0, 'a'), text(0, ' é\\n"'), text(0, 'b'), stop(0), END].join('')
    expect(guarded(bytes(whole))).toBe(whole)
    const plain = String(transcript('search')).replaceAll('PAS', 'pas')
    expect(guarded([Buffer.from(plain)])).toBe(plain.slice(plain.indexOf('event')))
  })

  test('comments, ids and unknown events do not pass; unknown events are counted', () => {
    const lens = dialect.openStream({ guard })
    const out = String(run(lens, [transcript('framing')]).bytes)
    expect(out).not.toMatch(/^(:|id|retry)/m)
    expect(out).not.toContain('forecast')
    expect(lens.dropped).toBe(1)
    expect(messageOf(out).content).toEqual([{ type: 'text', text: '[gone] in pieces, [gone] and PASSW' }])
  })

  test('the text of an error is guarded, what was held goes before it, and it ends the stream properly', () => {
    const error = event({ type: 'error', error: { type: 'api_error', message: 'bad PASSWORD' } })
    const out = guarded(bytes(START, open(0, TEXT), text(0, 'a PASS'), error, text(0, 'WORD')))
    expect(out).toContain('"message":"bad [gone]"')
    expect(out).not.toContain('WORD')
    expect(out.indexOf('"PASS"')).toBeLessThan(out.indexOf('"error"'))
  })

  test('a guard that blocks tears the stream, for good', () => {
    const blocking = (): TextGuard => ({
      push: (said) => (said.includes(WORD) ? refuse('content_blocked', 'x') : said),
      end: () => '',
      held: 0,
    })
    const lens = dialect.openStream({ guard: blocking })
    expect(String(lens.push(Buffer.from(START + open(0, TEXT) + text(0, 'ok'))))).toContain('ok')
    expect(lens.push(Buffer.from(text(0, WORD)))).toMatchObject({ code: 'content_blocked' })
    expect(lens.end()).toMatchObject({ code: 'content_blocked' })
    const torn = String(lens.tear(refuse('content_blocked', 'log only')))
    expect(torn).toMatch(
      /^event: error\ndata: \{"type":"error","error":\{"type":"permission_error","message":"content_blocked: .*","code":"content_blocked"\}\}\n\n$/,
    )
    expect(torn).not.toContain('log only')
  })
})
