import type { WireAnswer } from '../spec/dialect.js'
import { type Refusal, retryHeaders } from '../spec/refusal.js'

/** A refusal as an answer in JSON. No header of its own takes the place of an id. */
export function jsonRefusal(refusal: Refusal, body: string, ids: Readonly<Record<string, string>>): WireAnswer {
  return {
    status: refusal.status,
    headers: { 'content-type': 'application/json', ...retryHeaders(refusal), ...refusal.headers, ...ids },
    body: Buffer.from(body),
  }
}
