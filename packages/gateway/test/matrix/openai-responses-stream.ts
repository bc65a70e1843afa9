import { absent, argumentsInThree, inThree, nothing, type Row, said, tokensOf } from './fields.js'
import { answer, called, cited, ENVELOPE, likely, mute, part, ran, replied, spoken } from './responses-items.js'

const CREATED = { type: 'response.created', response: { ...ENVELOPE, status: 'in_progress', output: [], usage: null } }
const whole = (item: object): object => ({ type: 'response.completed', response: answer([item]) })

/** An item that grows, with events numbered as the provider does. */
function grown(begun: object, inner: readonly object[], done: object): readonly object[] {
  const events = [
    CREATED,
    { type: 'response.output_item.added', output_index: 0, item: begun },
    ...inner.map((one) => ({ output_index: 0, ...one })),
    { type: 'response.output_item.done', output_index: 0, item: done },
    whole(done),
  ]
  return events.map((one, sequence_number) => ({ ...one, sequence_number }))
}

interface Grows {
  readonly begun: object
  readonly part?: object
  /** `output_text`, say. */
  readonly name: string
  /** What a piece, and the whole, say beside the text. */
  readonly beside?: (piece: string) => object
  readonly pieces: readonly string[]
  /** The member that says the whole. */
  readonly says: string
  readonly index?: object
  readonly done: object
  readonly donePart?: object
}

/** A text of an item: its pieces, and then the whole of it again. */
function text({
  begun,
  beside = () => ({}),
  done,
  donePart,
  index = {},
  name,
  part: begins,
  pieces,
  says,
}: Grows): readonly object[] {
  const id = { item_id: (done as { readonly id: string }).id, ...index }
  const of = 'summary_index' in index ? 'reasoning_summary_part' : 'content_part'
  const opened = begins === undefined ? [] : [{ type: `response.${of}.added`, ...id, part: begins }]
  const closed = donePart === undefined ? [] : [{ type: `response.${of}.done`, ...id, part: donePart }]
  const grows = pieces.map((delta) => ({ type: `response.${name}.delta`, ...id, delta, ...beside(delta) }))
  const ends = { type: `response.${name}.done`, ...id, [says]: pieces.join(''), ...beside(pieces.join('')) }
  return grown(begun, [...opened, ...grows, ends, ...closed], done)
}

const BEGUN = { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] }

function spokenIn(
  pieces: readonly string[],
  logprobs: (piece: string) => readonly object[] = () => [],
): readonly object[] {
  const all = pieces.join('')
  const of = (one: string): object => ({ logprobs: one === all ? pieces.flatMap(logprobs) : logprobs(one) })
  const donePart = spoken(all, of(all))
  return text({
    begun: BEGUN,
    part: spoken('', { logprobs: [] }),
    name: 'output_text',
    pieces,
    says: 'text',
    index: { content_index: 0 },
    beside: of,
    done: replied(donePart),
    donePart,
  })
}

/** An item that comes whole, after the events that tell how it gets on. */
const comes = (item: object): readonly object[] => grown({ ...item, status: 'in_progress' }, [], item)
const notice = (event: object): readonly object[] => {
  const [created = {}, added = {}, ...rest] = spokenIn(['good ', 'morning'])
  return [created, added, event, ...rest]
}

export function calls(pieces: readonly string[]): readonly object[] {
  const done = called(pieces.join(''))
  return text({ begun: called(''), name: 'function_call_arguments', says: 'arguments', done, pieces })
}

export const STREAM: Row = {
  ...nothing('requests alone have it'),
  system: [
    (of) => {
      const [, ...rest] = spokenIn(['hi'])
      return [{ ...CREATED, response: { ...CREATED.response, instructions: said(of) }, sequence_number: 0 }, ...rest]
    },
  ],
  assistant: [(of) => spokenIn(inThree(of))],
  tools: [(of) => comes(ran.listed(said(of)))],
  arguments: [
    (of) => calls(argumentsInThree(of)),
    (of) => {
      const item = (input: string): object => ({
        type: 'custom_tool_call',
        id: 'c_1',
        call_id: 'c',
        name: 'open',
        input,
      })
      return text({
        begun: item(''),
        name: 'custom_tool_call_input',
        says: 'input',
        done: item(said(of)),
        pieces: inThree(of),
      })
    },
    (of) => {
      const item = (args: string): object => ({ ...ran.mcp(''), arguments: args })
      const pieces = argumentsInThree(of)
      const done = item(pieces.join(''))
      return text({ begun: item(''), name: 'mcp_call_arguments', says: 'arguments', done, pieces })
    },
    (of) => {
      const item = (code: string): object => ({ ...ran.interpreter(''), code })
      const pieces = inThree(of)
      return text({ begun: item(''), name: 'code_interpreter_call_code', says: 'code', done: item(said(of)), pieces })
    },
    (of) => {
      const item = (diff: string): object => ({
        type: 'apply_patch_call',
        id: 'ap_1',
        call_id: 'c',
        operation: { type: 'create_file', path: 'a', diff },
      })
      const name = 'apply_patch_call_operation_diff'
      return text({ begun: item(''), name, says: 'diff', done: item(said(of)), pieces: inThree(of) })
    },
  ],
  results: [
    (of) => comes(ran.mcp(said(of))),
    (of) => comes(ran.search(said(of))),
    (of) => comes(ran.interpreter(said(of))),
  ],
  reasoning: [
    (of) => {
      const donePart = part('summary_text', { text: said(of) })
      const begun = { type: 'reasoning', id: 'rs_1', summary: [] }
      return text({
        begun,
        part: part('summary_text', { text: '' }),
        name: 'reasoning_summary_text',
        pieces: inThree(of),
        says: 'text',
        index: { summary_index: 0 },
        done: { ...begun, summary: [donePart] },
        donePart,
      })
    },
    (of) => {
      const donePart = part('reasoning_text', { text: said(of) })
      const begun = { type: 'reasoning', id: 'rs_1', summary: [] }
      return text({
        begun,
        part: part('reasoning_text', { text: '' }),
        name: 'reasoning_text',
        pieces: inThree(of),
        says: 'text',
        index: { content_index: 0 },
        done: { ...begun, content: [donePart] },
        donePart,
      })
    },
  ],
  refusals: [
    (of) => {
      const donePart = part('refusal', { refusal: said(of) })
      return text({
        begun: BEGUN,
        part: part('refusal', { refusal: '' }),
        name: 'refusal',
        pieces: inThree(of),
        says: 'refusal',
        index: { content_index: 0 },
        done: replied(donePart),
        donePart,
      })
    },
  ],
  citations: [
    (of) =>
      notice({
        type: 'response.output_text.annotation.added',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        annotation_index: 0,
        annotation: cited(said(of)),
      }),
  ],
  probabilities: [(of) => spokenIn(tokensOf(of), (token) => [likely(token)])],
  bytes: [(of) => spokenIn(tokensOf(of), (token) => [mute(token)])],
  choices: absent('one answer'),
  structured: [
    (of) => {
      const json = JSON.stringify({ keys: [{ key: of, is: 'here' }] })
      const middle = json.indexOf(of) + 5
      return spokenIn([json.slice(0, middle), json.slice(middle)])
    },
  ],
  labels: [
    (of) => {
      const [, ...rest] = spokenIn(['hi'])
      const response = { ...CREATED.response, metadata: { key: said(of) } }
      return [{ ...CREATED, response, sequence_number: 0 }, ...rest]
    },
  ],
  unknown: [
    (of) => notice({ type: 'response.in_progress', response: { ...CREATED.response, novel: said(of) } }),
    (of) => notice({ type: 'response.web_search_call.searching', item_id: 'ws_1', output_index: 1, novel: said(of) }),
  ],
  names: [
    (of) => notice({ type: 'response.in_progress', response: { ...CREATED.response, novel: { [said(of)]: 1 } } }),
  ],
  otherFiles: [() => comes({ type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'iVBORw0KGgo=' })],
  input: absent('another endpoint'),
  events: [(of) => notice({ type: 'response.novel.delta', item_id: 'msg_1', output_index: 0, delta: said(of) })],
  errors: [
    (of) => [CREATED, { type: 'error', code: 'server_error', message: said(of), param: null }],
    (of) => [
      CREATED,
      {
        type: 'response.failed',
        response: { ...answer([]), status: 'failed', error: { code: 'server_error', message: said(of) } },
      },
    ],
  ],
}
