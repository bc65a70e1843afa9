import { type Audit, type AuditParts, type Bracket, createAudit } from '../audit/audit.js'
import { type Authenticate, type AuthenticateParts, createAuthenticate } from '../authenticate/authenticate.js'
import { chargeOf } from '../budgets/charge.js'
import { costsOf } from '../budgets/demand.js'
import { decide, refusalOf } from '../decide/decide.js'
import { scoped, unscoped } from '../decide/scoped.js'
import { type LabelChange, type Recorded, type Sealed, seal } from '../exchange.js'
import { createForward, type ForwardParts } from '../forward/forward.js'
import { Grants } from '../grants/grants.js'
import { type Parked, waiting } from '../grants/parking.js'
import { endedBy, type Permitted } from '../grants/permitted.js'
import { createElsewhere } from '../inspect/elsewhere.js'
import { answered, LEFT, refused, THREW } from '../release/answered.js'
import { createGuardFactory } from '../release/guard.js'
import { NOBODY_ELSEWHERE } from '../release/held.js'
import { Release, type ReleaseParts } from '../release/release.js'
import {
  type Action,
  type ActsByType,
  type Clock,
  type Detector,
  type Dialect,
  errorName,
  type FindingType,
  familyOf,
  NO_RETRY,
  type Outcome,
  type Placed,
  type PlacedRemote,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  type Resource,
  refuse,
  type Step,
  type Verdict,
  withLabels,
} from '../spec/index.js'
import { ANSWERED_MAX } from '../spec/tokenizer.js'
import { editParts } from '../transform/transform.js'
import type { AskParts } from './ask.js'
import { type Authorizing, createAuthorizing } from './authorize.js'
import type { Entered, ModelCall } from './call.js'
import { contextOf } from './context.js'
import { type Asker, createJudge, type JudgeLimits, type JudgeParts, type JudgeShared } from './judge.js'
import { createLearn, type LearnParts } from './learn.js'
import type { LifeParts } from './life.js'
import type { ReadParts } from './reads/desk.js'
import { createReads, type Reads } from './reads/reads.js'
import { Desk, type TransferCall, type TransferParts } from './transfers/desk.js'
import { TransferRoom } from './transfers/transfers.js'
import { createWantedIn } from './wanted.js'

export { served } from '../release/answered.js'

/** How a door words its refusals. */
export type Shape = Pick<Dialect, 'refusal'>

/** What a door does with a caller who is known. Every way out is an `Outcome`, and the bracket writes it. */
export interface Door {
  readonly shape: Shape
  /** What is done behind it: a token that lacks the action's scope altogether is not let in. */
  readonly action?: Action
  serve(entered: Entered): Promise<Outcome>
}

/** Those of one exchange beside those of all: what they are asked for is not done without them. */
function placedWith(all: readonly Placed<Detector>[], more: readonly Detector[]): readonly Placed<Detector>[] {
  return more.length === 0 ? all : [...all, ...more.map((detector) => ({ detector, whenIll: 'closed' as const }))]
}

export interface PipelineLimits extends JudgeLimits {
  readonly answerBytes: number
}

export interface PipelineParts extends JudgeParts, LearnParts {
  readonly clock: Clock
  readonly authenticate: AuthenticateParts
  readonly audit: AuditParts
  readonly remoteDetectors: readonly PlacedRemote[]
  readonly forward: ForwardParts
  /** SHA-256 of the configuration in force, hexadecimal. */
  readonly configDigest: string
  readonly limits: PipelineLimits
  /** Files, and jobs that are made of them. */
  readonly transfers: TransferParts
  readonly embeddingOf: ReadParts['embeddingOf']
  /** Where a request waits for an approval; gives its id. */
  readonly park: (parked: Parked) => Promise<string>
}

export interface Pipeline {
  readonly audit: Audit
  /** What exchanges live on; goes on through a reload. */
  readonly grants: Grants
  /** Goes on through a reload that leaves the issuers as they are: no token need be verified again. */
  readonly who: Authenticate & AuthenticateParts
  /** Authenticates, opens the audit bracket, and lets the door serve. Never rejects. */
  enter(received: Received, door: Door): Promise<void>
  /** One model call, from its body to the end of its answer. */
  exchange(entered: Entered, call: ModelCall): Promise<Outcome>
  /** One call about files or jobs, from its body to the end of its answer. */
  transfer(entered: Entered, call: TransferCall): Promise<Outcome>
  /** Reads of datasets. */
  readonly reads: Reads
  /** A decision about what is done elsewhere. */
  readonly authorize: Authorizing
  /** A question without a body, for doors that forward nothing. */
  ask(entered: Entered, action: Action, resource: Resource): Step<Verdict>
  /**
   * Authenticates for a door that keeps its own count instead of an entry a request: reads of the log, the admin port.
   *
   * @param origin where that door is, as the caller names it; whoever asks has made sure that it is ours
   */
  identify(received: Received, origin: string): Promise<Step<Principal>>
  /**
   * Decides for such a door.
   *
   * @param labels that it is about; default: those of the principal
   */
  decide(
    received: Received,
    principal: Principal,
    action: Action,
    resource: Resource,
    labels?: readonly string[],
  ): Step<Verdict>
  /** Answers with a refusal and gives the outcome of it. */
  refuse(entered: Entered, shape: Shape, refusal: Refusal): Outcome
  /** Decides again what exchanges live on, by these policies and at this moment. */
  decideAgain(): void
  /** Ends this pipeline's timer, once nothing new comes to it. */
  stop(): void
}

/** @param before the pipeline that this one follows at a reload: the log and what is open in it go on */
export function createPipeline(parts: PipelineParts, before?: Pipeline): Pipeline {
  const audit = before?.audit ?? createAudit(parts.audit)
  const who =
    before !== undefined && isSame(before.who, parts.authenticate)
      ? before.who
      : { ...parts.authenticate, ...createAuthenticate(parts.authenticate) }
  const grants = before?.grants ?? new Grants({ clock: parts.clock, revocations: parts.authenticate.revocations })
  const learn = createLearn(parts)
  const elsewhere = createElsewhere(parts.remoteDetectors)
  const challenged: JudgeShared['challenged'] = (refusal, { received, principal }) =>
    who.challenged(refusal, received, principal)
  const permitted: JudgeShared['permitted'] = (verdict, by) => {
    const may = refusalOf(verdict)
    return may.kind === 'refuse' ? challenged(may, by) : may
  }
  const labelsOf = ({ principal, received }: Asker): readonly string[] => {
    const session = parts.ledger.sessionOf(principal, received.headers['ostiary-session'])
    return parts.ledger.labelsOf(principal, session.kind === 'proceed' ? session.value : undefined)
  }
  const wantedIn = createWantedIn(parts.policy, parts.gathering)
  const looksFor = (action: Action): readonly FindingType[] => {
    const wanted = wantedIn(action)
    const all = [...parts.detectors, ...parts.bodyDetectors, ...parts.remoteDetectors].flatMap(
      ({ detector }) => detector.types,
    )
    return all.filter((type) => wanted.has(type))
  }
  /** A stream that one of our own has to see whole is kept as if somebody elsewhere looked. */
  const judgesBodies = (acts: ActsByType): boolean =>
    parts.bodyDetectors.some(({ detector }) => detector.types.some((type) => acts.has(type)))
  const judge = createJudge(parts, { learn, elsewhere, challenged, permitted, wantedIn })
  const forward = createForward(parts.forward)
  const release: ReleaseParts = {
    guards: (acts, onFinding, onOpen, vault, watching) =>
      createGuardFactory({
        detectors: placedWith(parts.detectors, watching),
        acts,
        vault,
        onFinding,
        onIll(illness) {
          parts.onIll(illness)
          if (illness.whenIll === 'open') onOpen(illness.detector)
        },
      }),
    inspect: (texts, acts, found) => learn(texts, acts, found),
    elsewhere: (acts) => elsewhere?.(acts) ?? (judgesBodies(acts) ? NOBODY_ELSEWHERE : undefined),
    editParts: (texts, found, acts, vault) => editParts(texts, found, acts, vault, ANSWERED_MAX),
    askToRestore,
    askToRelease,
    ledger: parts.ledger,
    gathering: parts.gathering,
    answerBytes: parts.limits.answerBytes,
    challenged: (refusal, received, principal) => who.challenged(refusal, received, principal),
  }

  const ask: AskParts = {
    ...{ policy: parts.policy, challenged, permitted, labelsOf, looksFor },
    wantedIn,
  }
  const life: LifeParts = { grants, ledger: parts.ledger, gathering: parts.gathering, endedNow, askToRelease }
  const { budgets, configDigest } = parts
  const transfers = new TransferRoom({
    desk: new Desk({
      ...{ ...parts.transfers, ...life, configDigest, answerBytes: parts.limits.answerBytes },
      ...{ clock: parts.clock, forward, judging: release, elsewhere: release.elsewhere },
    }),
    ...{ ask, judge, learn, budgets, limits: parts.limits, gathering: parts.gathering },
    lookFor: (action) => elsewhere?.(wantedIn(action)),
  })
  const reads = createReads({
    ...{ ...life, ask, learn, elsewhere, budgets, configDigest, vault: parts.vault, park: parts.park },
    editTexts: release.editParts,
    embeddingOf: parts.embeddingOf,
  })

  async function enter(received: Received, door: Door): Promise<void> {
    const credential = who.credential(received)
    if (credential.kind === 'refuse') return stranger(received, door, credential)
    const found = who.authenticate(received, credential.value)
    const principal = found instanceof Promise ? await found : found
    if (principal.kind === 'refuse') return stranger(received, door, principal)
    const authenticated = seal.authenticated(received, principal.value)

    let bracket: Bracket
    try {
      const opened = audit.open(received, principal.value)
      bracket = opened instanceof Promise ? await opened : opened
    } catch (error) {
      // Without the subject's key nothing can be recorded, so nothing is done.
      return stranger(received, door, refuse('audit_unavailable', errorName(error), { headers: NO_RETRY }))
    }
    let outcome: Outcome = THREW
    try {
      const lacking = door.action === undefined ? undefined : unscoped(principal.value, door.action)
      outcome =
        lacking === undefined
          ? await door.serve({ authenticated, bracket })
          : refused(received, door.shape, who.challenged(lacking, received, principal.value))
    } catch (error) {
      outcome = {
        ...answered(
          received,
          door.shape,
          refuse('inspection_failed', `threw ${errorName(error)}`, { headers: NO_RETRY }),
          'forbid',
        ),
        how: 'threw',
      }
    } finally {
      bracket.close(outcome)
    }
  }

  function stranger(received: Received, door: Door, refusal: Refusal): void {
    audit.stranger(refusal.code, refusal.forLog)
    answered(received, door.shape, refusal, undefined)
  }

  /** The order of the stages, on one screen: receive, authenticate (above), inspect, decide, transform, record, forward, release. */
  async function exchange(entered: Entered, call: ModelCall): Promise<Outcome> {
    const { dialect } = call
    const { authenticated, bracket } = entered
    const { received } = authenticated
    const body = await received.body()
    if (body.kind === 'refuse') return received.caller.left ? LEFT : refused(received, dialect, body)
    const judging = judge({ entered, call, body: body.value })
    const sealed = judging instanceof Promise ? await judging : judging
    if (sealed === undefined) return LEFT
    if (sealed.kind === 'refuse') {
      const { principal } = authenticated
      const refusal = await waiting(parts.park, { principal, asked: bracket.asked, body: body.value }, sealed)
      return refused(received, dialect, refusal)
    }
    const { counted: allowed, labels, model, promptTokens } = sealed.value
    const held = allowed === undefined ? undefined : await allowed.allowance.hold(allowed.demand)
    if (held?.kind === 'refuse') return refused(received, dialect, held)
    const hold = held?.value
    if (hold !== undefined) for (const [name, value] of Object.entries(hold.headers)) received.caller.carry(name, value)
    const gathering = gathered(authenticated.principal, labels)
    const unwritten = gathering === undefined ? undefined : await gathering
    const recorded = unwritten ?? (await record(sealed.value, bracket))
    // A caller who left while we recorded: nothing is sent for nobody.
    if (recorded.kind === 'refuse' || received.caller.left) {
      hold?.release()
      return recorded.kind === 'refuse' ? refused(received, dialect, recorded) : LEFT
    }
    const outcome = await forwardAndRelease(recorded.value, bracket)
    if (hold === undefined && model.price === undefined) return outcome
    const charge = chargeOf(outcome, costsOf(call.endpoint), promptTokens, model.price)
    hold?.settle(charge)
    return { ...outcome, charge }
  }

  function decideAgain(): void {
    grants.decideAgain(endedNow)
  }

  /** Why what was permitted is so no more, by these policies, labels and this moment. */
  function endedNow(permitted: Permitted): Refusal | undefined {
    const { principal, action, resource, routedFrom, context, reading, session } = permitted
    const held = parts.ledger.labelsOf(principal, session)
    const risen = reading === undefined ? held : held.filter((label) => !reading.own.includes(label))
    const labels = withLabels(context.labels, risen)
    const at = { ...context, labels, timeMs: parts.clock.now() }
    for (const one of routedFrom === undefined ? [resource] : [routedFrom, resource]) {
      const asker = scoped(principal, action, one)
      const ended =
        asker.kind === 'refuse' ? asker : endedBy(decide(parts.policy, asker.value, action, one, at), permitted)
      if (ended !== undefined) return ended
    }
    const withheld = permitted.releasing?.decideAgain((more) => askToRelease(permitted, more))
    return withheld ?? permitted.restoring?.decideAgain((types) => askToRestore(permitted, types))
  }

  /** Whether what brings these labels may be released to a reader that has not read it. */
  function askToRelease(
    { principal, resource, context, session }: Pick<Permitted, 'principal' | 'resource' | 'context' | 'session'>,
    more: readonly string[],
  ): Verdict {
    const held = withLabels(context.labels, parts.ledger.labelsOf(principal, session))
    const at = { ...context, labels: withLabels(held, more), timeMs: parts.clock.now() }
    return decide(parts.policy, principal, 'release', resource, at)
  }

  /** Whether values of these types may be put back in an answer. */
  function askToRestore({ principal, resource, context, session }: Permitted, types: readonly FindingType[]): Verdict {
    const labels = withLabels(context.labels, parts.ledger.labelsOf(principal, session))
    const findings = [...new Set(types.flatMap((type) => [familyOf(type), type]))].sort()
    const at = { ...context, findings, labels, timeMs: parts.clock.now() }
    return decide(parts.policy, principal, 'detokenize', resource, at)
  }

  /** What the exchange brings is on the ledger, everywhere, before anything leaves. A refusal where it cannot be put there. */
  function gathered(principal: Principal, { brought, session }: LabelChange): Promise<Refusal | undefined> | undefined {
    return parts.ledger.gather(principal, session, brought)?.then(
      () => undefined,
      (error: unknown) => refuse('overloaded', `ledger: not written (${errorName(error)})`, { message: NOT_ON_LEDGER }),
    )
  }

  async function record(sealed: Sealed, bracket: Bracket): Promise<Step<Recorded>> {
    const intent = bracket.intend(sealed, parts.configDigest, !sealed.hasEffects)
    if (intent.kind === 'refuse') return intent
    const { durable, releaseWaits } = intent.value
    if (releaseWaits) {
      const { receipt } = intent.value
      const whenDurable = durable?.then(
        () => receipt,
        (error: unknown) => {
          const lost = bracket.notDurable(error)
          if (lost.kind === 'refuse') throw error
          return lost.value.receipt
        },
      )
      // Release may never come to ask: a rejection that nobody heard would end the process.
      whenDurable?.catch(ignore)
      return proceed(seal.recorded(sealed, undefined, whenDurable))
    }
    const held = await bracket.recorded(intent)
    return held.kind === 'refuse' ? held : proceed(seal.recorded(sealed, held.value.receipt, undefined))
  }

  function forwardAndRelease(recorded: Recorded, bracket: Bracket): Promise<Outcome> {
    return new Promise((resolve) => {
      const answering = new Release(release, recorded, bracket, resolve)
      const grant = grants.open(answering)
      if ('kind' in grant) {
        answering.ended(grant)
        return
      }
      answering.liveOn(grant)
      // Labels that rose while the exchange was recorded found no grant of it.
      const { after, session } = recorded.sealed.labels
      const labels = parts.ledger.labelsOf(answering.principal, session)
      const risen = withLabels(after, labels) === after ? undefined : endedNow(answering.permitted)
      // What an actor brings from others is known before anything is sent.
      const ended = risen ?? answering.permitted.releasing.withheld()
      if (ended !== undefined) {
        answering.ended(ended)
        return
      }
      answering.attach(forward.send(recorded, answering))
    })
  }

  function askBarely(entered: Entered, action: Action, resource: Resource): Step<Verdict> {
    const { received, principal } = entered.authenticated
    const asking = scoped(principal, action, resource)
    if (asking.kind === 'refuse') return challenged(asking, entered.authenticated)
    const session = parts.ledger.sessionOf(principal, received.headers['ostiary-session'])
    if (session.kind === 'refuse') return session
    const context = contextOf(received, parts.ledger.labelsOf(principal, session.value))
    const verdict = decide(parts.policy, asking.value, action, resource, context)
    entered.bracket.asks({ action, resource: resource.id, verdict })
    return permitted(verdict, entered.authenticated)
  }

  async function identify(received: Received, origin: string): Promise<Step<Principal>> {
    const credential = who.credential(received)
    const found = credential.kind === 'refuse' ? credential : await who.authenticate(received, credential.value, origin)
    if (found.kind === 'refuse') audit.stranger(found.code, found.forLog)
    return found
  }

  return {
    audit,
    grants,
    decideAgain,
    who,
    enter,
    exchange,
    transfer: (entered, call) => transfers.serve(entered, call),
    reads,
    authorize: createAuthorizing({ ...life, ask, learn, elsewhere }),
    ask: askBarely,
    identify,
    decide(received, principal, action, resource, labels = parts.ledger.labelsOf(principal, undefined)) {
      const context = contextOf(received, labels)
      return permitted(decide(parts.policy, principal, action, resource, context), { received, principal })
    },
    refuse: ({ authenticated }, shape, refusal) =>
      answered(authenticated.received, shape, challenged(refusal, authenticated), 'forbid'),
    stop: () => forward.stop(),
  }
}

const NOT_ON_LEDGER = 'What this request has in it cannot be recorded at the moment, so it was not made.'

function ignore(): void {}

function isSame(before: AuthenticateParts, now: AuthenticateParts): boolean {
  return (
    String(before.publicUrl) === String(now.publicUrl) &&
    isSameList(before.providers, now.providers) &&
    isSameList(before.opaque, now.opaque)
  )
}

function isSameList(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((one, index) => one === now[index])
}
