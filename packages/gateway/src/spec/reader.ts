import type { Reader } from './dataset.js'

const READER = /^(?:\*|group:.+|user:.+#.+)$/s

/** Who may find a document: `*`, `group:NAME` or `user:ISSUER#SUBJECT`. Undefined where it is none of them. */
export function parseReader(text: unknown): Reader | undefined {
  return typeof text === 'string' && READER.test(text) ? (text as Reader) : undefined
}
