import type { WireAnswer } from '../../spec/dialect.js'
import { errorType, type Refusal, retryHeaders } from '../../spec/refusal.js'

/** SDKs throw on an event with an `error`; on a stream that merely stops they do not, so a torn one always ends in it. */
export function errorBody({ code, message, param, status }: Refusal): string {
  return JSON.stringify({ error: { message, type: errorType(status), param: param ?? null, code } })
}

export function wireRefusal(refusal: Refusal, requestId: string): WireAnswer {
  return {
    status: refusal.status,
    headers: {
      'content-type': 'application/json',
      ...retryHeaders(refusal),
      ...refusal.headers,
      'x-request-id': requestId,
    },
    body: Buffer.from(errorBody(refusal)),
  }
}

export function modelList(names: readonly { readonly id: string; readonly ownedBy: string }[]): Buffer {
  const data = names.map(({ id, ownedBy }) => ({ id, object: 'model', created: 0, owned_by: ownedBy }))
  return Buffer.from(JSON.stringify({ object: 'list', data }))
}
