import type { WireAnswer } from '../../spec/dialect.js'
import type { Refusal, RefusalCode } from '../../spec/refusal.js'

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
/** Clients may try a 5xx again by themselves; these would only be asked for what the gateway has just refused. */
const NEVER_RETRY: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'inspection_failed',
  'audit_unavailable',
  'overloaded',
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
  return {
    status: refusal.status,
    headers: {
      'content-type': 'application/json',
      ...(NEVER_RETRY.has(refusal.code) ? { 'x-should-retry': 'false' } : {}),
      ...refusal.headers,
      'x-request-id': requestId,
    },
    body: Buffer.from(errorBody(refusal)),
  }
}
