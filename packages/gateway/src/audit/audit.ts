import { createHash, type Hash, hash } from 'node:crypto'
import type { Model, RoutedFrom, Sealed, SealedRead, SealedTransfer } from '../exchange.js'
import {
  type Action,
  type Appended,
  type AuditLog,
  type Charge,
  type Clock,
  errorName,
  NO_RETRY,
  type Outcome,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  type Released,
  type Restored,
  refuse,
  type Step,
  type Verdict,
} from '../spec/index.js'
import { canonical } from './canonical.js'
import { decidedText } from './decided.js'
import { callEvent, type EventKind, entryId, eventOf } from './event.js'
import type { AuditKeys, Pseudonyms } from './keys.js'
import { labelsText } from './labels.js'
import { readText } from './read.js'
import { Strangers } from './strangers.js'
import { transferText } from './transfer.js'

export interface AuditParts {
  readonly log: AuditLog
  readonly keys: AuditKeys
  readonly clock: Clock
  readonly newId: () => string
  /** `open`: an exchange goes on without its entry. The operator wrote it, and the log says so while it can. */
  readonly failure: 'closed' | 'open'
  readonly order: 'before-forward' | 'before-release'
  /** An entry that the log did not take, or could not make durable. */
  readonly onLost: (kind: EventKind, why: string) => void
  /** Once a second at most: why strangers were refused, and how often each. */
  readonly onStrangers: (why: Readonly<Record<string, number>>) => void
  /** Every outcome and every stranger, for the metrics; reasons come from closed lists. */
  readonly onCounted: (what: 'exchanges' | 'strangers', reason: string) => void
}

/** What is known of a refused exchange that never became a sealed one. */
export interface Asked {
  readonly action: Action
  readonly resource: string
  readonly verdict: Verdict | undefined
  /** Where policy routed the exchange to `resource`. */
  readonly routedFrom?: RoutedFrom | undefined
}

export interface Intent {
  readonly receipt: string | undefined
  /** Awaited before forward; or, `before-release`, handed on. */
  readonly durable: Promise<void> | undefined
  readonly releaseWaits: boolean
}

export interface Audit {
  readonly origin: string
  /** Opens the bracket of one exchange. Rejects where the subject's key cannot be had: then nothing can be recorded. */
  open(received: Received, principal: Principal): Bracket | Promise<Bracket>
  /** Counts what failed before authentication. */
  stranger(code: string, why: string): void
  /** An entry about the gateway itself. */
  note(kind: EventKind, what: Readonly<Record<string, unknown>>): Promise<void>
  /**
   * An entry about a principal outside an exchange, durable once this is fulfilled.
   *
   * @param others who else had a part in it: they stand there by their pseudonyms
   * @returns a refusal where it cannot be written and nothing may be done without
   */
  tell(
    kind: EventKind,
    principal: Principal,
    what: Readonly<Record<string, unknown>>,
    others: Readonly<Record<string, Principal | undefined>>,
  ): Promise<Step<undefined>>
  /** Index of the oldest intent whose outcome is not written, or undefined. */
  oldestOpen(): number | undefined
  stop(): void
}

export function createAudit(parts: AuditParts): Audit {
  const source = JSON.stringify(`https://${parts.log.origin}`)
  const open = new OpenIntents((error) => parts.onLost('outcome', errorName(error)))
  const note = async (kind: EventKind, what: Readonly<Record<string, unknown>>): Promise<void> => {
    const now = parts.clock.now()
    await parts.log.append(eventOf(`https://${parts.log.origin}`, kind, parts.newId(), now, what)).durable
  }
  const strangers = new Strangers(
    () => parts.clock.now(),
    ({ counts, why, sinceMs, untilMs }) => {
      parts.onStrangers(why)
      note('refusals', { counts, since: sinceMs, until: untilMs, why }).catch((error: unknown) =>
        parts.onLost('refusals', errorName(error)),
      )
    },
  )
  const begin = (received: Received, principal: Principal, names: Pseudonyms): Bracket =>
    new Bracket({ parts, source, open, received, principal, names })
  return {
    origin: parts.log.origin,
    open(received, principal) {
      const names = parts.keys.of(principal, received.receivedAtMs)
      return names instanceof Promise
        ? names.then((it) => begin(received, principal, it))
        : begin(received, principal, names)
    },
    stranger(code, why) {
      strangers.count(code, why)
      parts.onCounted('strangers', code)
    },
    note,
    async tell(kind, principal, what, others) {
      const now = parts.clock.now()
      try {
        const { text } = await parts.keys.of(principal, now)
        const named: [string, unknown][] = []
        for (const [name, other] of Object.entries(others)) {
          if (other === undefined) continue
          const { actor: uid, tokenId, tokenDigest } = await parts.keys.of(other, now)
          named.push([name, { uid, token: tokenId, token_digest: tokenDigest }])
        }
        const unmapped = { ...what, ...Object.fromEntries(named) }
        await parts.log.append(eventOf(`https://${parts.log.origin}`, kind, parts.newId(), now, unmapped, text)).durable
        return proceed(undefined)
      } catch (error) {
        parts.onLost(kind, errorName(error))
        return parts.failure === 'open' ? proceed(undefined) : unwritten(error)
      }
    },
    oldestOpen: () => open.oldest(),
    stop: () => strangers.flush(),
  }
}

/** Intents whose outcome is not durable yet. Holds numbers alone: an exchange that is over must not live on in a callback. */
class OpenIntents {
  readonly #open = new Set<number>()
  readonly #onLost: (error: unknown) => void
  /** All entries of one flush share one promise, so one callback serves them all. */
  #flush: Promise<void> | undefined
  #closing: number[] = []

  constructor(onLost: (error: unknown) => void) {
    this.#onLost = onLost
  }

  add(index: number): void {
    this.#open.add(index)
  }

  delete(index: number): void {
    this.#open.delete(index)
  }

  closes(index: number | undefined, durable: Promise<void>): void {
    if (durable !== this.#flush) {
      const closing: number[] = []
      this.#flush = durable
      this.#closing = closing
      durable.then(() => {
        for (const one of closing) this.#open.delete(one)
      }, this.#onLost)
    }
    if (index !== undefined) this.#closing.push(index)
  }

  oldest(): number | undefined {
    let oldest: number | undefined
    for (const one of this.#open) if (oldest === undefined || one < oldest) oldest = one
    return oldest
  }
}

interface BracketParts {
  readonly parts: AuditParts
  readonly source: string
  readonly open: OpenIntents
  readonly received: Received
  readonly principal: Principal
  readonly names: Pseudonyms
}

/** The bracket around one exchange: an intent before anything leaves, and one outcome on every path. */
export class Bracket {
  readonly #of: BracketParts
  readonly #id: string
  #received: Digest | undefined
  #sent: Digest | undefined
  #sentWhole: string | undefined
  #intent: Appended | undefined
  #operation: string | undefined
  #asked: Asked | undefined
  #forwardedMs = 0
  #firstByteMs = 0
  #closed = false

  constructor(of: BracketParts) {
    this.#of = of
    this.#id = of.received.id
  }

  get asked(): Asked | undefined {
    return this.#asked
  }

  /** What was asked, as far as it is known: for exchanges that are refused before they are sealed. */
  asks(asked: Asked): void {
    this.#asked = asked
  }

  /** Appends the intent entry. Its index is final once `durable` is fulfilled. */
  intend(sealed: Sealed, configDigest: string, releaseMayWait: boolean): Step<Intent> {
    this.#operation = sealed.endpoint.action
    const now = this.#of.parts.clock.now()
    return this.#append(now, this.#intentText(sealed, configDigest, now), releaseMayWait)
  }

  /** The same for a transfer. */
  intendTransfer(sealed: SealedTransfer, configDigest: string): Step<Intent> {
    const { act, kept } = sealed.route
    const { parts, names } = this.#of
    this.#operation = `${kept}.${act}`
    const now = parts.clock.now()
    const key = parts.keys.entryKey(entryId(this.#id, 'intent'), now)
    const text = transferText(sealed, {
      ...{ configDigest, names, order: parts.order },
      commitment: (digest) => commitment(key, digest),
    })
    return this.#append(now, text, false)
  }

  /** The same for a read of a dataset. */
  intendRead(sealed: SealedRead, configDigest: string): Step<Intent> {
    const { parts, names } = this.#of
    this.#operation = sealed.facts.action
    const now = parts.clock.now()
    const key = parts.keys.entryKey(entryId(this.#id, 'intent'), now)
    const text = readText(sealed, {
      ...{ configDigest, names, order: parts.order },
      commitment: (digest) => commitment(key, digest),
    })
    return this.#append(now, text, false)
  }

  #append(now: number, text: string, releaseMayWait: boolean): Step<Intent> {
    const { parts, received } = this.#of
    const entry = this.#entry('intent', now, 0, text)
    let appended: Appended
    try {
      appended = parts.log.append(entry)
    } catch (error) {
      return this.#lost(error)
    }
    this.#intent = appended
    this.#of.open.add(appended.index)
    this.#forwardedMs = now
    const receipt = `${parts.log.origin}/${appended.index}`
    const { durable } = appended
    if (received.caller.left) durable.catch(ignore)
    return {
      kind: 'proceed',
      value: { receipt, durable, releaseWaits: releaseMayWait && parts.order === 'before-release' },
    }
  }

  /** Waits until an intent is durable, and gives what holds then. */
  async recorded(intent: Step<Intent>): Promise<Step<Intent>> {
    if (intent.kind === 'refuse') return intent
    try {
      await intent.value.durable
      return intent
    } catch (error) {
      return this.notDurable(error)
    }
  }

  /** The intent did not become durable: closed refuses, open goes on without a receipt. */
  notDurable(error: unknown): Step<Intent> {
    if (this.#intent !== undefined) this.#of.open.delete(this.#intent.index)
    this.#intent = undefined
    return this.#lost(error)
  }

  responseReceived(bytes: Buffer): void {
    if (this.#firstByteMs === 0) this.#firstByteMs = this.#of.parts.clock.now()
    this.#received ??= new Digest()
    this.#received.update(bytes)
  }

  responseSent(bytes: Buffer): void {
    this.#sent ??= new Digest()
    this.#sent.update(bytes)
  }

  /** Of an answer that is whole: the only piece, and its memory may be another's from now on. */
  responseSentWhole(bytes: Buffer): void {
    this.#sentWhole = hash('sha256', bytes, 'hex')
  }

  /** Writes the outcome entry, once, whatever happened. Never throws. */
  close(outcome: Outcome): void {
    if (this.#closed) return
    this.#closed = true
    const { parts } = this.#of
    parts.onCounted('exchanges', outcome.refusal?.code ?? outcome.how)
    try {
      const now = parts.clock.now()
      const ok = outcome.how === 'done' && outcome.status < 400
      const entry = this.#entry('outcome', now, ok ? 1 : 2, this.#outcomeText(outcome, now))
      // Nobody waits for an outcome: it goes with the next exchange's intent.
      this.#of.open.closes(this.#intent?.index, parts.log.append(entry, false).durable)
    } catch (error) {
      parts.onLost('outcome', errorName(error))
    }
    this.#asked = undefined
  }

  #lost(error: unknown): Step<Intent> {
    const { parts } = this.#of
    parts.onLost('intent', errorName(error))
    if (parts.failure === 'closed') return unwritten(error)
    return { kind: 'proceed', value: { receipt: undefined, durable: undefined, releaseWaits: false } }
  }

  #entry(kind: 'intent' | 'outcome', timeMs: number, statusId: number, unmapped: string): string {
    const { received, names, source } = this.#of
    const operation = this.#operation ?? this.#asked?.action ?? 'unknown'
    return callEvent({
      kind,
      source,
      exchange: this.#id,
      timeMs,
      traceparent: received.traceparent,
      actor: names.text,
      operation,
      sourceIp: names.sourceIp(received.sourceIp),
      statusId,
      unmapped,
    })
  }

  #intentText(sealed: Sealed, configDigest: string, now: number): string {
    const { parts } = this.#of
    const { verdict } = sealed
    const key = parts.keys.entryKey(entryId(this.#id, 'intent'), now)
    const received = commitment(key, hash('sha256', sealed.received, 'hex'))
    const sent = sealed.body === sealed.received ? received : commitment(key, hash('sha256', sealed.body, 'hex'))
    return (
      `{"bodies":{"received":"${received}","sent":"${sent}"},"carried_out":${counts(sealed.carriedOut)},` +
      `"config_digest":"${configDigest}",${decidedText(verdict, this.#of.names)},"findings":${counts(sealed.findings)},` +
      `${labelsText(sealed.labels)},"order":"${parts.order}","prompt_tokens":${sealed.promptTokens},${modelText(sealed.model)}` +
      `${this.#routedText(sealed.routedFrom)}${systemText(sealed)}}`
    )
  }

  #routedText(from: RoutedFrom | undefined): string {
    if (from === undefined) return ''
    const { model, verdict } = from
    return `,"routed_from":{${decidedText(verdict, this.#of.names)},${modelText(model)}}`
  }

  #outcomeText(outcome: Outcome, now: number): string {
    const { received, names } = this.#of
    const intent = this.#intent === undefined ? '' : `"intent":${this.#intent.index},`
    // An exchange that has no intent entry says here what was asked and why not.
    const asked = this.#intent === undefined && this.#asked !== undefined ? this.#asked : undefined
    const decided = asked?.verdict === undefined ? '' : `${decidedText(asked.verdict, names)},`
    const resource =
      asked === undefined ? '' : `"resource":${JSON.stringify(asked.resource)}${this.#routedText(asked.routedFrom)},`
    const reason =
      outcome.refusal === undefined
        ? ''
        : `"reason":"${outcome.refusal.code}","reason_detail":${JSON.stringify(outcome.refusal.forLog)},`
    const bodies = `"bodies":${this.#bodiesText(now)},`
    const restored = outcome.restored === undefined ? '' : `"detokenize":${restoredText(outcome.restored, names)},`
    const brought = outcome.brought === undefined ? '' : `"labels_brought":${canonical(outcome.brought)},`
    const rows = outcome.rows === undefined ? '' : `"rows":${outcome.rows},`
    const usage = outcome.usage
    const checked = outcome.isCheck === true ? '"checked":true,' : ''
    const latency =
      `{"before_forward":${(this.#forwardedMs || now) - received.receivedAtMs},` +
      `"first_byte":${this.#firstByteMs === 0 ? 0 : this.#firstByteMs - this.#forwardedMs},"total":${now - received.receivedAtMs}}`
    return (
      `{${bodies}"carried_out":${counts(outcome.carriedOut)},${chargeText(outcome.charge)}${checked}${decided}${restored}` +
      `"dropped_events":${outcome.droppedEvents},` +
      `"findings":${counts(outcome.findings)},${intent}${brought}"latency_ms":${latency},"outcome":"${outcome.how}",${reason}` +
      `${releasedText(outcome.released, names)}${resource}${rows}` +
      `"status":${outcome.status},"stream":${outcome.stream},` +
      `"tokens":${usage === undefined ? 'null' : `{"input":${usage.inputTokens},"output":${usage.outputTokens}}`},` +
      `"upstream_status":${outcome.upstreamStatus}}`
    )
  }

  #bodiesText(now: number): string {
    const received = this.#received
    const sent = this.#sent
    const whole = this.#sentWhole
    if (received === undefined && sent === undefined && whole === undefined) return '{}'
    const key = this.#of.parts.keys.entryKey(entryId(this.#id, 'outcome'), now)
    const first = received === undefined ? '' : commitment(key, received.hex())
    if (received !== undefined && sent?.sameAs(received) === true) return `{"received":"${first}","sent":"${first}"}`
    const digest = whole ?? sent?.hex()
    const second = digest === undefined ? '' : commitment(key, digest)
    if (received === undefined) return `{"sent":"${second}"}`
    return digest === undefined ? `{"received":"${first}"}` : `{"received":"${first}","sent":"${second}"}`
  }
}

/** A commitment to content: SHA-256 of the entry's key and the content's SHA-256, both hexadecimal. */
function commitment(entryKey: string, contentHash: string): string {
  return hash('sha256', entryKey + contentHash, 'hex')
}

/** SHA-256 over bytes as they pass. One piece, the usual case of a whole answer, needs no running hash. */
class Digest {
  #only: Buffer | undefined
  #running: Hash | undefined

  update(bytes: Buffer): void {
    if (this.#running !== undefined) this.#running.update(bytes)
    else if (this.#only === undefined) this.#only = bytes
    else {
      this.#running = createHash('sha256').update(this.#only).update(bytes)
      this.#only = undefined
    }
  }

  /** True where both saw one and the same piece: what was not edited is hashed once. */
  sameAs(other: Digest): boolean {
    return this.#only !== undefined && this.#only === other.#only
  }

  hex(): string {
    return this.#running === undefined ? hash('sha256', this.#only ?? '', 'hex') : this.#running.digest('hex')
  }
}

const modelTexts = new WeakMap<Model, string>()

function modelText(model: Model): string {
  const held = modelTexts.get(model)
  if (held !== undefined) return held
  const text = `"provider":${JSON.stringify(model.provider)},"resource":${JSON.stringify(model.resource.id)}`
  modelTexts.set(model, text)
  return text
}

/** What the operator said to the model, by its digest; nothing where it said nothing. */
function systemText({ systemMessage }: Sealed): string {
  if (systemMessage === undefined) return ''
  const { digest, name, version } = systemMessage
  return `,"system_message":{"digest":"${digest}","name":${JSON.stringify(name)},"version":${JSON.stringify(version ?? null)}}`
}

/** What is counted, where it is: an exchange that no budget and no price is for leaves its tokens alone. */
function chargeText(charge: Charge | undefined): string {
  if (charge === undefined) return ''
  const { inputTokens, isEstimate, micro, outputTokens } = charge
  const money = micro === undefined ? '' : `"micro":${micro},`
  return `"charged":{"estimate":${isEstimate},"input":${inputTokens},${money}"output":${outputTokens}},`
}

const NO_COUNTS = '{}'

function counts(of: Readonly<Record<string, number>>): string {
  for (const _ in of) return canonical(of)
  return NO_COUNTS
}

function restoredText({ verdict, restored, withheld }: Restored, names: Pseudonyms): string {
  return `{${decidedText(verdict, names)},"restored":${counts(restored)},"withheld":${counts(withheld)}}`
}

/** What the reader had not read, and whether it may have it. */
function releasedText(released: Released | undefined, names: Pseudonyms): string {
  if (released === undefined) return ''
  const { labels, verdict } = released
  return `"release":{${decidedText(verdict, names)},"labels":${JSON.stringify(labels)}},`
}

function unwritten(error: unknown): Refusal {
  return refuse('audit_unavailable', errorName(error), { headers: NO_RETRY })
}

function ignore(): void {}
