import { setImmediate } from 'node:timers/promises'
import type { RecordedTransfer, TransferFacts } from '../../exchange.js'
import { inLine } from '../../files/lines.js'
import type { Kept, Situation } from '../../files/shelf.js'
import {
  type Budgeting,
  type Elsewhere,
  type Gathering,
  type JobAsked,
  type LookElsewhere,
  labelsBrought,
  type Obligations,
  proceed,
  type RequestView,
  refuse,
  type Step,
  withLabels,
} from '../../spec/index.js'
import { ASKED_MAX } from '../../spec/tokenizer.js'
import { editParts } from '../../transform/transform.js'
import type { AskParts } from '../ask.js'
import type { Entered } from '../call.js'
import type { Judge, JudgeLimits } from '../judge.js'
import type { Learn } from '../learn.js'
import { type Again, decideAgain } from './again.js'
import { type Desk, digestOf, type TransferCall } from './desk.js'
import { Situations, situationOf } from './situations.js'
import { holdAll, type Spend } from './spend.js'

export interface JobParts {
  readonly judge: Judge
  readonly limits: JudgeLimits
  readonly desk: Desk
  readonly learn: Learn
  /** Undefined: nobody looks elsewhere. */
  readonly lookFor: (action: Situation['action']) => LookElsewhere | undefined
  readonly budgets: Budgeting
  readonly gathering: Gathering
  readonly ask: AskParts
}

const AT_ONCE = 32

/** A job that may be made. */
export interface JobReady {
  readonly recorded: RecordedTransfer
  readonly obligations: Obligations
  readonly kept: Kept
  /** Its whole cost, that nobody reports in time: it is spent as soon as the provider takes the job. */
  readonly spend: Spend
}

/** Judges a job that reads files of the caller's: what their lines ask is decided again, and what it says itself is judged. */
export async function takeJob(
  parts: JobParts,
  entered: Entered,
  call: TransferCall,
  left: AbortSignal,
): Promise<Step<JobReady>> {
  const { authenticated, bracket } = entered
  const body = await authenticated.received.body()
  if (body.kind === 'refuse') return body
  const job = call.transfers.readJob(call.route.kept, body.value)
  if (job.kind === 'refuse') return job
  const read = await (job.value.asks === undefined
    ? filesOf(parts.desk, entered, call, job.value)
    : asksOf(parts, entered, call, job.value.asks, left))
  if (read.kind === 'refuse') return read
  const { situations } = read.value

  const judged = await judgedJob(parts, entered, call, left, body.value, job.value, read.value)
  if (judged.kind === 'refuse') return judged
  const { again, facts, sent } = judged.value
  const [first] = again.decided
  if (first !== undefined)
    bracket.asks({ action: first.action, resource: first.model.resource.id, verdict: first.verdict })
  const held = await holdAll(parts.budgets, entered, call, again, situations)
  if (held.kind === 'refuse') return held
  const recorded = await parts.desk.record(entered, call, sent, facts)
  if (recorded.kind === 'refuse') {
    held.value.release()
    return recorded
  }
  const kept = { kind: call.route.kept, purpose: undefined, endpoint: read.value.endpoint, situations }
  return proceed({ recorded: recorded.value, obligations: again.obligations, kept, spend: held.value })
}

/** The files of a job, each the caller's own and uploaded for that. */
async function filesOf(
  desk: Desk,
  { authenticated: { principal } }: Entered,
  { provider, transfers }: TransferCall,
  job: JobAsked,
): Promise<Step<Read>> {
  const situations: Situation[] = []
  let endpoint: string | undefined
  for (const { id, purpose } of job.files) {
    const row = transfers.id.test(id) ? await desk.parts.shelf.own(provider, id, principal) : undefined
    if (row === undefined || row.kind !== 'file') return refuse('file_not_found', "a file that is not the caller's")
    if (row.purpose !== purpose) {
      return refuse('invalid_request', `a file that was not uploaded for ${purpose}`, {
        message: `The file was not uploaded for the purpose \`${purpose}\`.`,
      })
    }
    if (row.endpoint !== job.endpoint) {
      return refuse('invalid_request', 'a file whose lines are for another endpoint', {
        param: 'endpoint',
        message: 'The lines of the file are for another endpoint.',
      })
    }
    endpoint = row.endpoint
    situations.push(...row.situations)
  }
  return proceed({ situations, endpoint, written: undefined })
}

/** What a job reads, or asks itself. */
interface Read {
  readonly situations: readonly Situation[]
  readonly endpoint: string | undefined
  /** The job with what became of what it asks itself, and what was done to that. */
  readonly written: { readonly body: Buffer; readonly judged: Situations } | undefined
}

/** Judges what a job asks itself, as each would be judged alone. */
async function asksOf(
  parts: JobParts,
  entered: Entered,
  { dialect, models }: TransferCall,
  { lines, write }: NonNullable<JobAsked['asks']>,
  left: AbortSignal,
): Promise<Step<Read>> {
  const judged = new Situations()
  const bodies: Buffer[] = []
  for (const [at, { bytes, endpoint }] of lines.entries()) {
    // Others have their turn: to judge them all at once would hold up every stream.
    if (at % AT_ONCE === AT_ONCE - 1) await setImmediate()
    const call = { dialect, endpoint, models, named: { model: undefined, query: '' } }
    const sealed = await parts.judge({ entered, call, body: bytes, left })
    if (sealed === undefined) return refuse('invalid_request', 'the caller left')
    if (sealed.kind === 'refuse') return inLine(at + 1, sealed)
    if (sealed.value.canary.length > 0) return inLine(at + 1, refuse('obligation_failed', 'a canary in a line'))
    const { body, model, verdict } = sealed.value
    const about = { action: endpoint.action, model, verdict, lines: 1 }
    const differ = judged.add(
      sealed.value,
      situationOf(sealed.value, parts.limits.answerTokens, parts.ask.looksFor(endpoint.action)),
      about,
    )
    if (differ !== undefined) return differ
    bodies.push(body)
  }
  return proceed({
    situations: judged.all,
    endpoint: lines[0]?.endpoint.path,
    written: { body: write(bodies), judged },
  })
}

interface JudgedJob {
  readonly again: Again
  readonly facts: TransferFacts
  readonly sent: Buffer
}

async function judgedJob(
  parts: JobParts,
  { authenticated }: Entered,
  call: TransferCall,
  left: AbortSignal,
  received: Buffer,
  { model, view }: JobAsked,
  { situations: all, written }: Read,
): Promise<Step<JudgedJob>> {
  const situations = model === undefined ? all : forModel(all, model)
  const [one] = situations
  if (one === undefined)
    return refuse('model_not_found', 'a model that the files were not judged for', { param: 'model' })
  const looked = await lookedElsewhere(parts, situations, view, parts.ask.labelsOf(authenticated), left)
  if (looked.kind === 'refuse') return looked
  const learnt = parts.learn(view.parts, parts.ask.wantedIn(one.action), looked.value)
  if (learnt.kind === 'refuse') return learnt
  const { counts, found, types } = learnt.value
  const { clock } = parts.desk.parts
  const again = decideAgain(situations, { more: types, use: true }, authenticated, {
    ...parts.ask,
    models: call.models,
    nowMs: clock.now(),
  })
  if (again.kind === 'refuse') return again
  const edited = editParts(view.parts, found, again.value.obligations.input, undefined, ASKED_MAX)
  if (edited.kind === 'refuse') return edited
  const { carriedOut, edits } = edited.value
  const upstream = model === undefined ? undefined : call.models.get(model)?.upstreamModel
  const sent = written?.body ?? view.edit({ model: upstream, edits })
  const lines = situations.reduce((sum, one) => sum + one.lines, 0)
  const facts: TransferFacts = {
    ...{ decided: again.value.decided, id: undefined, purpose: undefined, lines },
    findings: written?.judged.findings ?? counts,
    carriedOut: written?.judged.carriedOut ?? carriedOut,
    brought:
      written?.judged.brought ??
      labelsBrought(parts.gathering, view.parts, types, again.value.obligations.input, found),
    digests: { received: digestOf(received), sent: digestOf(sent) },
  }
  return proceed({ again: again.value, facts, sent })
}

/** What lines were decided on for one of several models. */
function forModel(situations: readonly Situation[], model: string): readonly Situation[] {
  return situations.flatMap((one) => (one.models.includes(model) ? [{ ...one, models: [model] }] : []))
}

async function lookedElsewhere(
  { ask, gathering, learn, lookFor }: JobParts,
  situations: readonly Situation[],
  { parts }: RequestView,
  had: readonly string[],
  left: AbortSignal,
): Promise<Step<Elsewhere | undefined>> {
  const [first] = situations
  const look = first === undefined ? undefined : lookFor(first.action)
  if (first === undefined || look === undefined || parts.length === 0) return proceed(undefined)
  const learnt = learn(parts, ask.wantedIn(first.action), undefined)
  // What labels a text has nobody knows where a detector failed: then it is shown to nobody.
  if (learnt.kind === 'refuse') return learnt
  const { found, isUnsure, types } = learnt.value
  const labels = withLabels(had, labelsBrought(gathering, parts, types, undefined, found))
  return proceed(await look(parts, labels, left, isUnsure))
}
