import type { WireAnswer } from '../../spec/dialect.js'
import { errorType, type Refusal, retryHeaders } from '../../spec/refusal.js'

/** The format has no place for a code that its SDKs show, so the message begins with it. */
export function errorBody({ code, message, status }: Refusal): string {
  return JSON.stringify({ type: 'error', error: { type: errorType(status), message: `${code}: ${message}`, code } })
}

export function wireRefusal(refusal: Refusal, requestId: string): WireAnswer {
  return {
    status: refusal.status,
    headers: {
      'content-type': 'application/json',
      ...retryHeaders(refusal),
      ...refusal.headers,
      'x-request-id': requestId,
      'request-id': requestId,
    },
    body: Buffer.from(errorBody(refusal)),
  }
}
