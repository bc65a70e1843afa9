import { jsonRefusal } from '../../lens/refusal.js'
import type { WireAnswer } from '../../spec/dialect.js'
import { errorType, type Refusal } from '../../spec/refusal.js'

/** The format has no place for a code that its SDKs show, so the message begins with it. */
export function errorBody({ code, message, status }: Refusal): string {
  return JSON.stringify({ type: 'error', error: { type: errorType(status), message: `${code}: ${message}`, code } })
}

export function wireRefusal(refusal: Refusal, requestId: string): WireAnswer {
  return jsonRefusal(refusal, errorBody(refusal), { 'x-request-id': requestId, 'request-id': requestId })
}
