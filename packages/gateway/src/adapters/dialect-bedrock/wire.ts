import type { WireAnswer } from '../../spec/dialect.js'
import type { Refusal, RefusalCode } from '../../spec/refusal.js'

/** SDKs show the message and little else: the code stands in front of it. */
export function messageOf({ code, message }: Refusal): string {
  return `${code}: ${message}`
}

export function wireRefusal(refusal: Refusal, requestId: string): WireAnswer {
  const { code, param, status } = refusal
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': exceptionOf(code, status),
      ...refusal.headers,
      'x-request-id': requestId,
      'x-amzn-requestid': requestId,
    },
    body: Buffer.from(JSON.stringify({ message: messageOf(refusal), code, ...(param === undefined ? {} : { param }) })),
  }
}

/** What SDKs map to their exception classes; the two of a 401 are none that they model, and keep their names. */
function exceptionOf(code: RefusalCode, status: number): string {
  if (status === 401) return code === 'expired_token' ? 'ExpiredTokenException' : 'UnrecognizedClientException'
  if (status === 403) return 'AccessDeniedException'
  if (status === 404) return 'ResourceNotFoundException'
  if (status === 429) return 'ThrottlingException'
  if (status === 503) return 'ServiceUnavailableException'
  if (status === 504) return 'ModelTimeoutException'
  return status >= 500 ? 'InternalServerException' : 'ValidationException'
}
