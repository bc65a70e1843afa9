import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, GONE, run } from '../../../../test/guards.js'
import { lensAt } from '../../../../test/lens.js'
import { eventsIn, guarded, WORD, wordGuard } from '../../../../test/openai-events.js'
import { GuardedStream } from '../../../lens/guarded.js'
import type { StreamFormat } from '../../../lens/stream-format.js'
import type { TextGuard } from '../../../spec/detector.js'
import { refuse } from '../../../spec/refusal.js'
import { createOpenAiDialect } from '../dialect.js'
import { RESPONSE_STREAM } from './stream.js'

const lens = lensAt(createOpenAiDialect(), '/v1/responses')
const open = () => lens.openStream({ guard: wordGuard })

const event = (type: string, more: object = {}, name = type): string =>
  `${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify({ type, ...more })}\n\n`
const delta = (text: string, more: object = {}): string =>
  event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta: text, ...more })
const COMPLETED = event('response.completed', { response: { id: 'resp_1', output: [] } })

function went(...events: readonly string[]): { text: string; dropped: number; refused: string | undefined } {
  const stream = open()
  const { bytes, refusal } = run(stream, [Buffer.from([...events, COMPLETED].join(''))])
  return { text: bytes.toString(), dropped: stream.dropped, refused: refusal?.code }
}

describe('what nobody can judge is dropped, and counted', () => {
  test.each([
    ['a kind of event that nobody knows', event('response.hologram.delta', { delta: WORD })],
    ['sound in pieces', event('response.audio.delta', { delta: 'AAAA' })],
    ['an event without a type', 'data: {"delta":"PASSWORD"}\n\n'],
    ['a type that is no string', 'data: {"type":["response.output_text.delta"],"delta":"PASSWORD"}\n\n'],
    ['a type that every object has', event('constructor', { delta: WORD })],
    ['an event that is called another way', event('response.output_text.delta', { delta: WORD }, 'response.created')],
    ['a name of no event', event('response.output_text.delta', { delta: WORD }, 'thread.created')],
  ])('%s', (_, odd) => {
    expect(went(delta('a'), odd, delta('b'))).toEqual({
      text: delta('a') + delta('b') + COMPLETED,
      dropped: 1,
      refused: undefined,
    })
  })

  test('an event that takes the id of another item', () => {
    const { text, dropped } = went(delta('PASS'), delta('WORD', { output_index: 1 }), delta('ING'))
    expect(dropped).toBe(1)
    expect(text).not.toContain('"WORD"')
    // Some servers make up a new id for each event of an item: it is the same item.
    expect(went(delta('PASS'), delta('WORD', { item_id: 'msg_2' })).text).toContain(GONE)
    expect(went(delta('PASS', { item_id: '' }), delta('WORD', { item_id: '', output_index: 1 })).dropped).toBe(0)
  })
})

describe('refused', () => {
  test.each([
    [
      'text behind the end of a text',
      event('response.output_text.done', { output_index: 0, content_index: 0, text: 'PASS' }),
    ],
    [
      'text behind the end of a part',
      event('response.content_part.done', { output_index: 0, content_index: 0, part: {} }),
    ],
    ['text behind the end of an item', event('response.output_item.done', { output_index: 0, item: {} })],
    ['text behind an error', event('error', { message: 'x' })],
  ])('%s', (_, over) => {
    expect(went(delta('PASS'), over, delta('WORD')).refused).toBe('upstream_failed')
  })

  test('text of a kind that had not begun, behind the end of its item', () => {
    const refusal = event('response.refusal.delta', { output_index: 0, content_index: 3, delta: 'WORD' })
    expect(
      went(delta('PASS'), event('response.output_item.done', { output_index: 0, item: {} }), refusal).refused,
    ).toBe('upstream_failed')
  })

  test.each([
    ['no JSON', 'data: {"type":\n\n'],
    ['no object', 'data: []\n\n'],
    ['a member twice', 'data: {"type":"response.output_text.delta","delta":"a","delta":"PASSWORD"}\n\n'],
    ['half a surrogate pair', 'data: {"type":"response.output_text.delta","delta":"\\ud83d"}\n\n'],
    ['an end mark of another endpoint', 'data: [DONE]\n\n'],
  ])('%s', (_, odd) => {
    expect(went(delta('a'), odd).refused).toBe('upstream_failed')
  })

  test('a finding in the name of a member', () => {
    expect(went(event('response.output_item.added', { output_index: 0, item: { [WORD]: 1 } })).refused).toBe(
      'obligation_failed',
    )
  })

  test('more texts side by side than anybody needs', () => {
    const many = Array.from({ length: 4097 }, (_one, at) => delta('x', { output_index: at, item_id: `m${at}` }))
    expect(went(...many)).toMatchObject({ dropped: 1, refused: undefined })
    const parts = Array.from({ length: 4097 }, (_one, at) => delta('x', { content_index: at }))
    expect(went(...parts).refused).toBe('upstream_failed')
  })

  test('a stream that never ends a line', () => {
    const stream = open()
    const chunk = Buffer.from(`data: ${'x'.repeat(1 << 20)}`)
    let refused: unknown
    for (let i = 0; i < 9 && refused === undefined; i++) {
      const got = stream.push(chunk)
      if (!Buffer.isBuffer(got)) refused = got.code
    }
    expect(refused).toBe('upstream_failed')
  })
})

describe('found', () => {
  test('in every string of a whole response, and of the events around it', () => {
    const item = (more: object): string => event('response.output_item.done', { output_index: 0, item: more })
    for (const odd of [
      item({ type: 'web_search_call', action: { type: 'search', query: WORD, sources: [{ url: WORD }] } }),
      item({ type: 'file_search_call', queries: [WORD], results: [{ text: WORD, filename: WORD }] }),
      item({ type: 'code_interpreter_call', code: WORD, outputs: [{ type: 'logs', logs: WORD }] }),
      item({ type: 'mcp_call', name: WORD, output: WORD, error: { message: WORD } }),
      item({ type: 'image_generation_call', revised_prompt: WORD }),
      item({ type: 'something_new', anything: { at: [WORD] } }),
      event('response.output_text.annotation.added', { annotation: { type: 'url_citation', title: WORD, url: WORD } }),
      event('response.web_search_call.searching', { note: WORD }),
      event('response.failed', { response: { error: { code: 'x', message: WORD } } }),
      event('response.created', { response: { instructions: WORD, tools: [{ name: 'f', description: WORD }] } }),
      event('error', { code: WORD, message: WORD, error: { message: WORD } }),
      // An id, an enumeration, padding and ciphertext that are spelt like none of these.
      item({ type: 'reasoning', id: `${WORD} !`, status: `${WORD} !`, encrypted_content: `${WORD} !` }),
      event('response.refusal.done', { output_index: 9, refusal: WORD, obfuscation: `${WORD} !` }),
    ]) {
      const { text } = went(odd)
      expect(odd).toContain(WORD)
      expect(text).not.toContain(WORD)
      expect(text).toContain(GONE)
    }
  })

  test('in tool arguments that are cut within an escape, and they stay JSON', () => {
    const json = '{"q":"\\u0050ASSW\\u004fRD \\"quoted\\"","n":1}'
    const pieces = (at: number): string[] => [json.slice(0, at), json.slice(at)]
    for (let at = 0; at <= json.length; at++) {
      const all = pieces(at).map((piece) =>
        event('response.function_call_arguments.delta', { output_index: 0, item_id: 'fc', delta: piece }),
      )
      const over = event('response.function_call_arguments.done', { output_index: 0, item_id: 'fc', arguments: json })
      const said = eventsIn(went(...all, over).text)
      const joined = said.map((one) => (typeof one['delta'] === 'string' ? one['delta'] : '')).join('')
      expect(JSON.parse(joined)).toEqual({ q: `${GONE} "quoted"`, n: 1 })
      expect(said.at(-2)?.['arguments']).toBe(joined)
    }
  })

  test('in arguments that are no JSON, and nothing else is changed', () => {
    const broken = '{"q": PASSWORD, }{'
    const piece = event('response.function_call_arguments.delta', { output_index: 0, item_id: 'fc', delta: broken })
    const over = event('response.function_call_arguments.done', { output_index: 0, item_id: 'fc', arguments: broken })
    const said = eventsIn(went(piece, over).text)
    const joined = said.map((one) => (typeof one['delta'] === 'string' ? one['delta'] : '')).join('')
    expect(joined).toBe(broken.replace(WORD, GONE))
  })

  test('and token by token it is said nowhere', () => {
    const logprobs = [{ token: 'PASS', logprob: -1, bytes: [80], top_logprobs: [{ token: 'WORD', logprob: -2 }] }]
    const { text, dropped } = went(delta('PASS', { logprobs }), delta('WORD', { logprobs }))
    expect(text).not.toContain('"token"')
    expect(eventsIn(text)[0]?.['logprobs']).toEqual([])
    expect(dropped).toBe(0)
  })
})

describe('the fast path', () => {
  const CORPUS = new URL('./corpus/', import.meta.url)
  const named = (name: string): string => readFileSync(new URL(name, CORPUS), 'utf8')

  /** The same stream with a space in each object: no event is like another, so each is read in full. */
  const spaced = (stream: string): string => {
    let at = 0
    return stream.replaceAll('data: {', () => `data: {${' '.repeat(1 + (at++ % 7))}`)
  }

  test.each(readdirSync(CORPUS))('gives of %s what reading in full gives', (name) => {
    const whole = named(name)
    const tight = (stream: string): string => stream.replaceAll(/data: \{ +/g, 'data: {')
    expect(tight(guarded(open(), [Buffer.from(spaced(whole))]))).toBe(guarded(open(), [Buffer.from(whole)]))
  })

  test('is taken by events that differ in number, text and padding', () => {
    let reads = 0
    const watched: StreamFormat = {
      ...RESPONSE_STREAM,
      open() {
        const reading = RESPONSE_STREAM.open()
        const see = reading.see.bind(reading)
        reading.see = (name, root) => {
          reads++
          return see(name, root)
        }
        return reading
      },
    }
    const many = Array.from({ length: 500 }, (_one, at) =>
      delta(`word ${at}`, { sequence_number: at, logprobs: [], obfuscation: 'p'.repeat(at % 9) }),
    )
    const whole = [...many, COMPLETED].join('')
    expect(run(new GuardedStream(watched, wordGuard), [Buffer.from(whole)]).bytes.toString()).toBe(whole)
    // The first two, since padding may be empty, and the last.
    expect(reads).toBeLessThanOrEqual(4)
  })
})

test('a guard that refuses tears the stream, whatever text it refuses', () => {
  const REFUSED = refuse('content_blocked', 'in a stream')
  const blocking = (): TextGuard => ({ held: 0, push: (text) => (text.includes(WORD) ? REFUSED : text), end: () => '' })
  for (const odd of [
    delta(WORD),
    event('response.output_text.done', { output_index: 0, text: WORD }),
    event('response.completed', { response: { output: [{ type: 'message', content: [{ text: WORD }] }] } }),
    event('response.function_call_arguments.delta', { output_index: 0, delta: '{"\\u0050ASSWORD":1}' }),
  ]) {
    expect(run(lens.openStream({ guard: blocking }), [Buffer.from(odd)]).refusal).toBe(REFUSED)
  }
})

test('any stream of any pieces is the same text as the whole, edited at once', () => {
  const pieces = fc.array(fc.constantFrom('PASS', 'WORD', 'PASSWORD', ' ', 'é', '🔑', 'A', '"', '\\', '\n', 'PA'), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 3 }), fc.array(fc.nat()), (all, at) => {
      const parts: string[] = []
      for (let i = 0; i < Math.max(...all.map((one) => one.length)); i++) {
        for (const [output, one] of all.entries()) {
          const piece = one[i]
          if (piece !== undefined) parts.push(delta(piece, { output_index: output, item_id: `m${output}` }))
        }
      }
      const overs = all.map((one, output) =>
        event('response.output_text.done', { output_index: output, content_index: 0, text: one.join('') }),
      )
      const said = eventsIn(guarded(open(), cut(Buffer.from([...parts, ...overs, COMPLETED].join('')), at)))
      for (const [output, one] of all.entries()) {
        const mine = said.filter((event) => event['output_index'] === output)
        const grown = mine.map((event) => event['delta'] ?? '').join('')
        expect(grown).toBe(one.join('').replaceAll(WORD, GONE))
        expect(mine.at(-1)?.['text']).toBe(grown)
      }
    }),
    { numRuns: 200 },
  )
})
