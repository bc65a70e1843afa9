import { canonical } from './canonical.js'

export type EventKind =
  | 'intent'
  | 'outcome'
  | 'refusals'
  | 'revocation'
  | 'token'
  | 'policy'
  | 'config'
  | 'approval'
  | 'erasure'
  | 'declassification'
  | 'recovery'

/** OCSF 1.8.0 classes (schema.ocsf.io): API Activity for calls, Entity Management for policy and configuration, else Base. */
const CLASSES = new Map<EventKind, { readonly class: number; readonly category: number; readonly activity: number }>([
  ['intent', { class: 6003, category: 6, activity: 99 }],
  ['outcome', { class: 6003, category: 6, activity: 99 }],
  ['refusals', { class: 3002, category: 3, activity: 99 }],
  ['token', { class: 3002, category: 3, activity: 99 }],
  ['revocation', { class: 3004, category: 3, activity: 3 }],
  ['policy', { class: 3004, category: 3, activity: 3 }],
  ['config', { class: 3004, category: 3, activity: 3 }],
])

/**
 * An entry that is not on the hot path, from plain values, in canonical form: put together from canonical pieces in canonical
 * order, which a test holds against `canonical` of the parsed entry.
 *
 * @param actor whom it is about, where it is about a principal: canonical JSON text
 */
export function eventOf(
  source: string,
  kind: EventKind,
  id: string,
  timeMs: number,
  unmapped: Readonly<Record<string, unknown>>,
  actor?: string,
): string {
  const { class: classUid, category, activity } = CLASSES.get(kind) ?? { class: 0, category: 0, activity: 99 }
  const about = actor === undefined ? '' : `"actor":${actor},`
  return (
    `{"data":{"activity_id":${activity},${about}"category_uid":${category},"class_uid":${classUid},"metadata":${METADATA},` +
    `"severity_id":1,"time":${timeMs},"type_uid":${classUid * 100 + activity},"unmapped":${canonical(unmapped)}},` +
    `"datacontenttype":"application/json","id":${canonical(id)},"source":${canonical(source)},"specversion":"1.0",` +
    `"time":"${new Date(timeMs).toISOString()}","type":"ai.ostiary.${kind}"}`
  )
}

const METADATA = canonical({ product: { name: 'Ostiary', vendor_name: 'Ostiary' }, version: '1.8.0' })

export interface CallEvent {
  readonly kind: 'intent' | 'outcome'
  readonly source: string
  /** Id of the exchange; that of the entry is made of it. */
  readonly exchange: string
  readonly timeMs: number
  readonly traceparent: string | undefined
  /** Canonical JSON text of the actor object. */
  readonly actor: string
  /** A word of a closed list. */
  readonly operation: string
  readonly sourceIp: string
  /** OCSF: 1 success, 2 failure, 0 not yet known. */
  readonly statusId: number
  /** Canonical JSON text of our own members. */
  readonly unmapped: string
}

const CLASS_TEXT = `"category_uid":6,"class_uid":6003,"metadata":${METADATA},"severity_id":1,"src_endpoint":{"uid":"`

/** Of the entry that an exchange leaves. */
export function entryId(exchange: string, kind: CallEvent['kind']): string {
  return kind === 'intent' ? `${exchange}i` : `${exchange}o`
}

/**
 * The entry of a call, on the hot path: put together from canonical pieces in canonical order, which a test holds against
 * `canonical` of the parsed entry.
 */
export function callEvent(event: CallEvent): string {
  const { kind, exchange, timeMs } = event
  const trace = event.traceparent === undefined ? '' : `,"traceparent":"${event.traceparent}"`
  return (
    `{"data":{"activity_id":99,"activity_name":"Invoke","actor":${event.actor},"api":{"operation":"${event.operation}",` +
    `"request":{"uid":"${exchange}"}},${CLASS_TEXT}${event.sourceIp}"},"status_id":${event.statusId},` +
    `"time":${timeMs},"type_uid":600399,"unmapped":${event.unmapped}},"datacontenttype":"application/json",` +
    `"id":"${entryId(exchange, kind)}","source":${event.source},"specversion":"1.0","time":"${isoTime(timeMs)}"${trace},` +
    `"type":"ai.ostiary.${kind}"}`
  )
}

let isoSecond = -1
let isoPrefix = ''

/** RFC 3339 in milliseconds; the part up to the second is made once a second. */
function isoTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1000)
  if (second !== isoSecond) {
    isoSecond = second
    isoPrefix = new Date(second * 1000).toISOString().slice(0, 20)
  }
  return `${isoPrefix}${String(timeMs - second * 1000).padStart(3, '0')}Z`
}
