import {
  joinObligations,
  type Obligations,
  proceed,
  type Resource,
  refuse,
  type Step,
  type Verdict,
} from '../spec/index.js'

/** The model that obligations send an exchange to; undefined where it stays where it is. */
export function routeOf({ routes }: Obligations, { id }: Resource): Step<string | undefined> {
  const [route, ...others] = routes
  if (others.length > 0) return refuse('obligation_failed', `routes to ${routes.join(', ')}`)
  return proceed(route === id ? undefined : route)
}

/** What holds for a routed exchange: the decision about the model that it goes to, and the obligations of both. */
export function routed(first: Verdict, second: Verdict): Verdict {
  const obligations = [first, second].flatMap(({ decision }) =>
    decision.kind === 'permit' ? decision.obligations : [],
  )
  const decision = second.decision.kind === 'permit' ? { ...second.decision, obligations } : second.decision
  return { ...second, decision, obligations: joinObligations(obligations) }
}
