/** What recovery needs of an entry of the log. */
export interface LoggedEntry {
  readonly index: number
  readonly entry: Buffer
}

export interface OpenIntent {
  readonly index: number
  /** Id of the exchange. */
  readonly exchange: string
}

/** With the member behind it: what policies read of a caller stands in refusals, and an operator may call a claim `intent`. */
const CLOSES = /"intent":(\d+),"(?:latency_ms|outcome)":/

/**
 * Finds the intents that no outcome closes: exchanges under way when the process was killed. Reads from `from` on, which the
 * caller remembers to lie below every open intent.
 */
export async function openIntents(entries: AsyncIterable<LoggedEntry>): Promise<readonly OpenIntent[]> {
  const open = new Map<number, string>()
  for await (const { index, entry } of entries) {
    const text = entry.toString('utf8')
    if (text.endsWith('"type":"ai.ostiary.intent"}')) open.set(index, exchangeOf(text))
    else if (text.endsWith('"type":"ai.ostiary.outcome"}')) {
      const closes = CLOSES.exec(text)?.[1]
      if (closes !== undefined) open.delete(Number(closes))
    }
  }
  return [...open].map(([index, exchange]) => ({ index, exchange }))
}

function exchangeOf(text: string): string {
  const event: unknown = JSON.parse(text)
  const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : undefined
  return typeof id === 'string' ? id.replace(/i$/, '') : ''
}
