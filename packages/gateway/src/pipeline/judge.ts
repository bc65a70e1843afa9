import { costsOf, demandOf } from '../budgets/demand.js'
import { overLimit, type Sized, type Uncounted } from '../budgets/sizes.js'
import { decide } from '../decide/decide.js'
import { routed, routeOf } from '../decide/route.js'
import { scoped } from '../decide/scoped.js'
import {
  type Authenticated,
  type Counted,
  type Decided,
  type Inspected,
  type Learnt,
  type Model,
  type RoutedFrom,
  type Sealed,
  seal,
} from '../exchange.js'
import type { Elsewheres } from '../inspect/elsewhere.js'
import {
  type Action,
  type Budgeting,
  type Context,
  type Elsewhere,
  errorName,
  type Gathering,
  type Ledger,
  type LookElsewhere,
  labelsBrought,
  labelsOfKnown,
  NO_RETRY,
  type PolicyEngine,
  proceed,
  type Refusal,
  type RequestView,
  refuse,
  type Sizes,
  type Step,
  type TextPart,
  type Vault,
  type VaultSession,
  type Verdict,
  type Wanted,
  withLabels,
} from '../spec/index.js'
import { type TransformParts, transform } from '../transform/transform.js'
import type { Asking } from './call.js'
import type { Learn } from './learn.js'

export interface JudgeLimits {
  readonly parts: number
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

export interface JudgeParts extends TransformParts {
  readonly policy: PolicyEngine
  readonly limits: JudgeLimits
  readonly budgets: Budgeting
  readonly vault: Vault
  readonly ledger: Ledger
  readonly gathering: Gathering
  /** Undefined: what cannot be told by length and words is told by the estimate. */
  readonly countTokens: CountTokens | undefined
}

export type Asker = Pick<Authenticated, 'received' | 'principal'>

/** What the roof of the stages hands in, made once for both directions. */
export interface JudgeShared {
  readonly learn: Learn
  /** Undefined: no detector looks elsewhere. */
  readonly elsewhere: Elsewheres | undefined
  readonly challenged: (refusal: Refusal, by: Asker) => Refusal
  /** Refuses whom the verdict does not permit. */
  readonly permitted: (verdict: Verdict, by: Asker) => Step<Verdict>
  /** Findings that are of use where this is asked. */
  readonly wantedIn: (action: Action) => Wanted
}

/**
 * From a body to what may be recorded and sent: inspect, decide, transform. Undefined: the caller left meanwhile. At once where
 * nobody has to be asked or waited for.
 */
export type Judge = (asking: Asking) => Step<Sealed> | Promise<Step<Sealed> | undefined>

export function createJudge(
  parts: JudgeParts,
  { learn, elsewhere, challenged, permitted, wantedIn }: JudgeShared,
): Judge {
  const looks = new Map<Action, LookElsewhere | undefined>()

  return (asking) => {
    const look = lookFor(asking.call.endpoint.action)
    if (look !== undefined) return withLook(asking, look)
    const first = judged(asking, undefined, true)
    return isSettled(first) ? first : settled(asking, undefined, first)
  }

  async function withLook(asking: Asking, look: LookElsewhere): Promise<Step<Sealed> | undefined> {
    const looked = await lookedElsewhere(asking, look)
    if (asking.entered.authenticated.received.caller.left) return undefined
    return looked.kind === 'refuse' ? looked : settled(asking, looked.value, judged(asking, looked.value, true))
  }

  /** Counts, reads and keeps what it takes until it is settled. */
  async function settled(asking: Asking, found: Elsewhere | undefined, first: Judged): Promise<Step<Sealed>> {
    if (first.kind !== 'count') return kept(first, (mayRead) => judged(asking, found, mayRead))
    const tokens = await counted(first.texts)
    if (tokens.kind === 'refuse') return tokens
    const asked = { ...asking, tokens: tokens.value }
    return kept(judged(asked, found, true), (mayRead) => judged(asked, found, mayRead))
  }

  /** Who looks elsewhere at what is asked by this action; undefined where no policy could use what they find. */
  function lookFor(action: Action): LookElsewhere | undefined {
    if (elsewhere === undefined) return undefined
    if (!looks.has(action)) looks.set(action, elsewhere(wantedIn(action)))
    return looks.get(action)
  }

  async function counted(texts: readonly string[]): Promise<Step<number>> {
    const atMost = parts.limits.sizes.get('prompt-tokens') ?? Number.POSITIVE_INFINITY
    const tokens = await parts.countTokens?.(texts, atMost)
    return tokens === undefined ? refuse('prompt_too_large', 'not counted in time') : proceed(tokens)
  }

  /**
   * What detectors elsewhere say of a body, or why it is refused whatever they say: then they are shown nothing. While they look
   * nothing is held of it but its bytes and its texts with their places, so it is read once more afterwards.
   */
  async function lookedElsewhere(asking: Asking, look: LookElsewhere): Promise<Step<Elsewhere>> {
    const shown = shownOf(asking)
    if (shown.kind === 'refuse') return shown
    const { isUnsure, labels, parts: shownParts } = shown.value
    return proceed(await look(shownParts, labels, asking.left ?? whenLeft(asking), isUnsure))
  }

  function shownOf(asking: Asking): Step<Shown> {
    const inspected = inspectedOf(asking, undefined)
    // A prompt that has to be counted is looked at first: most are within their limit.
    if (inspected.kind === 'count') return proceed(inspected)
    if (inspected.kind === 'refuse') return inspected
    const { authenticated, endpoint, labels, learnt, model, view } = inspected.value
    const asker = scoped(authenticated.principal, endpoint.action, model.resource)
    if (asker.kind === 'refuse') return challenged(asker, authenticated)
    return proceed({
      parts: view.parts,
      isUnsure: learnt.isUnsure,
      labels: withLabels(labels, labelsBrought(parts.gathering, view.parts, learnt.types, undefined, learnt.found)),
    })
  }

  function inspectedOf(
    { entered, call: { dialect, endpoint, models, named }, body, tokens }: Asking,
    elsewhere: Elsewhere | undefined,
  ): Step<Inspected> | UncountedPrompt {
    const { authenticated, bracket } = entered
    const { principal, received } = authenticated
    const session = parts.ledger.sessionOf(principal, received.headers['ostiary-session'])
    if (session.kind === 'refuse') return session
    const read = endpoint.lens.read(body, named)
    if (read.kind === 'refuse') return read
    const view = read.value
    if (view.parts.length > parts.limits.parts) return refuse('invalid_request', `${view.parts.length} parts`)
    const model = models.get(view.model)
    if (model === undefined) return refuse('model_not_found', 'not configured', { param: 'model' })
    bracket.asks({ action: endpoint.action, resource: model.resource.id, verdict: undefined })

    const inspected = learn(view.parts, wantedIn(endpoint.action), elsewhere, entered)
    if (inspected.kind === 'refuse') return inspected
    const learnt = tokens === undefined ? inspected.value : { ...inspected.value, promptTokens: tokens }
    const labels = parts.ledger.labelsOf(principal, session.value)
    const over = overLimit(sizedBy(view, body, learnt, tokens), parts.limits.sizes)
    if (over?.kind === 'count') {
      const brought = labelsBrought(parts.gathering, view.parts, learnt.types, undefined, learnt.found)
      return { ...over, parts: view.parts, labels: withLabels(labels, brought) }
    }
    if (over !== undefined) return over
    const what = { authenticated, dialect, endpoint, model, body, view, learnt, labels, session: session.value }
    return proceed(seal.inspected(what))
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
      labels: withLabels(inspected.value.labels, labelsBrought(parts.gathering, view.parts, NO_TYPES, undefined)),
      findings: learnt.types,
      uninspectable: view.uninspectable.length > 0,
      promptTokens: learnt.promptTokens,
      maxTokens: view.maxTokens,
      stream: view.stream,
      hasSystemMessage: view.hasSystemMessage,
      hasEffects: view.hasEffects,
      purpose: undefined,
      sourceIp: authenticated.received.sourceIp,
      timeMs: authenticated.received.receivedAtMs,
      approvals: [],
    }
    const decided = decidedWith(asking, inspected.value, context)
    if (decided.kind === 'refuse') return decided
    const { sizes } = decided.value.verdict.obligations
    const over = overLimit(sizedBy(view, asking.body, learnt, asking.tokens), sizes)
    if (over?.kind === 'count') return { ...over, parts: view.parts, labels: decided.value.verdict.context.labels }
    if (over !== undefined) return over
    const allowed = countedIn(decided.value)
    const vault = held === undefined || held instanceof Promise ? vaultFor(decided.value, session) : proceed(held)
    if (vault.kind === 'refuse') return vault
    const needsUsage = allowed?.allowance.needsUsage === true
    const transformed = transform(decided.value, parts, session, vault.value, needsUsage)
    if (transformed.kind === 'refuse') return transformed
    const { input } = decided.value.verdict.obligations
    const brought = labelsBrought(parts.gathering, view.parts, learnt.types, input, learnt.found)
    return proceed(seal.sealed(decided.value, transformed.value, allowed, brought))
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

  /** Decides; and, where findings that are left in the texts bring labels, once more with those. */
  function decidedWith(asking: Asking, inspected: Inspected, context: Context): Step<Decided> {
    const { learnt, view } = inspected
    for (let at = context; ; ) {
      const decided = decidedOf(asking, inspected, at)
      if (decided.kind === 'refuse') {
        // Or else whoever has not read a value could find it by trying: each refusal would say yes, and nothing would follow.
        if (at !== context) gatherKnown(parts, inspected)
        return decided
      }
      const { input } = decided.value.verdict.obligations
      const brought = labelsBrought(parts.gathering, view.parts, learnt.types, input, learnt.found)
      const labels = withLabels(at.labels, brought)
      // Labels only rise, and there are so many: it ends.
      if (labels === at.labels) return decided
      at = { ...at, labels }
    }
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
    const asker = scoped(authenticated.principal, action, resource)
    if (asker.kind === 'refuse') {
      if (routedFrom !== undefined) bracket.asks({ action, resource: resource.id, verdict: undefined, routedFrom })
      return challenged(asker, authenticated)
    }
    const verdict = decide(parts.policy, asker.value, action, resource, context)
    bracket.asks({ action, resource: resource.id, verdict, routedFrom })
    return permitted(verdict, authenticated)
  }
}

/** What is known again brings its labels though nothing is sent. They hold here at once. */
function gatherKnown({ gathering, ledger }: JudgeParts, { authenticated, learnt, session, view }: Inspected): void {
  const labels = labelsOfKnown(gathering, view.parts, learnt.found)
  ledger.gather(authenticated.principal, session, labels)?.catch(ignore)
}

function whenLeft({ entered }: Asking): AbortSignal {
  const left = new AbortController()
  entered.authenticated.received.caller.whenLeft(() => left.abort())
  return left.signal
}

/** What detectors elsewhere are shown. */
interface Shown {
  readonly parts: readonly TextPart[]
  /** Undefined: not known yet. */
  readonly isUnsure?: boolean
  /** Of the texts. */
  readonly labels: readonly string[]
}

type UncountedPrompt = Uncounted & Shown

const NO_TYPES: readonly string[] = []
const NO_VAULT: Step<undefined> = proceed(undefined)
/** Two placeholders of one session that meet are told apart by more letters: it never comes to this. */
const CLASHES_MAX = 4

/** What was judged; or that it must be judged again, once the vault was read. */
type Judged = Step<Sealed> | UncountedPrompt | { readonly kind: 'waits'; readonly until: Promise<unknown> }

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
      return refuse('obligation_failed', `vault: not kept (${errorName(error)})`, { headers: NO_RETRY })
    }
    now = again(false)
  }
  return now.kind === 'refuse' ? now : refuse('obligation_failed', 'vault: placeholders clash')
}

function ignore(): void {}
