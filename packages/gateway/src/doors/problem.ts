import type { Refusal, WireAnswer } from '../spec/index.js'

/** RFC 9457 problem details, for our own endpoints: providers' SDKs never call them. */
export const problem = {
  refusal(refusal: Refusal, requestId: string): WireAnswer {
    const body = {
      type: 'about:blank',
      title: refusal.message,
      status: refusal.status,
      code: refusal.code,
      instance: requestId,
    }
    return {
      status: refusal.status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: Buffer.from(JSON.stringify(body)),
    }
  },
} as const
