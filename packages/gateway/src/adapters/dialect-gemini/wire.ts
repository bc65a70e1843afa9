import { jsonRefusal } from '../../lens/refusal.js'
import type { WireAnswer } from '../../spec/dialect.js'
import type { Refusal } from '../../spec/refusal.js'

/** The provider's words for a status (google.rpc.Code). */
const STATUS: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [408, 'DEADLINE_EXCEEDED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
])
/** The body of an error, and the event that ends a torn stream: SDKs throw on both. */
export function errorBody({ code, message, param, status }: Refusal): string {
  const detail = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code,
    domain: 'ostiary',
    ...(param === undefined ? {} : { metadata: { param } }),
  }
  return JSON.stringify({
    error: { code: status, message, status: STATUS.get(status) ?? 'INVALID_ARGUMENT', details: [detail] },
  })
}

export function wireRefusal(refusal: Refusal, requestId: string): WireAnswer {
  return jsonRefusal(refusal, errorBody(refusal), { 'x-request-id': requestId })
}
