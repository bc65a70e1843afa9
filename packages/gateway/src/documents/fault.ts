import { type Refusal, refuse } from '../spec/index.js'

/** What is wrong with what is ingested, and where: `line 7`, `record 3`. Nothing that stands there is said. */
export function fault(place: string, what: string): Refusal {
  return refuse('invalid_request', `${place}: ${what}`, { message: `${place}: ${what}` })
}
