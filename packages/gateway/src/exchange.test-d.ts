import type { Bracket } from './audit/audit.js'
import type {
  Authenticated,
  Decided,
  Inspected,
  Learnt,
  Model,
  Recorded,
  RecordedTransfer,
  Sealed,
  SealedTransfer,
} from './exchange.js'
import type { Answer } from './forward/answer.js'
import type { Forward, TransferAt } from './forward/forward.js'
import type { Entered, ModelCall } from './pipeline/call.js'
import type { Pipeline } from './pipeline/pipeline.js'
import type { Dialect, Endpoint, Principal, Received, RequestView, Verdict } from './spec/index.js'
import { type TransformParts, transform } from './transform/transform.js'

// Compiled by `npm test`, never run. What stands after `@ts-expect-error` must not compile, and the line says why; next to each
// stands its nearest good neighbour, which must. If a wall falls, the error is no longer there and the compiler says so.
//
// What types cannot see: a cast through `unknown`, and a copy by `Object.assign`. conformance/seal.test.ts looks for both.

declare const received: Received
declare const principal: Principal
declare const dialect: Dialect
declare const endpoint: Endpoint
declare const model: Model
declare const call: ModelCall
declare const view: RequestView
declare const learnt: Learnt
declare const verdict: Verdict
declare const body: Buffer
declare const parts: TransformParts
declare const authenticated: Authenticated
declare const inspected: Inspected
declare const decided: Decided
declare const sealed: Sealed
declare const partsOfSealed: Omit<Sealed, 'body' | 'carriedOut' | 'stage'>
declare const recorded: Recorded
declare const recordedTransfer: RecordedTransfer
declare const sealedTransfer: SealedTransfer
declare const partsOfTransfer: Omit<SealedTransfer, 'stage'>
declare const place: TransferAt
declare const answer: Answer
declare const forward: Forward
declare const bracket: Bracket
declare const pipeline: Pipeline
declare const entered: Entered

forward.send(recorded, answer)
// @ts-expect-error nobody forwards what was sealed but not recorded
forward.send(sealed, answer)
// @ts-expect-error nobody forwards what was decided but not sealed
forward.send(decided, answer)
// @ts-expect-error nobody forwards what was inspected but not decided
forward.send(inspected, answer)
// @ts-expect-error nobody forwards what was authenticated but not inspected
forward.send(authenticated, answer)
// @ts-expect-error nobody forwards what was only received
forward.send(received, answer)
// @ts-expect-error a copy of a recorded exchange is not a recorded exchange
forward.send({ ...recorded }, answer)
// @ts-expect-error nor is a copy that sends another body
forward.send({ ...recorded, sealed: { ...sealed, body } }, answer)
// @ts-expect-error nor is something that has all the members that can be seen
forward.send({ sealed, receipt: 'gate/audit/7', durable: undefined, stage: 'recorded' }, answer)
// @ts-expect-error the body that was sealed is the one that is sent
recorded.sealed.body = body
// @ts-expect-error the receipt is the log's word
recorded.receipt = 'gate/audit/8'

bracket.intend(sealed, 'digest', false) satisfies { readonly kind: string }
// @ts-expect-error an intent says what will be sent, so what was decided must be sealed first
bracket.intend(decided, 'digest', false)
// @ts-expect-error an intent of another body than the sealed one would be a false entry
bracket.intend({ ...sealed, body }, 'digest', false)
// @ts-expect-error nor may an intent be made up from the parts of one
bracket.intend({ ...partsOfSealed, body, carriedOut: {}, stage: 'sealed' }, 'digest', false)

transform(decided, parts, undefined, undefined, false)
// @ts-expect-error nobody carries out what was not decided
transform(inspected, parts, undefined, undefined, false)
// @ts-expect-error a decision beside an inspected exchange is not a decision about it
transform({ inspected, verdict }, parts, undefined, undefined, false)

// @ts-expect-error who calls is known only to who verified it
const forgedAuthenticated: Authenticated = { received, principal }
// @ts-expect-error what a body holds is known only to who inspected it
const forgedInspected: Inspected = { authenticated, dialect, endpoint, model, body, view, learnt }
// @ts-expect-error a permit is given only by who decided
const forgedDecided: Decided = { inspected, verdict }
// @ts-expect-error a sealed exchange cannot be written down
const forgedSealed: Sealed = { ...partsOfSealed, body, carriedOut: {}, stage: 'sealed' }
// @ts-expect-error a stage passed is not the next one passed
const skippedDecided: Decided = inspected
// @ts-expect-error a later stage is not an earlier one: each names what it holds
const turnedBack: Authenticated = decided
// @ts-expect-error two stages do not add up to a third
const added: Recorded = Object.assign({}, sealed, { sealed })

forward.transfer(recordedTransfer, place, answer)
// @ts-expect-error what nobody recorded is not sent, files no more than prompts
forward.transfer(sealedTransfer, place, answer)
// @ts-expect-error nor another file in the place of the one that was recorded
forward.transfer({ ...recordedTransfer, sealed: sealedTransfer }, place, answer)
// @ts-expect-error nor one exchange by the record of another
forward.send(recordedTransfer, answer)
// @ts-expect-error a sealed file cannot be written down
const forgedTransfer: SealedTransfer = { ...partsOfTransfer, stage: 'sealed-transfer' }

void pipeline.exchange(entered, call)
// @ts-expect-error a door cannot let in who was not authenticated
void pipeline.exchange({ authenticated: { received, principal }, bracket }, call)
// @ts-expect-error nor who has no audit bracket around them
void pipeline.exchange({ authenticated }, call)

export type Checked = [
  typeof forgedAuthenticated,
  typeof forgedInspected,
  typeof forgedDecided,
  typeof forgedSealed,
  typeof skippedDecided,
  typeof turnedBack,
  typeof added,
  typeof forgedTransfer,
]
