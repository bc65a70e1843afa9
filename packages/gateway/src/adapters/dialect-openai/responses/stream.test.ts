import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, GONE, run } from '../../../../test/guards.js'
import { lensAt } from '../../../../test/lens.js'
import { eventsIn, guarded, recording, WORD, wordGuard } from '../../../../test/openai-events.js'
import { refuse } from '../../../spec/refusal.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/responses')
const CORPUS = new URL('./corpus/', import.meta.url)
const TRANSCRIPTS = readdirSync(CORPUS).map((name) => [name, readFileSync(new URL(name, CORPUS))] as const)
const open = () => lens.openStream({ guard: wordGuard })

function transcript(name: string): Buffer {
  return readFileSync(new URL(`${name}.chunks.txt`, CORPUS))
}

interface Said {
  readonly [member: string]: unknown
  readonly type: string
}

/** Texts that grew, by their place, and the texts that `*.done` says they came to. */
function texts(stream: string): { readonly grown: Map<string, string>; readonly done: Map<string, string> } {
  const grown = new Map<string, string>()
  const done = new Map<string, string>()
  for (const event of eventsIn(stream) as Said[]) {
    const { type, output_index, content_index, summary_index } = event
    const where = `${type.replace(/\.(delta|done)$/, '')} ${output_index} ${content_index ?? summary_index ?? ''}`
    if (typeof event['delta'] === 'string') grown.set(where, (grown.get(where) ?? '') + event['delta'])
    const whole = event['text'] ?? event['refusal'] ?? event['arguments'] ?? event['input'] ?? event['code']
    if (type.endsWith('.done') && typeof whole === 'string') done.set(where, whole)
  }
  return { grown, done }
}

const numbers = (stream: string): unknown[] => eventsIn(stream).map((event) => event['sequence_number'])

/** Builds events with numbers, as the provider does. */
function events(...all: readonly object[]): Buffer {
  return Buffer.from(
    all
      .map((event, at) => {
        const { type } = event as Said
        return `event: ${type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`
      })
      .join(''),
  )
}

const delta = (text: string, more: object = {}): object => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta: text,
  logprobs: [],
  ...more,
})
const done = (text: string): object => ({
  type: 'response.output_text.done',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  text,
  logprobs: [],
})
const COMPLETED = { type: 'response.completed', response: { id: 'resp_1', object: 'response', output: [] } }

describe.each(TRANSCRIPTS)('%s', (_, whole) => {
  test('a client reads nowhere the word, and the wholes are what the pieces came to', () => {
    const stream = guarded(open(), [whole])
    expect(stream).not.toContain(WORD)
    const { grown, done: wholes } = texts(stream)
    const before = texts(whole.toString())
    for (const [where, text] of wholes) {
      const plain = (json: string): string => (where.includes('arguments') ? JSON.stringify(JSON.parse(json)) : json)
      expect(plain(grown.get(where) ?? '')).toBe(plain(text))
      expect(plain(text)).toBe(plain(before.done.get(where) ?? '').replaceAll(WORD, GONE))
    }
  })

  test('events stay numbered one by one [stream.numbers]', () => {
    const seen = numbers(guarded(open(), [whole]))
    expect(seen).toEqual(seen.map((_one, at) => at))
  })

  test('the same in any cutting', () => {
    const once = guarded(open(), [whole])
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => {
        expect(guarded(open(), cut(whole, at))).toBe(once)
      }),
      { numRuns: 40 },
    )
  })
})

describe('what a guard holds', () => {
  test('goes out in an event of ours, before the one that ends the text', () => {
    const stream = guarded(open(), [events(delta('It is PASS'), done('It is PASS'), COMPLETED)])
    expect(eventsIn(stream).slice(0, 3)).toEqual([
      { ...delta('It is '), sequence_number: 0 },
      { ...delta('PASS'), sequence_number: 1 },
      { ...done('It is PASS'), sequence_number: 2 },
    ])
    expect(stream).toContain(
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":1',
    )
  })

  test('goes out before whatever else ends it', () => {
    for (const ends of [
      {
        type: 'response.content_part.done',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: 'PASS' },
      },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'message', id: 'msg_1', content: [] } },
      { type: 'error', error: { message: 'broken' } },
      COMPLETED,
    ]) {
      const [first, second, third] = eventsIn(guarded(open(), [events(delta('PASS'), ends, COMPLETED)]))
      expect(first).toMatchObject({ type: 'response.output_text.delta', delta: '' })
      expect(second).toMatchObject({ type: 'response.output_text.delta', delta: 'PASS', item_id: 'msg_1' })
      expect(third).toMatchObject({ type: ends.type })
    }
  })

  test('has no name and no number where the provider gives none', () => {
    const bare = [delta('PASS'), done('PASS'), COMPLETED].map((event) => `data: ${JSON.stringify(event)}\n\n`)
    const stream = guarded(open(), [Buffer.from(bare.join(''))])
    expect(stream).not.toContain('event:')
    expect(stream).not.toContain('sequence_number')
    expect(eventsIn(stream)[1]).toEqual(delta('PASS'))
  })

  test.each([
    ['function_call', 'arguments', 'response.function_call_arguments'],
    ['mcp_call', 'arguments', 'response.mcp_call_arguments'],
    ['custom_tool_call', 'input', 'response.custom_tool_call_input'],
    ['code_interpreter_call', 'code', 'response.code_interpreter_call_code'],
    ['apply_patch_call', 'diff', 'response.apply_patch_call_operation_diff'],
  ])('in the %s of an item that begins with some', (type, member, event) => {
    const text = { [member]: 'a PASS' }
    const item = { id: 'i', type, ...(member === 'diff' ? { operation: text } : text) }
    const begun = { type: 'response.output_item.added', output_index: 0, item }
    const more = { type: `${event}.delta`, item_id: 'i', output_index: 0, delta: 'WORD b' }
    const over = { type: `${event}.done`, item_id: 'i', output_index: 0, [member]: 'a PASSWORD b' }
    const stream = eventsIn(guarded(open(), [events(begun, more, over, COMPLETED)]))
    expect(JSON.stringify(stream[0])).toContain(`"${member}":"a "`)
    expect(stream[1]).toMatchObject({ delta: `${GONE} b` })
    expect(stream[2]).toMatchObject({ [member]: `a ${GONE} b` })
    const early = eventsIn(guarded(open(), [events(begun, over, COMPLETED)]))
    expect(early[1]).toMatchObject({ type: `${event}.delta`, item_id: 'i', output_index: 0, delta: 'PASS' })
  })

  test('in parts and responses that begin with some', () => {
    const part = { type: 'response.content_part.added', item_id: 'msg_1', output_index: 0, content_index: 0 }
    const summary = { type: 'response.reasoning_summary_part.added', item_id: 'rs', output_index: 0, summary_index: 1 }
    const cases: readonly (readonly [object, string])[] = [
      [{ ...part, part: { type: 'output_text', text: 'PASS' } }, 'response.output_text.delta'],
      [{ ...part, part: { type: 'reasoning_text', text: 'PASS' } }, 'response.reasoning_text.delta'],
      [{ ...part, part: { type: 'refusal', refusal: 'PASS' } }, 'response.refusal.delta'],
      [{ ...summary, part: { type: 'summary_text', text: 'PASS' } }, 'response.reasoning_summary_text.delta'],
      [
        {
          type: 'response.created',
          response: {
            id: 'r',
            output: [{ type: 'message', id: 'm', content: [{ type: 'output_text', text: 'PASS' }] }],
          },
        },
        'response.output_text.delta',
      ],
      [
        {
          type: 'response.output_item.added',
          output_index: 0,
          item: { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'PASS' }] },
        },
        'response.reasoning_summary_text.delta',
      ],
    ]
    for (const [begun, type] of cases) {
      const stream = eventsIn(guarded(open(), [events(begun, COMPLETED)]))
      expect(JSON.stringify(stream[0])).not.toContain('PASS"')
      expect(stream[1]).toMatchObject({ type, delta: 'PASS' })
      // What follows in pieces is the same text.
      const went = events(
        begun,
        {
          type,
          item_id: '',
          output_index: 0,
          content_index: 0,
          summary_index: (begun as Said)['summary_index'] ?? 0,
          delta: 'WORD',
        },
        COMPLETED,
      )
      expect(guarded(open(), [went])).toContain(GONE)
    }
  })
})

describe('channels', () => {
  test('each text has its own, with its speaker', () => {
    const { guard, channels } = recording()
    guarded(lens.openStream({ guard }), [transcript('hosted-tools')])
    const growing = channels.filter(({ name }) => name.startsWith('output/'))
    expect(growing).toEqual([
      { name: 'output/0/input/0', role: 'tool-call', isJson: false },
      { name: 'output/1/code/0', role: 'tool-call', isJson: false },
      { name: 'output/3/arguments/0', role: 'tool-call', isJson: true },
    ])
    const { guard: other, channels: thought } = recording()
    guarded(lens.openStream({ guard: other }), [transcript('reasoning')])
    expect(thought.filter(({ name }) => name.startsWith('output/')).map(({ name, role }) => `${name} ${role}`)).toEqual(
      ['output/0/summary/0 reasoning', 'output/0/summary/1 reasoning', 'output/1/content/0 assistant'],
    )
  })

  test('what was said again as a whole is judged once', () => {
    const { guard, channels } = recording()
    guarded(lens.openStream({ guard }), [transcript('text')])
    // The answer as a whole, beside the channel that it grew in; the instructions, three times told.
    expect(channels.map(({ name }) => name)).toEqual(['response/instructions', 'output/0/content/0', 'text'])
  })

  test('texts whose items take turns stay apart', () => {
    const other = (text: string): object => delta(text, { output_index: 1, item_id: 'msg_2' })
    const whole = events(delta('PASS'), other('WORD'), delta('WORD'), other('PASS'), COMPLETED)
    const { grown } = texts(guarded(open(), [whole]))
    expect([...grown.values()]).toEqual([GONE, 'WORDPASS'])
  })
})

describe('without a guard', () => {
  test('tells usage, and passes what it does not know', () => {
    const stream = lens.openStream({ guard: undefined })
    const whole = transcript('text')
    expect(run(stream, [whole]).bytes.toString()).toBe(whole.toString())
    expect(stream.usage).toEqual({ inputTokens: 37, outputTokens: 11 })
    expect(stream.dropped).toBe(0)
    const odd = Buffer.concat([events({ type: 'response.new', text: 'x' }), events(COMPLETED)])
    expect(run(lens.openStream({ guard: undefined }), [odd]).bytes.toString()).toBe(odd.toString())
  })

  test.each(['response.completed', 'response.failed', 'response.incomplete'])('%s is its end mark', (type) => {
    for (const guard of [undefined, wordGuard]) {
      const whole = events({ ...COMPLETED, type })
      const behind = Buffer.concat([whole, events(delta('more')), Buffer.from('data: [DONE]\n\n')])
      expect(run(lens.openStream({ guard }), [behind])).toEqual({ bytes: whole, refusal: undefined })
    }
  })

  test('a stream that ends without it is refused, one that says why is not', () => {
    for (const guard of [undefined, wordGuard]) {
      expect(run(lens.openStream({ guard }), [events(delta('x'))]).refusal?.code).toBe('upstream_failed')
      expect(run(lens.openStream({ guard }), [events(delta('response.completed'))]).refusal?.code).toBe(
        'upstream_failed',
      )
      const said = events(delta('x'), { type: 'error', code: 'x', message: 'y', param: null })
      expect(run(lens.openStream({ guard }), [said])).toEqual({ bytes: said, refusal: undefined })
    }
  })
})

describe('a torn stream', () => {
  test.each([
    ['unguarded', undefined],
    ['guarded', wordGuard],
  ])('ends in events that go on counting, %s', (_, guard) => {
    const stream = lens.openStream({ guard })
    const created = {
      type: 'response.created',
      response: {
        id: 'resp_1',
        object: 'response',
        created_at: 7,
        model: 'm',
        output: [],
        instructions: 'secret words',
      },
    }
    stream.push(events(created, delta('x'), delta('y'), delta('z')))
    const torn = String(stream.tear(refuse('content_blocked', 'only for the log', { message: 'No.' })))
    expect(torn).not.toContain('only for the log')
    expect(torn).not.toContain('secret words')
    expect(torn).not.toContain('completed')
    const error = { type: 'permission_error', code: 'content_blocked', message: 'No.', param: null }
    expect(eventsIn(torn)).toEqual([
      { type: 'error', code: 'content_blocked', message: 'No.', param: null, error, sequence_number: 4 },
      {
        type: 'response.failed',
        sequence_number: 5,
        response: {
          id: 'resp_1',
          created_at: 7,
          model: 'm',
          object: 'response',
          status: 'failed',
          error: { code: 'content_blocked', message: 'No.' },
          incomplete_details: null,
          output: [],
          parallel_tool_calls: false,
          tool_choice: 'auto',
          tools: [],
          metadata: null,
        },
      },
    ])
    expect(torn).toMatch(/^event: error\ndata: .*\n\nevent: response\.failed\n/)
  })
})

test('what a search found stays in its item: it is no piece of what the model says', () => {
  const item = { type: 'file_search_call', id: 'fs_1', queries: ['q'], results: [{ file_id: 'f', text: `a ${WORD}` }] }
  const stream = events(
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { output: [item] } },
  )
  const said = eventsIn(guarded(open(), [stream])) as Said[]
  expect(said.map(({ type }) => type)).toEqual([
    'response.output_item.added',
    'response.output_item.done',
    'response.completed',
  ])
  for (const event of said.slice(0, 2)) {
    expect(event).toMatchObject({ item: { results: [{ text: `a ${GONE}` }] } })
  }
})
