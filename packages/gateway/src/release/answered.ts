import { type Dialect, headerLines, type Outcome, type Received, type Refusal } from '../spec/index.js'

const NOTHING_HAPPENED = {
  refusal: undefined,
  status: 0,
  upstreamStatus: 0,
  usage: undefined,
  answerTokens: 0,
  findings: {},
  carriedOut: {},
  restored: undefined,
  droppedEvents: 0,
  stream: false,
} as const

export const THREW: Outcome = { ...NOTHING_HAPPENED, how: 'threw' }
export const LEFT: Outcome = { ...NOTHING_HAPPENED, how: 'left' }

/** An outcome of an exchange that a door answered itself. */
export function served(status: number): Outcome {
  return { ...NOTHING_HAPPENED, how: 'done', status }
}

/** Answers with a refusal of somebody known, and gives the outcome of it. */
export function refused(received: Received, shape: Pick<Dialect, 'refusal'>, refusal: Refusal): Outcome {
  const challenges = refusal.code === 'approval_required' || refusal.code === 'insufficient_user_authentication'
  return answered(received, shape, refusal, challenges ? 'challenge' : 'forbid')
}

/** @param decision undefined: of a stranger, about whom nothing was decided */
export function answered(
  received: Received,
  shape: Pick<Dialect, 'refusal'>,
  refusal: Refusal,
  decision: string | undefined,
): Outcome {
  const wire = shape.refusal(refusal, received.id)
  const own = {
    'x-request-id': received.id,
    ...(decision === undefined ? {} : { 'ostiary-decision': decision }),
  }
  received.caller.head(wire.status, headerLines(wire.headers, refusal.headers ?? {}, own), wire.body.length)
  received.caller.end(wire.body)
  return { ...NOTHING_HAPPENED, how: 'refused', refusal, status: wire.status }
}
