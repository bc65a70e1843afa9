import type { Authenticated, Decided } from '../exchange.js'
import { CANARY_TYPES } from '../spec/canary-types.js'
import {
  type ActsByType,
  type CanaryFor,
  type Detector,
  type Edit,
  type PartFindings,
  proceed,
  type RequestView,
  refuse,
  type Step,
  type SystemMessage,
  subjectOf,
  type TextPart,
  type VaultSession,
} from '../spec/index.js'
import { editText, type Fence } from '../spec/replacement.js'
import { ASKED_MAX, tokenizerOf, withoutPlaceholders } from '../spec/tokenizer.js'
import { type CodeFor, codeOf, Marks } from './marks.js'
import { systemWork } from './system.js'

export interface TransformParts {
  /** What policies may have said to models, by name. */
  readonly systemMessages: ReadonlyMap<string, SystemMessage>
  /** What marks around texts are made from. */
  readonly markSecret: Buffer
  readonly canaryFor: CanaryFor
}

export interface Transformed {
  readonly body: Buffer
  /** How often each act was carried out, by `act:type`. */
  readonly carriedOut: Readonly<Record<string, number>>
  /** What the operator said to the model. */
  readonly systemMessage: SystemMessage | undefined
  /** What was handed in. */
  readonly vault: VaultSession | undefined
  /** The body asks for usage, as it did not before. */
  readonly asksUsage: boolean
  /** What the answer is searched for by, since its system text is to stay where it is. */
  readonly canary: readonly Detector[]
}

/** Edits that carry out acts on parts, and how often each act was carried out. */
export interface PartEdits {
  readonly edits: readonly Edit[]
  readonly carriedOut: Readonly<Record<string, number>>
}

const NOTHING: PartEdits = { edits: [], carriedOut: {} }

/**
 * Carries out the obligations on a request. Where there is nothing to do the body is the very buffer that was received.
 *
 * @param session as the caller names it; undefined: it names none
 * @param vault for what is tokenized, which counts only once the vault has kept it
 * @param needsUsage the answer has to say what it cost
 */
export function transform(
  decided: Decided,
  parts: TransformParts,
  session: string | undefined,
  vault: VaultSession | undefined,
  needsUsage: boolean,
): Step<Transformed> {
  const { inspected, model, verdict } = decided
  const { authenticated, view, learnt } = inspected
  const { obligations } = verdict
  const [uninspectable] = view.uninspectable
  if (uninspectable !== undefined && !obligations.passUninspectable) {
    return refuse('content_uninspectable', `${view.uninspectable.length} parts`, { param: uninspectable })
  }
  const codeFor = codeForOf(authenticated, parts.markSecret, session)
  const fences = isFenced(obligations.input, learnt.found) ? fencesFor(view, codeFor) : undefined
  const edited = editParts(
    view.parts,
    learnt.found,
    obligations.input,
    vault,
    ASKED_MAX,
    fences && ((one) => fences.fenced(one)),
  )
  if (edited.kind === 'refuse') return edited
  const rename = model.upstreamModel === view.model ? undefined : model.upstreamModel
  const { carriedOut, edits } = edited.value
  const askUsage = needsUsage && !view.saysUsage
  // Where no answer is edited, an empty signature is the provider's own way.
  const leaveOut = isEdited(obligations.output) ? 'emptied' : 'edited'
  const watches = CANARY_TYPES.some((type) => obligations.output.has(type))
  if (obligations.system.length === 0 && obligations.spotlight === undefined && !watches && fences === undefined) {
    const body = view.edit({ model: rename, edits, askUsage, leaveOut })
    return proceed({ body, carriedOut, systemMessage: undefined, vault, asksUsage: askUsage, canary: [] })
  }
  const canaryFor = watches
    ? (texts: readonly string[]) => parts.canaryFor(texts, belonging(authenticated, session))
    : undefined
  const said = systemWork(view, obligations, edits, parts.systemMessages, { codeFor, canaryFor, fences })
  if (said.kind === 'refuse') return said
  const { canary, change, message } = said.value
  return proceed({
    body: view.edit({ model: rename, edits: said.value.edits, system: change, askUsage, leaveOut }),
    carriedOut: { ...carriedOut, ...said.value.carriedOut },
    systemMessage: message,
    vault,
    asksUsage: askUsage,
    canary,
  })
}

/** Marks for what is found, of a code that no part has: it may be found in any of them. */
function fencesFor({ parts }: RequestView, codeFor: CodeFor): Marks {
  return new Marks(codeFor(parts.map(({ text }) => text)), 1)
}

function isFenced(acts: ActsByType, found: readonly PartFindings[]): boolean {
  return found.some(({ findings }) => findings.some(({ type }) => acts.get(type) === 'fence'))
}

function isEdited(acts: ActsByType): boolean {
  for (const act of acts.values()) if (act !== 'flag' && act !== 'block') return true
  return false
}

/** In a session the same mark stands in all that is said, so that what a provider keeps of a prompt is of use to it. */
function belonging({ principal, received }: Authenticated, session: string | undefined): readonly string[] {
  return session === undefined ? [received.id] : [subjectOf(principal).uid, session]
}

/** Without a session an exchange is one of its own, and its id was unguessable when its texts were written. */
function codeForOf({ principal, received }: Authenticated, secret: Buffer, session: string | undefined): CodeFor {
  return session === undefined ? () => received.id : codeOf(secret, subjectOf(principal).uid, session, received.id)
}

/**
 * The edits for the parts of one body, request or whole answer.
 *
 * @param vault where tokenized values go, each of at most `lengthMax` characters; undefined: they are redacted
 * @param fence undefined: what would be fenced is redacted
 */
export function editParts(
  parts: readonly TextPart[],
  found: readonly PartFindings[],
  acts: ActsByType,
  vault: VaultSession | undefined,
  lengthMax: number,
  fence?: Fence,
): Step<PartEdits> {
  if (found.length === 0 || acts.size === 0) return proceed(NOTHING)
  const edits: Edit[] = []
  const carriedOut: Record<string, number> = {}
  for (const { index, findings } of found) {
    const part = parts[index]
    if (part === undefined) return refuse('obligation_failed', `no part ${index}`)
    const tokenizer = vault === undefined || part.isName ? undefined : tokenizerOf(vault, part.isJson, lengthMax)
    const edited = editText(part.text, withoutPlaceholders(vault, part.text, findings), acts, tokenizer, fence)
    if (edited.kind === 'blocked') return refuse('content_blocked', `block:${edited.type}`, { param: part.address })
    for (const [type, times] of edited.counts) {
      const what = `${acts.get(type)}:${type}`
      carriedOut[what] = (carriedOut[what] ?? 0) + times
    }
    if (edited.text === part.text) continue
    // A name is what programs look for: changing one would change what the body means.
    if (part.isName) return refuse('obligation_failed', 'a finding in a name of a member', { param: part.address })
    edits.push({ index, text: edited.text })
  }
  return proceed({ edits, carriedOut })
}
