import { isJsonObject, type Json, parseStrictJson } from '../json/strict.js'
import type { Entered } from '../pipeline/call.js'
import { type Door, type Pipeline, served } from '../pipeline/pipeline.js'
import {
  covers,
  GATEWAY,
  lackingScope,
  type Operation,
  type OperationInput,
  proceed,
  type Refusal,
  refuse,
  type Step,
} from '../spec/index.js'
import { problem } from './problem.js'

export const GLOBAL_REVOCATION_PATH = '/oauth/global-token-revocation'

/**
 * Ends every token of a subject, on the word of its identity provider or of whoever else the operator permits (draft-parecki-
 * oauth-global-token-revocation): an authenticated `POST {"sub_id": …}`, answered with 204 once it is persisted.
 */
export function globalRevocationDoor(pipeline: Pipeline, revoke: Operation): Door {
  return {
    shape: problem,
    async serve(entered) {
      const done = await revoked(pipeline, revoke, entered)
      if (done.kind === 'refuse') return pipeline.refuse(entered, problem, done)
      const { received } = entered.authenticated
      received.caller.head(204, ['x-request-id', received.id, 'ostiary-decision', 'permit'], undefined)
      received.caller.end()
      return served(204)
    },
  }
}

async function revoked(
  pipeline: Pipeline,
  revoke: Operation,
  entered: Entered,
): Promise<Refusal | Extract<Awaited<ReturnType<Operation['run']>>, { kind: 'proceed' }>> {
  const { principal, received } = entered.authenticated
  if (!covers(principal.scopes, revoke.scope)) return lackingScope(revoke.scope)
  const may = pipeline.ask(entered, 'administer', GATEWAY)
  if (may.kind === 'refuse') return may
  const body = await received.body()
  if (body.kind === 'refuse') return body
  const input = subjectOf(body.value)
  return input.kind === 'refuse' ? input : await revoke.run(input.value)
}

const BODY_LIMITS = { maxDepth: 4, maxBytes: 4096 }

/** RFC 9493 subject identifiers; those that name nobody by issuer and subject cannot be told here. */
function subjectOf(body: Buffer): Step<OperationInput> {
  const read = parseStrictJson(body, BODY_LIMITS)
  const subject: Json | undefined = read.kind === 'value' && isJsonObject(read.value) ? read.value['sub_id'] : undefined
  if (!isJsonObject(subject)) return invalid('`sub_id` is no object')
  switch (subject['format']) {
    case 'iss_sub':
      return typeof subject['iss'] === 'string'
        ? proceed({ sub: subject['sub'], issuer: subject['iss'] })
        : invalid('`iss` is no text')
    case 'opaque':
      return proceed({ sub: subject['id'] })
    default:
      return invalid('the format of `sub_id` is neither `iss_sub` nor `opaque`')
  }
}

function invalid(why: string): Step<never> {
  return refuse('invalid_request', 'global revocation: body', { message: `Nothing was revoked: ${why}.` })
}
