import { type Audit, type AuditParts, type Bracket, createAudit } from './audit/audit.js'
import { type Authenticate, type AuthenticateParts, createAuthenticate } from './authenticate/authenticate.js'
import { chargeOf } from './budgets/charge.js'
import { costsOf, demandOf } from './budgets/demand.js'
import { overLimit, type Sized, type Uncounted } from './budgets/sizes.js'
import { decide, refusalOf } from './decide/decide.js'
import { routed, routeOf } from './decide/route.js'
import { scoped, unscoped } from './decide/scoped.js'
import {
  type Authenticated,
  type Counted,
  type Decided,
  type Inspected,
  type Learnt,
  type Model,
  type Recorded,
  type RoutedFrom,
  type Sealed,
  seal,
} from './exchange.js'
import { createForward, type ForwardParts } from './forward/forward.js'
import { Grants } from './grants/grants.js'
import { type Parked, waiting } from './grants/parking.js'
import { endedBy, type Permitted } from './grants/permitted.js'
import { createElsewhere } from './inspect/elsewhere.js'
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
  type Elsewhere,
  type Endpoint,
  type FindingType,
  familyOf,
  type Illness,
  type LookElsewhere,
  type Named,
  type Outcome,
  type Placed,
  type PlacedRemote,
  type PolicyEngine,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  type RequestView,
  type Resource,
  refuse,
  type Sizes,
  type Step,
  type SystemMessage,
  type TextPart,
  type Vault,
  type VaultSession,
  type Verdict,
} from './spec/index.js'
import { ANSWERED_MAX } from './spec/tokenizer.js'
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
  readonly parts: number
  readonly answerBytes: number
  readonly sizes: Sizes
  /** Set aside for an answer that nobody bounds, in tokens. */
  readonly answerTokens: number
}

/**
 * Counts the tokens of texts exactly, up to what it is enough to know.
 *
 * @returns undefined where it took too long
 */
export type CountTokens = (texts: readonly string[], atMost: number) => Promise<number | undefined>

export interface PipelineParts {
  readonly clock: Clock
  readonly authenticate: AuthenticateParts
  readonly audit: AuditParts
  readonly detectors: readonly Placed<Detector>[]
  readonly remoteDetectors: readonly PlacedRemote[]
  /** Called each time that a detector failed. */
  readonly onIll: (illness: Illness) => void
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
  readonly vault: Vault
  /** Undefined: what cannot be told by length and words is told by the estimate. */
  readonly countTokens: CountTokens | undefined
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

/** A model call with its body, before it is judged. */
interface Asking {
  readonly entered: Entered
  readonly call: ModelCall
  readonly body: Buffer
  /** Tokens of the prompt; undefined: not counted. */
  readonly tokens?: number
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
  const elsewhere = createElsewhere(parts.remoteDetectors)
  const looks = new Map<Action, LookElsewhere | undefined>()
  const forward = createForward(parts.forward)
  const release: ReleaseParts = {
    guards: (acts, onFinding, onOpen, vault) =>
      createGuardFactory({
        detectors: parts.detectors,
        acts,
        vault,
        onFinding,
        onIll(illness) {
          parts.onIll(illness)
          if (illness.whenIll === 'open') onOpen(illness.detector)
        },
      }),
    inspect(answered, found) {
      const learnt = inspect(answered, found)
      return learnt.kind === 'refuse' ? learnt : proceed(learnt.value)
    },
    elsewhere,
    editParts: (texts, found, acts, vault) => editParts(texts, found, acts, vault, ANSWERED_MAX),
    askToRestore,
    answerBytes: parts.limits.answerBytes,
    challenged: (refusal, received, principal) => who.challenged(refusal, received, principal),
  }

  function inspect(texts: readonly TextPart[], elsewhere: Elsewhere | undefined): Step<Learnt> {
    const inspected = inspectParts(texts, elsewhere)
    const { parts: found, findings: types, promptTokens } = inspected
    switch (inspected.kind) {
      case 'clean':
        return proceed({ found, types, counts: {}, opened: NOBODY, promptTokens })
      case 'found':
        return proceed({ found, types, counts: Object.fromEntries(inspected.counts), opened: NOBODY, promptTokens })
      case 'failed': {
        for (const one of inspected.failed) parts.onIll(one)
        const ill = inspected.failed.find(({ whenIll }) => whenIll === 'closed')
        if (ill !== undefined) {
          return refuse('inspection_failed', `${ill.detector}: ${ill.why}`, { headers: NO_RETRY })
        }
        // `open` is the operator's word, and each time it is made use of the entry says so.
        const opened = inspected.failed.map(({ detector }) => detector)
        const counts = { ...Object.fromEntries(inspected.counts), ...countsOf(opened) }
        return proceed({ found, types, counts, opened, promptTokens })
      }
    }
  }

  /** Who looks elsewhere at what is asked by this action; undefined where no policy could use what they find. */
  function lookFor(action: Action): LookElsewhere | undefined {
    if (elsewhere === undefined) return undefined
    if (!looks.has(action)) looks.set(action, elsewhere(parts.policy.usesFindings(action)))
    return looks.get(action)
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
    const asking: Asking = { entered, call, body: body.value }
    const look = lookFor(call.endpoint.action)
    const looked = look === undefined ? NOT_LOOKED : await lookedElsewhere(asking, look)
    if (look !== undefined && received.caller.left) return LEFT
    const found = looked.kind === 'refuse' ? undefined : looked.value
    let asked = asking
    let first = looked.kind === 'refuse' ? looked : judged(asked, found, true)
    if (first.kind === 'count') {
      const tokens = await counted(first.texts)
      asked = tokens.kind === 'refuse' ? asked : { ...asking, tokens: tokens.value }
      first = tokens.kind === 'refuse' ? tokens : judged(asked, found, true)
    }
    const sealed = isSettled(first) ? first : await kept(first, (mayRead) => judged(asked, found, mayRead))
    if (sealed.kind === 'refuse') {
      const { principal } = authenticated
      const refusal = await waiting(parts.park, { principal, asked: bracket.asked, body: body.value }, sealed)
      return refused(received, dialect, refusal)
    }
    const { counted: allowed, model, promptTokens } = sealed.value
    const held = allowed === undefined ? undefined : await allowed.allowance.hold(allowed.demand)
    if (held?.kind === 'refuse') return refused(received, dialect, held)
    const hold = held?.value
    if (hold !== undefined) for (const [name, value] of Object.entries(hold.headers)) received.caller.carry(name, value)
    const recorded = await record(sealed.value, bracket)
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

  async function counted(texts: readonly string[]): Promise<Step<number>> {
    const atMost = parts.limits.sizes.get('prompt-tokens') ?? Number.POSITIVE_INFINITY
    const tokens = await parts.countTokens?.(texts, atMost)
    return tokens === undefined ? refuse('prompt_too_large', 'not counted in time') : proceed(tokens)
  }

  function decideAgain(): void {
    grants.decideAgain((permitted) => {
      const { principal, action, resource, routedFrom, context } = permitted
      const at = { ...context, timeMs: parts.clock.now() }
      for (const one of routedFrom === undefined ? [resource] : [routedFrom, resource]) {
        const asker = scoped(principal, action, one)
        const ended =
          asker.kind === 'refuse' ? asker : endedBy(decide(parts.policy, asker.value, action, one, at), permitted)
        if (ended !== undefined) return ended
      }
      return permitted.restoring?.decideAgain((types) => askToRestore(permitted, types))
    })
  }

  /** Whether values of these types may be put back in an answer. */
  function askToRestore({ principal, resource, context }: Permitted, types: readonly FindingType[]): Verdict {
    const findings = [...new Set(types.flatMap((type) => [familyOf(type), type]))].sort()
    const at = { ...context, findings, timeMs: parts.clock.now() }
    return decide(parts.policy, principal, 'detokenize', resource, at)
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

  /**
   * What detectors elsewhere say of a body, or why it is refused whatever they say: then they are shown nothing. While they look
   * nothing is held of it but its bytes and its texts, so it is read once more afterwards.
   */
  async function lookedElsewhere(asking: Asking, look: LookElsewhere): Promise<Step<Elsewhere>> {
    const texts = textsOf(asking)
    if (texts.kind === 'refuse') return texts
    const left = new AbortController()
    asking.entered.authenticated.received.caller.whenLeft(() => left.abort())
    return proceed(await look(texts.value, NO_LABELS, left.signal))
  }

  function textsOf(asking: Asking): Step<readonly string[]> {
    const inspected = inspectedOf(asking, undefined)
    // A prompt that has to be counted is looked at first: most are within their limit.
    if (inspected.kind === 'count') return proceed(inspected.texts)
    if (inspected.kind === 'refuse') return inspected
    const { authenticated, endpoint, model, view } = inspected.value
    const asker = scoped(authenticated.principal, endpoint.action, model.resource)
    if (asker.kind === 'refuse') return challenged(asker, authenticated)
    return proceed(view.parts.map(({ text }) => text))
  }

  function inspectedOf(
    { entered: { authenticated, bracket }, call: { dialect, endpoint, models, named }, body, tokens }: Asking,
    elsewhere: Elsewhere | undefined,
  ): Step<Inspected> | Uncounted {
    const read = endpoint.lens.read(body, named)
    if (read.kind === 'refuse') return read
    const view = read.value
    if (view.parts.length > parts.limits.parts) return refuse('invalid_request', `${view.parts.length} parts`)
    const model = models.get(view.model)
    if (model === undefined) return refuse('model_not_found', 'not configured', { param: 'model' })
    bracket.asks({ action: endpoint.action, resource: model.resource.id, verdict: undefined })

    const inspected = inspect(view.parts, elsewhere)
    if (inspected.kind === 'refuse') return inspected
    const learnt = tokens === undefined ? inspected.value : { ...inspected.value, promptTokens: tokens }
    const over = overLimit(sizedBy(view, body, learnt, tokens), parts.limits.sizes)
    if (over !== undefined) return over
    return proceed(seal.inspected({ authenticated, dialect, endpoint, model, body, view, learnt }))
  }

  /** Inspect, decide, transform: at one go, so that nothing of a body that was read outlives it. */
  function judged(asking: Asking, elsewhere: Elsewhere | undefined, mayRead: boolean): Judged {
    const inspected = inspectedOf(asking, elsewhere)
    if (inspected.kind !== 'proceed') return inspected
    const { authenticated, learnt, view } = inspected.value
    const session = authenticated.received.headers['ostiary-session'] || view.conversation
    const held = parts.vault.at(authenticated.principal, session)
    if (held instanceof Promise && mayRead) return { kind: 'waits', until: held }
    const context: Context = {
      labels: NO_LABELS,
      findings: learnt.types,
      uninspectable: view.uninspectable.length > 0,
      promptTokens: learnt.promptTokens,
      maxTokens: view.maxTokens,
      stream: view.stream,
      hasSystemMessage: view.hasSystemMessage,
      purpose: undefined,
      sourceIp: authenticated.received.sourceIp,
      timeMs: authenticated.received.receivedAtMs,
      approvals: [],
    }
    const decided = decidedOf(asking, inspected.value, context)
    if (decided.kind === 'refuse') return decided
    const { sizes } = decided.value.verdict.obligations
    const over = overLimit(sizedBy(view, asking.body, learnt, asking.tokens), sizes)
    if (over !== undefined) return over
    const allowed = countedIn(decided.value)
    const vault = held === undefined || held instanceof Promise ? vaultFor(decided.value, session) : proceed(held)
    if (vault.kind === 'refuse') return vault
    const needsUsage = allowed?.allowance.needsUsage === true
    const transformed = transform(decided.value, parts.systemMessages, vault.value, needsUsage)
    if (transformed.kind === 'refuse') return transformed
    return proceed(seal.sealed(decided.value, transformed.value, allowed))
  }

  function sizedBy(view: RequestView, body: Buffer, learnt: Learnt, counted: number | undefined): Sized {
    const canCount = parts.countTokens !== undefined
    return { view, bodyBytes: body.length, about: learnt.promptTokens, counted, canCount }
  }

  /** What the exchange is counted in, with the model that it goes to. */
  function countedIn({ inspected, model, verdict: { obligations } }: Decided): Counted | undefined {
    const { authenticated, endpoint, learnt, view } = inspected
    const { principal } = authenticated
    const allowance = parts.budgets.allowanceOf(principal, model.resource.id, model.price, obligations.spends)
    if (allowance === undefined) return undefined
    const { answerTokens, sizes } = parts.limits
    const limits = [sizes, obligations.sizes]
    return { allowance, demand: demandOf(view, costsOf(endpoint), learnt.promptTokens, limits, answerTokens) }
  }

  /** Where something is to be tokenized, now or in the answer. */
  function vaultFor({ inspected, verdict }: Decided, session: string | undefined): Step<VaultSession | undefined> {
    const { input, output } = verdict.obligations.tokenizes
    if (!output && (!input || inspected.learnt.found.length === 0)) return NO_VAULT
    return parts.vault.open(inspected.authenticated.principal, session)
  }

  /** Decides; and where policy routes the exchange, decides again for the model that it goes to. */
  function decidedOf(asking: Asking, inspected: Inspected, context: Context): Step<Decided> {
    const { model } = inspected
    const first = decideOn(asking, model, context, undefined)
    if (first.kind === 'refuse') return first
    const route = routeOf(first.value.obligations, model.resource)
    if (route.kind === 'refuse') return route
    if (route.value === undefined) return proceed(seal.decided(inspected, first.value, model, undefined))

    const target = asking.call.models.get(route.value)
    if (target === undefined) return refuse('obligation_failed', `route:${route.value} is no model of this dialect`)
    const routedFrom = { model, verdict: first.value }
    const second = decideOn(asking, target, context, routedFrom)
    if (second.kind === 'refuse') return second
    const onward = routeOf(second.value.obligations, target.resource)
    if (onward.kind === 'refuse') return onward
    if (onward.value !== undefined)
      return refuse('obligation_failed', `routed twice: to ${route.value}, ${onward.value}`)
    return proceed(seal.decided(inspected, routed(first.value, second.value), target, routedFrom))
  }

  function decideOn(
    { entered: { authenticated, bracket }, call }: Asking,
    { resource }: Model,
    context: Context,
    routedFrom: RoutedFrom | undefined,
  ): Step<Verdict> {
    const { action } = call.endpoint
    const asked = { action, resource: resource.id, routedFrom }
    const asker = scoped(authenticated.principal, action, resource)
    if (asker.kind === 'refuse') {
      if (routedFrom !== undefined) bracket.asks({ ...asked, verdict: undefined })
      return challenged(asker, authenticated)
    }
    const verdict = decide(parts.policy, asker.value, action, resource, context)
    bracket.asks({ ...asked, verdict })
    return permitted(verdict, authenticated)
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
const NOBODY: readonly string[] = []
/** No label arises yet. */
const NO_LABELS: readonly string[] = []
const NOT_LOOKED: Step<undefined> = proceed(undefined)
const NO_VAULT: Step<undefined> = proceed(undefined)
/** Two placeholders of one session that meet are told apart by more letters: it never comes to this. */
const CLASHES_MAX = 4

/** What was judged; or that it must be judged again, once the vault was read. */
type Judged = Step<Sealed> | Uncounted | { readonly kind: 'waits'; readonly until: Promise<unknown> }

function isSettled(judged: Judged): judged is Step<Sealed> {
  return judged.kind === 'refuse' || (judged.kind === 'proceed' && judged.value.vault?.isKept !== false)
}

/**
 * Reads what the vault must be read for, and waits until it has kept what was tokenized: nothing leaves before every process
 * could restore it.
 */
async function kept(first: Judged, again: (mayRead: boolean) => Judged): Promise<Step<Sealed>> {
  let now = first
  for (let left = CLASHES_MAX; left > 0; left -= 1) {
    if (now.kind === 'waits') {
      // What cannot be read cannot be restored, and stays a placeholder.
      await now.until.catch(ignore)
      now = again(false)
    }
    if (now.kind !== 'proceed') break
    try {
      const keeping = await now.value.vault?.keep()
      if (keeping !== 'clash') return now
    } catch (error) {
      return refuse('obligation_failed', `vault: not kept (${nameOf(error)})`, { headers: NO_RETRY })
    }
    now = again(false)
  }
  return now.kind === 'refuse' ? now : refuse('obligation_failed', 'vault: placeholders clash')
}

function countsOf(opened: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(opened.map((detector) => [`inspection.failed:${detector}`, 1]))
}

/** The context of a question without a body: what does not apply is empty or 0. */
function contextOf(received: Received): Context {
  return {
    labels: NO_LABELS,
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
