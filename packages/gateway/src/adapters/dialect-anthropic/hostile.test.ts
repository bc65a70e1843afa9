import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageOf } from '../../../test/anthropic-message.js'
import { cut, type Ran, run, wordGuard } from '../../../test/guards.js'
import { lensAt } from '../../../test/lens.js'
import type { StreamLens } from '../../spec/dialect.js'
import type { Refusal } from '../../spec/refusal.js'
import { createAnthropicDialect } from './dialect.js'

const dialect = lensAt(createAnthropicDialect(), '/anthropic/v1/messages')
const guarded = (): StreamLens => dialect.openStream({ guard: () => wordGuard() })

function event(data: { readonly type: string; readonly [member: string]: unknown }, name = data.type): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

const START = event({ type: 'message_start', message: { role: 'assistant', content: [] } })
const open = (index: unknown, block: object = { type: 'text', text: '' }): string =>
  event({ type: 'content_block_start', index, content_block: block })
const add = (index: unknown, delta: object): string => event({ type: 'content_block_delta', index, delta })
const text = (index: unknown, said: string): string => add(index, { type: 'text_delta', text: said })
const json = (index: number, piece: string): string => add(index, { type: 'input_json_delta', partial_json: piece })
const stop = (index: unknown): string => event({ type: 'content_block_stop', index })
const END = event({ type: 'message_stop' })

function through(...events: readonly string[]): Ran & { readonly dropped: number } {
  const lens = guarded()
  const ran = run(lens, [Buffer.from(events.join(''))])
  return { ...ran, dropped: lens.dropped }
}

function passed(...events: readonly string[]): string {
  const { bytes, refusal } = through(...events)
  expect(refusal?.forLog).toBeUndefined()
  return String(bytes)
}

describe('an event that lies', () => {
  test.each([[-1], ['0'], [0.5], [null], [undefined], [{}], [1e300]])('about its index, %j, does not pass', (index) => {
    const { bytes, dropped } = through(START, open(0), text(0, 'SEC'), text(index, 'RET'), stop(index), stop(0), END)
    expect(messageOf(String(bytes)).content).toEqual([{ type: 'text', text: 'SEC' }])
    expect(String(bytes)).not.toContain('RET')
    expect(dropped).toBe(2)
  })

  test('about its type does not pass: readers go by either', () => {
    const hidden = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'RET' } }, 'ping')
    const { bytes, dropped } = through(START, open(0), text(0, 'SEC'), hidden, stop(0), END)
    expect(String(bytes)).not.toContain('RET')
    expect(dropped).toBe(1)
    expect(through(START, event({ type: 'message_stop' }, 'ping')).refusal?.code).toBe('upstream_failed')
  })

  test.each([['message'], ['']])('not about its type, named %j, is read by its data', (name) => {
    const named = (said: string): string => text(0, said).replace(/^event: .*\n/, name === '' ? '' : `event: ${name}\n`)
    expect(messageOf(passed(START, open(0), named('SEC'), named('RET'), stop(0), END)).content).toEqual([
      { type: 'text', text: '[gone]' },
    ])
  })

  test('about its delta does not pass, what it brings beside its text is judged piece by piece', () => {
    expect(through(START, open(0), add(0, { type: 'voice_delta', text: 'SECRET' }), END)).toMatchObject({ dropped: 1 })
    expect(
      through(START, open(0), event({ type: 'content_block_delta', index: 0, delta: 'SECRET' }), END),
    ).toMatchObject({
      dropped: 1,
    })
    const beside = (note: string): string => add(0, { type: 'text_delta', text: 'a', note })
    const out = passed(START, open(0), beside('SEC'), beside('RET, SEC'), stop(0), END)
    expect(out).not.toContain('"RET')
    expect(out).toContain('"note":"[gone], "')
    // What is held of it goes out beside no text: a reader that adds `text` adds nothing.
    expect(out).toContain('{"type":"text_delta","text":"","note":"SEC"}')
    expect(messageOf(out).content).toEqual([{ type: 'text', text: 'aa' }])
    // Under another delta's member it is the same text to some reader.
    const crossed = [add(0, { type: 'text_delta', text: 'SEC' }), add(0, { type: 'thinking_delta', text: 'RET' })]
    expect(passed(START, open(0), ...crossed, stop(0), END)).toContain('"text":"[gone]"')
  })

  test('about what it is: a name of no event, or of one to come', () => {
    const { bytes, dropped } = through(
      START,
      event({ type: 'content_block_note', index: 0, text: 'SECRET' }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'SECRET' } }, 'note'),
      'event: note\ndata: SECRET\n\n',
      END,
    )
    expect(String(bytes)).toBe(START + END)
    expect(dropped).toBe(3)
  })
})

describe('a block', () => {
  test('that goes on behind its end tears the stream', () => {
    for (const said of [text(0, 'RET'), json(0, 'RET'), add(0, { type: 'thinking_delta', thinking: 'RET' })]) {
      const { bytes, refusal } = through(START, open(0), text(0, 'SEC'), stop(0), said, END)
      expect(refusal?.code).toBe('upstream_failed')
      expect(String(bytes)).not.toContain('RET')
    }
    // Its neighbour: an event behind the end that says nothing.
    expect(through(START, open(0), text(0, 'SEC'), stop(0), text(0, ''), stop(0), END).refusal).toBeUndefined()
  })

  test('that thinks on behind its signature tears the stream', () => {
    const think = (thinking: string): string => add(0, { type: 'thinking_delta', thinking })
    const seal = add(0, { type: 'signature_delta', signature: 'EqQB==' })
    const block = open(0, { type: 'thinking', thinking: '', signature: '' })
    expect(through(START, block, think('a'), seal, think('b'), stop(0), END).refusal?.code).toBe('upstream_failed')
    const empty = add(0, { type: 'signature_delta', signature: '' })
    expect(through(START, block, empty, think('a'), seal, stop(0), END).refusal).toBeUndefined()
  })

  test('opens once, and each behind the one before', () => {
    const tool = (index: number, name: string): string => open(index, { type: 'tool_use', id: 't', name, input: {} })
    const { bytes, dropped } = through(START, tool(1, 'SEC'), tool(1, 'RET'), tool(0, 'RET'), stop(1), END)
    expect(dropped).toBe(2)
    expect(String(bytes)).not.toContain('RET')
    expect(passed(START, tool(0, 'SEC'), tool(1, 'RET'), END)).toContain('"name":"RET"')
    expect(passed(START, tool(0, 'SECRET'), END)).toContain('"name":"[gone]"')
  })

  test('a finding in the name of a member refuses; in pieces of JSON it is edited like the rest', () => {
    const named = open(0, { type: 'tool_use', id: 't', name: 'f', input: { SECRET: 1 } })
    expect(through(START, named, END).refusal?.code).toBe('obligation_failed')
    const pieces = [open(0, { type: 'tool_use', id: 't', name: 'f', input: {} }), json(0, '{"SEC'), json(0, 'RET":1}')]
    expect(messageOf(passed(START, ...pieces, stop(0), END)).content).toMatchObject([{ input: { '[gone]': 1 } }])
  })

  test('blocks without number are refused', () => {
    const opened = (count: number): string | undefined => {
      const blocks = Array.from({ length: count }, (_, index) => open(index) + text(index, 'a') + stop(index))
      return through(START, ...blocks, END).refusal?.code
    }
    expect(opened(4096)).toBeUndefined()
    expect(opened(4097)).toBe('upstream_failed')
  })
})

describe('input of a tool in pieces', () => {
  const TOOL = open(0, { type: 'tool_use', id: 't', name: 'f', input: {} })
  const inputOf = (...pieces: readonly string[]): unknown =>
    messageOf(passed(START, TOOL, ...pieces.map((one) => json(0, one)), stop(0), END)).content[0]?.['input']

  test('hides nothing behind escapes, however they are cut', () => {
    const said = '{"a":"\\u0053EC\\u0052ET","b":"\\"SECRET\\\\","c":"\\/"}'
    const wanted = { a: '[gone]', b: '"[gone]\\', c: '/' }
    for (let at = 1; at < said.length; at++) expect(inputOf(said.slice(0, at), said.slice(at))).toEqual(wanted)
    expect(inputOf(...said)).toEqual(wanted)
  })

  test('that is no JSON, or only begun, is said as it is', () => {
    expect(inputOf('not ', 'JSON: SEC', 'RET')).toBe('not JSON: [gone]')
    expect(inputOf('{"a":"SEC', 'RET')).toBe('{"a":"[gone]')
    expect(inputOf('{"a":"x\\u00')).toBe('{"a":"x\\u00')
    expect(inputOf('')).toBe('')
  })
})

describe('refuses', () => {
  test.each([
    ['no JSON', 'event: content_block_delta\ndata: {"type":[}\n\n'],
    ['no object', 'event: content_block_delta\ndata: "SECRET"\n\n'],
    ['a doubled name', 'event: ping\ndata: {"type":"ping","type":"ping"}\n\n'],
    ['half a pair', text(0, 'x').replace('"x"', '"\\ud83d"')],
    ['no end mark', text(0, 'x')],
    ['no bytes', ''],
  ])('%s', (_, last) => {
    // Twice a good event first, so that the fast way has its chance to let it pass.
    expect(through(START, open(0), text(0, 'a'), text(0, 'b'), last).refusal?.code).toBe('upstream_failed')
  })

  test('an event whose line never ends, without looking at it twice', () => {
    const lens = guarded()
    lens.push(Buffer.from(`${START}event: content_block_delta\ndata: {"type":"content_block_delta","text":"`))
    const piece = Buffer.alloc(64, 'x')
    let got: Buffer | Refusal = Buffer.alloc(0)
    let fed = 0
    for (; fed <= 2 << 20 && Buffer.isBuffer(got); fed += piece.length) got = lens.push(piece)
    expect(got).toMatchObject({ code: 'upstream_failed' })
    expect(fed).toBeLessThan((1 << 20) + 4096)
  })
})

describe('however it is cut', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('S', 'SEC', 'RET', 'SECRET', '"', '\\', '\\u0053', '\n', '\u2028', '😀', 'مرحبا', 'e\u0301', ''),
  )
  const kind = fc.constantFrom('text', 'thinking', 'partial_json')
  const DELTAS = { text: 'text_delta', thinking: 'thinking_delta', partial_json: 'input_json_delta' } as const

  test('a stream says what its texts would as wholes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(kind, fc.array(piece, { maxLength: 8 })), { maxLength: 4 }),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 20 }),
        (blocks, turns, at) => {
          const opened = blocks.map(([member], index) => open(index, { type: member, [member]: '' }))
          const deltas = blocks.map(([member, said], index) =>
            said.map((one) => add(index, { type: DELTAS[member], [member]: one })),
          )
          const stops = blocks.map((_, index) => stop(index))
          const ordered = turns
            ? [...opened, ...Array.from({ length: 8 }, (_, i) => deltas.map((one) => one[i] ?? '')).flat(), ...stops]
            : blocks.flatMap((_, i) => [opened[i] ?? '', ...(deltas[i] ?? []), stops[i] ?? ''])
          const whole = Buffer.from([START, ...ordered, END].join(''))
          const once = run(guarded(), [whole])
          const other = run(guarded(), cut(whole, at))
          expect(other.bytes.equals(once.bytes)).toBe(true)
          expect(other.refusal).toEqual(once.refusal)
          expect(once.refusal).toBeUndefined()
          const said = new Map<number, string>()
          for (const line of String(once.bytes).split('\n')) {
            if (!line.startsWith('data: ')) continue
            const { index, delta } = JSON.parse(line.slice(6))
            if (delta !== undefined) said.set(index, (said.get(index) ?? '') + (Object.values(delta)[1] as string))
          }
          for (const [index, [member, pieces]] of blocks.entries()) {
            const plain = pieces.join('')
            if (member === 'partial_json') expect(said.get(index) ?? '').not.toContain('SECRET')
            else expect(said.get(index) ?? '').toBe(plain.replaceAll('SECRET', '[gone]'))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
