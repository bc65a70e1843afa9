type Members = Record<string, unknown>

/** What a client makes of a stream: its message, put together as the SDKs do it, by the event's own `type`. */
export function messageOf(stream: string): Members & { readonly content: Members[] } {
  const message: Members & { content: Members[] } = { content: [] }
  for (const block of stream.split(/\r\n\r\n|\n\n|\r\r/)) {
    const lines = block.split(/\r\n|\n|\r/)
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
    if (data.length === 0) continue
    take(message, JSON.parse(data.join('\n')))
  }
  for (const block of message.content) {
    const { json, ...rest } = block
    if (typeof json === 'string') Object.assign(rest, { input: parsed(json) })
    message.content[message.content.indexOf(block)] = rest
  }
  return message
}

function take(message: Members & { content: Members[] }, event: Members): void {
  const { type, index } = event
  if (type === 'message_start') Object.assign(message, event['message'])
  if (type === 'message_delta') Object.assign(message, event['delta'], { usage: event['usage'] })
  if (type === 'error') message['error'] = event['error']
  if (type === 'content_block_start') message.content.push({ ...(event['content_block'] as Members) })
  const block = message.content[Number(index)]
  if (type !== 'content_block_delta' || block === undefined) return
  const delta = event['delta'] as Members
  const add = (member: string, text: unknown): void => {
    block[member] = `${block[member] ?? ''}${text}`
  }
  if (delta['type'] === 'text_delta') add('text', delta['text'])
  if (delta['type'] === 'thinking_delta') add('thinking', delta['thinking'])
  if (delta['type'] === 'input_json_delta') add('json', delta['partial_json'])
  if (delta['type'] === 'signature_delta') block['signature'] = delta['signature']
  if (delta['type'] === 'compaction_delta') block['content'] = delta['content']
  if (delta['type'] === 'citations_delta') {
    block['citations'] = [...((block['citations'] as unknown[] | null | undefined) ?? []), delta['citation']]
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
