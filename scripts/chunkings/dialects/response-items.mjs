const SAID = { role: 'assistant', isJson: false }
const THOUGHT = { role: 'reasoning', isJson: false }
const HANDED = { role: 'tool-call', isJson: false }

/** An item whose text is in a part of it. */
function inPart(list, type, member, item) {
  const part = (text) => ({ type, [member]: text, ...(type === 'output_text' ? { annotations: [] } : {}) })
  part.member = member
  const of = (text, isOver) => ({ ...item, [list]: isOver ? [part(text)] : [] })
  of.take = (seen, reading) => reading.taken(seen[list]?.[0], member)
  return { part, item: of, member }
}

/** An item that is its text. */
function bare(member, item) {
  const of = (text) => ({ ...item, [member]: text })
  of.take = (seen, reading) => reading.taken(seen, member)
  return { item: of, member }
}

const MESSAGE = { type: 'message', role: 'assistant', status: 'completed' }
const REASONING = { type: 'reasoning', summary: [] }
const CONTENT = { partEvent: 'content_part', index: { content_index: 0 } }

/** Of each kind of item: how it is spelt, the event that brings its text, and whose text that is. */
export const ITEMS = {
  content: { ...inPart('content', 'output_text', 'text', MESSAGE), ...CONTENT, text: 'output_text', kind: SAID },
  refusal: { ...inPart('content', 'refusal', 'refusal', MESSAGE), ...CONTENT, text: 'refusal', kind: SAID },
  reasoning: {
    ...inPart('content', 'reasoning_text', 'text', REASONING),
    ...CONTENT,
    text: 'reasoning_text',
    kind: THOUGHT,
  },
  summary: {
    ...inPart('summary', 'summary_text', 'text', REASONING),
    ...{ partEvent: 'reasoning_summary_part', index: { summary_index: 0 } },
    text: 'reasoning_summary_text',
    kind: THOUGHT,
  },
  arguments: {
    ...bare('arguments', { type: 'function_call', call_id: 'call_1', name: 'lookup' }),
    text: 'function_call_arguments',
    kind: { role: 'tool-call', isJson: true },
  },
  input: {
    ...bare('input', { type: 'custom_tool_call', call_id: 'call_1', name: 'lookup' }),
    text: 'custom_tool_call_input',
    kind: HANDED,
  },
  code: {
    ...bare('code', { type: 'code_interpreter_call', container_id: 'cntr_1', outputs: null }),
    text: 'code_interpreter_call_code',
    kind: HANDED,
  },
}
