import type { Door } from '../pipeline/pipeline.js'
import { served } from '../pipeline/pipeline.js'
import type { Principal } from '../spec/index.js'
import { problem } from './problem.js'

export const SESSIONS_PATH = '/v1/sessions'

/** Mints a session for whoever calls: labels then stay with it. */
export function sessionsDoor(mint: (principal: Principal) => string): Door {
  return {
    shape: problem,
    async serve({ authenticated: { principal, received } }) {
      const body = Buffer.from(JSON.stringify({ id: mint(principal) }))
      const own = ['x-request-id', received.id, 'ostiary-decision', 'permit', 'cache-control', 'no-store']
      received.caller.head(201, [...own, 'content-type', 'application/json'], body.length)
      received.caller.end(body)
      return served(201)
    },
  }
}
