import { type Asked, type Audit, type AuditParts, type Bracket, createAudit } from './audit/audit.js'
import { type Authenticate, type AuthenticateParts, createAuthenticate } from './authenticate/authenticate.js'
import { decide, refusalOf } from './decide/decide.js'
import { scoped, unscoped } from './decide/scoped.js'
import { type Authenticated, type Learnt, type Model, type Recorded, type Sealed, seal } from './exchange.js'
import { createForward, type ForwardParts } from './forward/forward.js'
import { Grants } from './grants/grants.js'
import { type Parked, waiting } from './grants/parking.js'
import { endedBy } from './grants/permitted.js'
import { createInspect } from './inspect/inspect.js'
import { answered, LEFT, refused, THREW } from './release/answered.js'
import { createGuardFactory } from './release/guard.js'
import { Release, type ReleaseParts } from './release/release.js'
import {
  type Action,
  type Budgeting,
  type Clock,
  type Context,
  type Detector,
  type Dialect,
  type Endpoint,
  type Named,
  type Outcome,
  type PolicyEngine,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  type Resource,
  refuse,
  type Step,
  type SystemMessage,
  type TextPart,
  type Verdict,
} from './spec/index.js'
import { editParts, transform } from './transform/transform.js'

export { served } from './release/answered.js'

/** How a door words its refusals. */
export type Shape = Pick<Dialect, 'refusal'>

/** What a door does with a caller who is known. Every way out is an `Outcome`, and the bracket writes it. */
export interface Door {
  readonly shape: Shape
  /** What is done behind it: a token that lacks the action's scope altogether is not let in. */
  readonly action?: Action
  serve(entered: Entered): Promise<Outcome>
}

/** One exchange after authentication. */
export interface Entered {
  readonly authenticated: Authenticated
  readonly bracket: Bracket
}

/** What a door for models was asked for. */
export interface ModelCall {
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  readonly named: Named
  /** By the name that callers use; only those that are served here. */
  readonly models: ReadonlyMap<string, Model>
}

export interface PipelineLimits {
  readonly promptTokens: number
  readonly parts: number
  readonly answerBytes: number
}

export interface PipelineParts {
  readonly clock: Clock
  readonly authenticate: AuthenticateParts
  readonly audit: AuditParts
  readonly detectors: readonly Detector[]
  /** What an inspection that failed means: closed refuses. */
  readonly whenIll: 'closed' | 'open'
  readonly forward: ForwardParts
  readonly policy: PolicyEngine
  /** SHA-256 of the configuration in force, hexadecimal. */
  readonly configDigest: string
  readonly limits: PipelineLimits
  /** What policies may have said to models, by name. */
  readonly systemMessages: ReadonlyMap<string, SystemMessage>
  /** Where a request waits for an approval; gives its id. */
  readonly park: (parked: Parked) => Promise<string>
  readonly budgets: Budgeting
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
  /** A question without a body, for doors that forward nothing. */
  ask(entered: Entered, action: Action, resource: Resource): Step<Verdict>
  /**
   * Authenticates for a door that keeps its own count instead of an entry a request: reads of the log, the admin port.
   *
   * @param origin where that door is, as the caller names it; whoever asks has made sure that it is ours
   */
  identify(received: Received, origin: string): Promise<Step<Principal>>
  /** Decides for such a door. */
  decide(received: Received, principal: Principal, action: Action, resource: Resource): Step<Verdict>
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
  const inspectParts = createInspect(parts.detectors)
  const forward = createForward(parts.forward)
  const release: ReleaseParts = {
    guards: (acts, onFinding) => createGuardFactory({ detectors: parts.detectors, acts, onFinding }),
    inspect(answered) {
      const learnt = inspect(answered)
      return learnt.kind === 'refuse' ? learnt : proceed(learnt.value.found)
    },
    editParts,
    answerBytes: parts.limits.answerBytes,
    challenged: (refusal, received, principal) => who.challenged(refusal, received, principal),
  }

  function inspect(texts: readonly TextPart[]): Step<Learnt> {
    const inspected = inspectParts(texts)
    const { promptTokens } = inspected
    switch (inspected.kind) {
      case 'clean':
        return proceed({ found: inspected.parts, types: inspected.findings, counts: {}, promptTokens })
      case 'found':
        return proceed({
          found: inspected.parts,
          types: inspected.findings,
          counts: Object.fromEntries(inspected.counts),
          promptTokens,
        })
      case 'failed':
        // `open` is the operator's word, and each time it is made use of the entry says so.
        return parts.whenIll === 'open'
          ? proceed({ found: [], types: [], counts: { 'inspection.failed': 1 }, promptTokens })
          : refuse('inspection_failed', `${inspected.detector}: ${inspected.why}`, { headers: NO_RETRY })
    }
  }

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
      return stranger(received, door, refuse('audit_unavailable', nameOf(error), { headers: NO_RETRY }))
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
          refuse('inspection_failed', `threw ${nameOf(error)}`, { headers: NO_RETRY }),
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
    const sealed = judged(entered, call, body.value)
    if (sealed.kind === 'refuse') {
      const { principal } = authenticated
      const refusal = await waiting(parts.park, { principal, asked: bracket.asked, body: body.value }, sealed)
      return refused(received, dialect, refusal)
    }
    const held = parts.budgets.hold(authenticated.principal, sealed.value.promptTokens)
    if (held.kind === 'refuse') return refused(received, dialect, held)
    const recorded = await record(sealed.value, bracket)
    // A caller who left while we recorded: nothing is sent for nobody.
    if (recorded.kind === 'refuse' || received.caller.left) {
      held.value.release()
      return recorded.kind === 'refuse' ? refused(received, dialect, recorded) : LEFT
    }
    const outcome = await forwardAndRelease(recorded.value, bracket)
    held.value.settle(outcome.usage)
    return outcome
  }

  function decideAgain(): void {
    grants.decideAgain((permitted) => {
      const { principal, action, resource, context } = permitted
      const asking = scoped(principal, action, resource)
      if (asking.kind === 'refuse') return asking
      const at = { ...context, timeMs: parts.clock.now() }
      return endedBy(decide(parts.policy, asking.value, action, resource, at), permitted)
    })
  }

  function challenged(
    refusal: Refusal,
    { received, principal }: Pick<Authenticated, 'received' | 'principal'>,
  ): Refusal {
    return who.challenged(refusal, received, principal)
  }

  function permitted(verdict: Verdict, by: Pick<Authenticated, 'received' | 'principal'>): Step<Verdict> {
    const may = refusalOf(verdict)
    return may.kind === 'refuse' ? challenged(may, by) : may
  }

  /** Inspect, decide, transform: at one go, so that nothing of a body that was read outlives it. */
  function judged(
    { authenticated, bracket }: Entered,
    { dialect, endpoint, named, models }: ModelCall,
    body: Buffer,
  ): Step<Sealed> {
    const { received, principal } = authenticated
    const read = endpoint.lens.read(body, named)
    if (read.kind === 'refuse') return read
    const view = read.value
    if (view.parts.length > parts.limits.parts) return refuse('invalid_request', `${view.parts.length} parts`)
    const model = models.get(view.model)
    if (model === undefined) return refuse('model_not_found', 'not configured', { param: 'model' })
    const asked: Asked = { action: endpoint.action, resource: model.resource.id, verdict: undefined }
    bracket.asks(asked)

    const learnt = inspect(view.parts)
    if (learnt.kind === 'refuse') return learnt
    if (learnt.value.promptTokens > parts.limits.promptTokens) {
      return refuse('prompt_too_large', `about ${learnt.value.promptTokens} tokens`)
    }
    const inspected = seal.inspected({ authenticated, dialect, endpoint, model, body, view, learnt: learnt.value })

    const context: Context = {
      labels: [],
      findings: learnt.value.types,
      uninspectable: view.uninspectable.length > 0,
      promptTokens: learnt.value.promptTokens,
      maxTokens: view.maxTokens,
      stream: view.stream,
      hasSystemMessage: view.hasSystemMessage,
      purpose: undefined,
      sourceIp: received.sourceIp,
      timeMs: received.receivedAtMs,
      approvals: [],
    }
    const asking = scoped(principal, endpoint.action, model.resource)
    if (asking.kind === 'refuse') return challenged(asking, authenticated)
    const verdict = decide(parts.policy, asking.value, endpoint.action, model.resource, context)
    bracket.asks({ ...asked, verdict })
    const may = permitted(verdict, authenticated)
    if (may.kind === 'refuse') return may
    const decided = seal.decided(inspected, verdict)

    const transformed = transform(decided, parts.systemMessages)
    if (transformed.kind === 'refuse') return transformed
    return proceed(seal.sealed(decided, transformed.value))
  }

  async function record(sealed: Sealed, bracket: Bracket): Promise<Step<Recorded>> {
    let intent = bracket.intend(sealed, parts.configDigest, !sealed.hasEffects)
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
    try {
      await durable
    } catch (error) {
      intent = bracket.notDurable(error)
      if (intent.kind === 'refuse') return intent
    }
    return proceed(seal.recorded(sealed, intent.value.receipt, undefined))
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
      answering.attach(forward.send(recorded, answering))
    })
  }

  function ask(entered: Entered, action: Action, resource: Resource): Step<Verdict> {
    const { received, principal } = entered.authenticated
    const asking = scoped(principal, action, resource)
    if (asking.kind === 'refuse') return challenged(asking, entered.authenticated)
    const verdict = decide(parts.policy, asking.value, action, resource, contextOf(received))
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
    ask,
    identify,
    decide: (received, principal, action, resource) =>
      permitted(decide(parts.policy, principal, action, resource, contextOf(received)), { received, principal }),
    refuse: ({ authenticated }, shape, refusal) =>
      answered(authenticated.received, shape, challenged(refusal, authenticated), 'forbid'),
    stop: () => forward.stop(),
  }
}

const NO_RETRY = { 'x-should-retry': 'false' }

/** The context of a question without a body: what does not apply is empty or 0. */
function contextOf(received: Received): Context {
  return {
    labels: [],
    findings: [],
    uninspectable: false,
    promptTokens: 0,
    maxTokens: 0,
    stream: false,
    hasSystemMessage: false,
    purpose: undefined,
    sourceIp: received.sourceIp,
    timeMs: received.receivedAtMs,
    approvals: [],
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

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
