import { jsonRefusal } from '../../lens/refusal.js'
import type { WireAnswer } from '../../spec/dialect.js'
import { errorType, type Refusal } from '../../spec/refusal.js'

/** SDKs throw on an event with an `error`; on a stream that merely stops they do not, so a torn one always ends in it. */
export function errorBody({ code, message, param, status }: Refusal): string {
  return JSON.stringify({ error: { message, type: errorType(status), param: param ?? null, code } })
}

export function wireRefusal(refusal: Refusal, requestId: string): WireAnswer {
  return jsonRefusal(refusal, errorBody(refusal), { 'x-request-id': requestId })
}

export function modelList(names: readonly { readonly id: string; readonly ownedBy: string }[]): Buffer {
  const data = names.map(({ id, ownedBy }) => ({ id, object: 'model', created: 0, owned_by: ownedBy }))
  return Buffer.from(JSON.stringify({ object: 'list', data }))
}
