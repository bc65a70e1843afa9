import { type Refusal, refuse, type Window } from '../spec/index.js'
import type { Meter, Reserved } from './plan.js'
import type { Counted } from './rules.js'
import { endOf, stampOf } from './stamp.js'

type Short = Reserved & { readonly kind: 'short' }

/** What a caller is told of one of its limits. */
export interface Standing {
  readonly meter: Meter
  /** Not below 0. */
  readonly left: number
  /** When more is there, milliseconds since the epoch. */
  readonly resetMs: number
}

/** Why an exchange is not made. A rate comes back by itself, and clients try again; what is spent does not, so they should not. */
export function refusalOf({ label, isOwn }: Counted, { meter, left, atMs }: Short, nowMs: number): Refusal {
  const { atMost, measure, window } = meter.amount
  const forLog = `budget ${label}: ${meter.id}: ${left} of ${atMost} left`
  if (atMs === Number.POSITIVE_INFINITY && window.kind !== 'total') {
    const message = `This request may need more ${THINGS[measure]} than its whole budget has: shorten the prompt, or ask for a shorter answer.`
    return refuse('budget_exceeded', `${forLog}: larger than the whole`, { message })
  }
  if (window.kind === 'rolling') {
    const seconds = secondsTo(atMs, nowMs)
    const message = `The limit of ${THINGS[measure]} in ${window.text} is reached: try again in ${seconds} s.`
    const standing = { meter, left: isOwn ? left : 0, resetMs: atMs }
    const headers = { 'retry-after': String(seconds), ...headersOf([standing], nowMs) }
    return refuse('rate_limited', forLog, { message, headers })
  }
  const until = window.kind === 'total' ? '' : ` until ${new Date(endOf(window, stampOf(window, nowMs))).toISOString()}`
  const message =
    left > 0
      ? `This request may need more than is left of its budget${until}, or than other requests under way leave of it.`
      : `The budget for this request is used up${until}.`
  return refuse('budget_exceeded', forLog, { message })
}

const THINGS = { requests: 'requests', tokens: 'tokens', money: 'money' } as const

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers-11, and those that SDKs of OpenAI read. Of two limits on one measure the
 * one is told of that has less left. `tokens` is no unit that the draft registers.
 */
export function headersOf(standings: readonly Standing[], nowMs: number): Readonly<Record<string, string>> {
  const told = new Map<string, Standing>()
  for (const one of standings) {
    const { measure, window } = one.meter.amount
    if (window.kind !== 'rolling' || measure === 'money') continue
    const held = told.get(measure)
    if (held === undefined || one.left < held.left) told.set(measure, one)
  }
  if (told.size === 0) return NO_HEADERS
  const headers: Record<string, string> = {}
  const policies: string[] = []
  const limits: string[] = []
  for (const [measure, { meter, left, resetMs }] of told) {
    const { atMost, window } = meter.amount
    const seconds = secondsTo(resetMs, nowMs)
    const unit = measure === 'requests' ? '' : `;qu="${measure}"`
    policies.push(`"${measure}";q=${atMost}${unit};w=${windowSeconds(window)}`)
    limits.push(`"${measure}";r=${left};t=${seconds}`)
    headers[`x-ratelimit-limit-${measure}`] = String(atMost)
    headers[`x-ratelimit-remaining-${measure}`] = String(left)
    headers[`x-ratelimit-reset-${measure}`] = `${seconds}s`
  }
  headers['ratelimit-policy'] = policies.join(', ')
  headers['ratelimit'] = limits.join(', ')
  return headers
}

export const NO_HEADERS: Readonly<Record<string, string>> = {}

function windowSeconds(window: Window): number {
  return window.kind === 'rolling' ? Math.ceil(window.ms / 1000) : 0
}

function secondsTo(atMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((atMs - nowMs) / 1000))
}
