import {
  type Action,
  type Challenge,
  type Context,
  type Decision,
  type Identity,
  joinObligations,
  NO_OBLIGATIONS,
  type Obligation,
  type Obligations,
  type PolicyEngine,
  type Principal,
  proceed,
  type Question,
  type Refusal,
  type Resource,
  refuse,
  type Step,
  type Verdict,
} from '../spec/index.js'

/**
 * Decides one action of one principal. An agent acts within both: the question is asked for the agent and for the subject it
 * acts for, both must be permitted, obligations and challenges are the union (contract, "Principals").
 */
export function decide(
  engine: PolicyEngine,
  principal: Principal,
  action: Action,
  resource: Resource,
  context: Context,
): Verdict {
  const own = ask(engine, principal, principal.actor, action, resource, context)
  const inputs = engine.inputs(own.question)
  const policyDigest = engine.digest
  if (principal.onBehalfOf === undefined) {
    return { decision: own.decision, obligations: obligationsOf(own.decision), context, inputs, policyDigest }
  }
  const subject = ask(engine, principal, principal.onBehalfOf, action, resource, context)
  const decision = both(own.decision, subject.decision)
  const inputsOfBoth = `[${inputs},${engine.inputs(subject.question)}]`
  return { decision, obligations: obligationsOf(decision), context, inputs: inputsOfBoth, policyDigest }
}

/** What a verdict means for the exchange: nothing, or the refusal that ends it. */
export function refusalOf(verdict: Verdict): Step<Verdict> {
  const { decision } = verdict
  switch (decision.kind) {
    case 'permit':
      return proceed(verdict)
    case 'forbid':
      return refuse(
        'forbidden_by_policy',
        `by ${decision.determining.join(', ') || 'default'}`,
        because(decision.reasons),
      )
    case 'challenge':
      return challenged(decision.asks, decision.reasons, decision.determining)
    case 'indeterminate':
      return refuse('forbidden_by_policy', `engine ill: ${decision.errors.join('; ')}`)
  }
}

function ask(
  engine: PolicyEngine,
  principal: Principal,
  identity: Identity,
  action: Action,
  resource: Resource,
  context: Context,
): { readonly question: Question; readonly decision: Decision } {
  const question: Question = { principal, identity, action, resource, context }
  return { question, decision: engine.decide(question) }
}

const cache = new WeakMap<readonly Obligation[], Obligations>()

// Memoised decisions come back as the same object, so their obligations are joined once.
function obligationsOf(decision: Decision): Obligations {
  if (decision.kind !== 'permit') return NO_OBLIGATIONS
  const held = cache.get(decision.obligations)
  if (held !== undefined) return held
  const joined = joinObligations(decision.obligations)
  cache.set(decision.obligations, joined)
  return joined
}

/** The worst of two: ill, then forbid, then challenge, then permit. */
function both(a: Decision, b: Decision): Decision {
  const basis = {
    determining: union(a.determining, b.determining),
    shadow: union(a.shadow, b.shadow),
    shadowErrors: union(a.shadowErrors, b.shadowErrors),
  }
  if (a.kind === 'indeterminate' || b.kind === 'indeterminate') {
    const errors = [a, b].flatMap((one) => (one.kind === 'indeterminate' ? one.errors : []))
    return { ...basis, kind: 'indeterminate', errors }
  }
  const forbids = [a, b].filter((one) => one.kind === 'forbid')
  if (forbids.length > 0) {
    const determining = [...new Set(forbids.flatMap((one) => one.determining))].sort()
    return { ...basis, determining, kind: 'forbid', reasons: distinct(forbids.flatMap((one) => one.reasons)) }
  }
  const challenges = [a, b].filter((one) => one.kind === 'challenge')
  if (challenges.length > 0) {
    const asks = challenges.flatMap((one) => one.asks)
    const determining = [...new Set(challenges.flatMap((one) => one.determining))].sort()
    return {
      ...basis,
      determining,
      kind: 'challenge',
      asks,
      reasons: distinct(challenges.flatMap((one) => one.reasons)),
    }
  }
  return { ...basis, kind: 'permit', obligations: joinedObligations([a, b]) }
}

/** The union; but a place where values may be restored must be named to both. */
function joinedObligations(decisions: readonly Decision[]): readonly Obligation[] {
  const each = decisions.map((one) => (one.kind === 'permit' ? one.obligations : []))
  return each
    .flat()
    .filter(
      (one) =>
        one.kind !== 'restore' || each.every((all) => all.some((x) => x.kind === 'restore' && x.sink === one.sink)),
    )
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort()
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

/** Reasons that are sentences stand one after another, others with `;` between. */
function because([first, ...others]: readonly string[]): { readonly message?: string } {
  if (first === undefined) return {}
  const said = others.reduce((all, one) => `${all}${/[.!?]$/.test(all) ? '' : ';'} ${one}`, first)
  return { message: `Policy does not permit this request: ${said}${/[.!?]$/.test(said) ? '' : '.'}` }
}

function challenged(asks: readonly Challenge[], reasons: readonly string[], by: readonly string[]): Refusal {
  const forLog = `challenge by ${by.join(', ')}`
  const approval = asks.find((one) => one.kind === 'approval')
  // What the caller can do alone comes first; an approval is asked for once the authentication suffices.
  const acr = asks.flatMap((one) => (one.kind === 'acr' ? one.values : []))
  const ages = asks.flatMap((one) => (one.kind === 'max_age' ? [one.seconds] : []))
  if (acr.length > 0 || ages.length > 0) {
    // RFC 9470 section 3: acr_values and max_age tell the client what to ask its authorization server for.
    const needs = [
      ...(acr.length > 0 ? [`acr_values="${acr.join(' ')}"`] : []),
      ...(ages.length > 0 ? [`max_age=${Math.min(...ages)}`] : []),
    ]
    const challenge = `Bearer error="insufficient_user_authentication", ${needs.join(', ')}`
    return refuse('insufficient_user_authentication', forLog, {
      ...because(reasons),
      headers: { 'www-authenticate': challenge },
    })
  }
  return refuse(
    'approval_required',
    `${forLog}${approval === undefined ? '' : `, group ${approval.group}`}`,
    because(reasons),
  )
}
