import { decide, refusalOf } from '../decide/decide.js'
import { scoped } from '../decide/scoped.js'
import type { Authenticated } from '../exchange.js'
import type { Elsewheres } from '../inspect/elsewhere.js'
import {
  type Action,
  type Context,
  type Decision,
  errorName,
  labelsBrought,
  labelsOfKnown,
  NO_RETRY,
  type Obligations,
  proceed,
  type Refusal,
  type Resource,
  refuse,
  type Step,
  type TextPart,
  type Verdict,
  withLabels,
} from '../spec/index.js'
import type { AskParts } from './ask.js'
import type { Entered } from './call.js'
import { contextOf } from './context.js'
import type { Learn } from './learn.js'
import { type Life, type LifeParts, liveOn } from './life.js'

export interface AuthorizeParts extends LifeParts {
  readonly ask: AskParts
  readonly learn: Learn
  readonly elsewhere: Elsewheres | undefined
}

/** What a caller asks about without having it done. */
export interface AuthorizeCall {
  readonly action: Action
  readonly resource: Resource
  readonly purpose: string | undefined
  /** Of what would be sent: every text in it. */
  readonly text: string
  readonly hasEffects: boolean
  /** That doing it brings, whatever would be sent. */
  readonly labels: readonly string[]
}

/** What was decided. */
export interface Authorized {
  readonly kind: Exclude<Decision['kind'], 'indeterminate'>
  /** Why it would be refused; undefined: it would not. */
  readonly refusal: Refusal | undefined
  /** Public. */
  readonly reasons: readonly string[]
  /** As policies have them. Whoever does it has to carry them out. */
  readonly obligations: readonly string[]
  /** How often each finding type was found in the text. */
  readonly findings: Readonly<Record<string, number>>
  /** Labels that are on the ledger for it. */
  readonly brought: readonly string[]
}

/** A decision without forwarding: inspect, decide, gather. */
export type Authorizing = (entered: Entered, call: AuthorizeCall) => Promise<Step<Authorized>>

export function createAuthorizing(parts: AuthorizeParts): Authorizing {
  return async (entered, call) => {
    const life = liveOn(parts, entered.authenticated)
    if ('kind' in life) return life
    try {
      const authorized = await authorize(parts, entered, call, life)
      return life.ended ?? authorized
    } finally {
      life.close()
    }
  }
}

async function authorize(
  parts: AuthorizeParts,
  { authenticated, bracket }: Entered,
  { action, hasEffects, labels, purpose, resource, text }: AuthorizeCall,
  life: Life,
): Promise<Step<Authorized>> {
  const { ask, elsewhere, gathering, learn } = parts
  const { principal, received } = authenticated
  bracket.asks({ action, resource: resource.id, verdict: undefined })
  const asker = scoped(principal, action, resource)
  if (asker.kind === 'refuse') return asker

  const texts: readonly TextPart[] = [{ ...SENT, text }]
  const seen = await elsewhere?.(ask.wantedIn(action))?.(texts, life.heldLabels(), life.signal)
  const learnt = learn(texts, ask.wantedIn(action), seen, { authenticated, bracket })
  if (learnt.kind === 'refuse') return learnt
  const { counts, found, promptTokens, types } = learnt.value

  // Nothing is edited here: what is found stays where it is, whatever obligations there are, and counts.
  const inText = labelsBrought(gathering, texts, types, undefined, found)
  const brought = withLabels(labels, inText)
  let onLedger: readonly string[] = []
  for (let at = withLabels(life.heldLabels(), inText); ; ) {
    const context: Context = {
      ...contextOf(received, at),
      ...{ findings: types, purpose, hasEffects },
      promptTokens: action === 'invoke' || action === 'embed' ? promptTokens : 0,
    }
    const verdict = decide(ask.policy, asker.value, action, resource, context)
    bracket.asks({ action, resource: resource.id, verdict })
    const may = refusalOf(verdict)
    const refusal = may.kind === 'refuse' ? may : blocked(verdict.obligations, types)
    if (refusal !== undefined) {
      // What is known again brings its labels all the same: whoever tries values learns of one, and no more.
      const unwritten = await gathered(parts, authenticated, labelsOfKnown(gathering, texts, found))
      if (unwritten !== undefined) return unwritten
      const kind = verdict.decision.kind === 'challenge' ? 'challenge' : 'forbid'
      return proceed({
        kind,
        refusal,
        reasons: reasonsOf(verdict),
        obligations: [],
        findings: counts,
        brought: onLedger,
      })
    }
    // Whoever is told that it may will do it: what it brings is on the ledger, everywhere, before that.
    const unwritten = await gathered(parts, authenticated, brought)
    if (unwritten !== undefined) return unwritten
    onLedger = brought
    // What others brought meanwhile counts; what doing it brings does so from the next time on.
    const risen = life.heldLabels().filter((label) => !labels.includes(label))
    const now = withLabels(at, risen)
    if (now === at) {
      const obligations = verdict.obligations.sources
      return proceed({ kind: 'permit', refusal: undefined, reasons: [], obligations, findings: counts, brought })
    }
    at = now
  }
}

async function gathered(
  { ledger }: AuthorizeParts,
  { principal, received }: Authenticated,
  brought: readonly string[],
): Promise<Refusal | undefined> {
  const session = ledger.sessionOf(principal, received.headers['ostiary-session'])
  if (session.kind === 'refuse') return session
  try {
    await ledger.gather(principal, session.value, brought)
    return undefined
  } catch (error) {
    return refuse('overloaded', `ledger: not written (${errorName(error)})`, {
      message: NOT_ON_LEDGER,
      headers: NO_RETRY,
    })
  }
}

function reasonsOf({ decision }: Verdict): readonly string[] {
  return decision.kind === 'forbid' || decision.kind === 'challenge' ? decision.reasons : []
}

function blocked({ input }: Obligations, types: readonly string[]): Refusal | undefined {
  const found = [...input].find(([type, act]) => act === 'block' && types.includes(type))
  return found === undefined ? undefined : refuse('content_blocked', `block:${found[0]}`)
}

const SENT = { role: 'tool-call', address: '/context/arguments', isName: false, isJson: false } as const
const NOT_ON_LEDGER = 'What this would bring cannot be recorded at the moment, so nothing was decided.'
