import type { Refusal, WireAnswer } from '../spec/index.js'

/**
 * RFC 9457 problem details, for our own endpoints and all that is none. An SDK whose base URL is wrong comes there too: the extension
 * member `error` is what it shows.
 */
export const problem = {
  refusal(refusal: Refusal, requestId: string): WireAnswer {
    const body = {
      type: 'about:blank',
      title: refusal.message,
      status: refusal.status,
      code: refusal.code,
      instance: requestId,
      ...(refusal.param === undefined ? {} : { param: refusal.param }),
      error: { message: refusal.message, code: refusal.code },
    }
    return {
      status: refusal.status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: Buffer.from(JSON.stringify(body)),
    }
  },
} as const
