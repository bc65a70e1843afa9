const BLANK_LINE = Buffer.from('\n\n')

/** Events of a stream that end in these bytes, as nearly as need be: one that is cut within its blank line is not seen. */
export function eventsIn(chunk: Buffer): number {
  let events = 0
  for (let at = chunk.indexOf(BLANK_LINE); at !== -1; at = chunk.indexOf(BLANK_LINE, at + 2)) events += 1
  return events
}

/** What an event says beside its text. */
const ENVELOPE_BYTES = 300
const BYTES_PER_TOKEN = 4

/**
 * Tokens that so many bytes of an answer may be: a quarter of them, but of a stream at least one for each event and nothing for
 * what stands around the text. Wrong by half where a provider's events are of another kind.
 */
export function roughTokens(bytes: number, events: number): number {
  return Math.max(events, Math.ceil(Math.max(0, bytes - ENVELOPE_BYTES * events) / BYTES_PER_TOKEN))
}
