import {
  type Operation,
  type OperationInput,
  type Operations,
  type Principal,
  proceed,
  refuse,
  type Step,
} from '../spec/index.js'
import type { OpenLedger } from './ledger.js'
import { isLabel } from './row.js'

export interface LabelOperationsParts {
  readonly ledger: () => Promise<Pick<OpenLedger, 'of' | 'lower'>>
  /** Writes the entry; identifiers of people are keyed there. */
  readonly note: (what: Declassification, by: Principal | undefined) => Promise<void>
}

export interface Declassification {
  /** `<iss>#<sub>`. */
  readonly uid: string
  readonly labels: readonly string[]
  readonly reason: string
}

/** `POST /labels/show`: `{issuer, sub}`. `POST /labels/declassify`: `{issuer, sub, labels, reason}`. */
export function labelOperations(parts: LabelOperationsParts): Operations {
  const scope = 'admin:labels'
  const show: Operation = { scope, run: (input) => shown(parts, input) }
  const declassify: Operation = {
    scope,
    asks(input) {
      const asked = declassificationOf(input)
      return asked.kind === 'refuse' ? asked : proceed({ action: 'declassify', labels: asked.value.labels })
    },
    run: (input, by) => declassified(parts, input, by),
  }
  return new Map([
    ['POST /labels/show', show],
    ['POST /labels/declassify', declassify],
  ])
}

async function shown({ ledger }: LabelOperationsParts, input: OperationInput): ReturnType<Operation['run']> {
  const { issuer, sub, ...more } = input
  const uid = uidOf(issuer, sub)
  if (uid === undefined || Object.keys(more).length > 0) return invalid('name `issuer` and `sub`')
  return proceed({ labels: (await ledger()).of(uid) })
}

async function declassified(
  { ledger, note }: LabelOperationsParts,
  input: OperationInput,
  by: Principal | undefined,
): ReturnType<Operation['run']> {
  const asked = declassificationOf(input)
  if (asked.kind === 'refuse') return asked
  const { labels, uid } = asked.value
  const opened = await ledger()
  const had = opened.of(uid)
  const lowered = labels.filter((one) => had.includes(one))
  // First: a label that was lowered and nobody can say by whom is worse than an entry about one that is still there.
  await note(asked.value, by)
  try {
    await opened.lower(uid, labels)
  } catch (error) {
    return refuse('overloaded', `declassification not persisted: ${error instanceof Error ? error.name : 'threw'}`, {
      message: 'The labels could not be taken away: the store does not take it.',
      headers: { 'retry-after': '5' },
    })
  }
  return proceed({ declassified: lowered, labels: opened.of(uid) })
}

const ID_MAX = 512
const REASON_MAX = 512
const LABELS_MAX = 64
// C0, DEL and C1, as for names in tokens.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

function declassificationOf(input: OperationInput): Step<Declassification> {
  const { issuer, labels, reason, sub, ...more } = input
  if (Object.keys(more).length > 0) return invalid('there are `issuer`, `sub`, `labels` and `reason`')
  const uid = uidOf(issuer, sub)
  if (uid === undefined) return invalid('name `issuer` and `sub`')
  if (!isLabels(labels)) return invalid(`\`labels\` is a list of 1 to ${LABELS_MAX} labels`)
  if (!isText(reason, REASON_MAX) || reason.trim() === '') return invalid(`\`reason\` is 1 to ${REASON_MAX} characters`)
  return proceed({ uid, labels: [...new Set(labels)].sort(), reason: reason.trim() })
}

function uidOf(issuer: unknown, sub: unknown): string | undefined {
  return isText(issuer, ID_MAX) && isText(sub, ID_MAX) ? `${issuer}#${sub}` : undefined
}

function isText(value: unknown, atMost: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= atMost && !CONTROL.test(value)
}

function isLabels(value: unknown): value is readonly string[] {
  const isList = Array.isArray(value) && value.length > 0 && value.length <= LABELS_MAX
  return isList && value.every((one) => typeof one === 'string' && isLabel(one))
}

function invalid(message: string): Step<never> {
  return refuse('invalid_request', 'labels: input', { message: `Nothing was changed: ${message}.` })
}
