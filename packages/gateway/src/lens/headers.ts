// A header is text like any other, and no detector reads it: so only values that can say nothing pass, either way. Each is a name and
// how its value is spelt.

export type HeaderSpelling = readonly [name: string, spelling: RegExp]

export const ACCEPT: HeaderSpelling = [
  'accept',
  /^(?:application\/json|text\/event-stream|\*\/\*)(?:, ?(?:application\/json|text\/event-stream|\*\/\*))*$/,
]
export const JSON_SENT: HeaderSpelling = ['content-type', /^application\/json(?:;\s*charset=utf-8)?$/i]
export const JSON_OR_EVENTS: HeaderSpelling = [
  'content-type',
  /^(?:application\/json|text\/event-stream)(?:;\s*charset=utf-8)?$/i,
]
export const IDEMPOTENCY_KEY: HeaderSpelling = ['idempotency-key', /^[\x21-\x7e]{1,256}$/]
/** Seconds, or a date (RFC 9110 section 10.2.3). */
export const RETRY_AFTER: HeaderSpelling = [
  'retry-after',
  /^(?:\d{1,9}|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)$/,
]
