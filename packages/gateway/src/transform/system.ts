import {
  type Canary,
  type Detector,
  type Edit,
  type Obligations,
  proceed,
  type RequestView,
  type Role,
  refuse,
  type Step,
  type SystemChange,
  type SystemMessage,
} from '../spec/index.js'
import { type CodeFor, Marks } from './marks.js'

/** What the operator says to the model in an exchange, and what becomes of others' texts for it. */
export interface SystemWork {
  readonly edits: readonly Edit[]
  readonly change: SystemChange | undefined
  readonly message: SystemMessage | undefined
  readonly carriedOut: Readonly<Record<string, number>>
  /** What the answer is searched by. */
  readonly canary: readonly Detector[]
}

export interface SystemParts {
  /** What marks are made of. */
  readonly codeFor: CodeFor
  /** Undefined: nothing is fenced. */
  readonly fences: Marks | undefined
  /** Undefined: nobody asks whether system text is in the answer. */
  readonly canaryFor: ((texts: readonly string[]) => Canary) | undefined
}

/**
 * Carries out the obligations on system text, and marks what no person said.
 *
 * @param edits what other obligations make of the parts: marks go round what is sent, not round what came
 */
export function systemWork(
  view: RequestView,
  obligations: Obligations,
  edits: readonly Edit[],
  messages: ReadonlyMap<string, SystemMessage>,
  { codeFor, canaryFor, fences }: SystemParts,
): Step<SystemWork> {
  const { spotlight } = obligations
  const [system, other] = obligations.system
  if (system === undefined && spotlight === undefined && canaryFor === undefined && fences === undefined)
    return proceed({ ...NOTHING, edits })
  if (system !== undefined && other !== undefined) {
    return refuse('obligation_failed', `two obligations on system text: ${system.source}, ${other.source}`)
  }
  const message = system?.name === undefined ? undefined : messages.get(system.name)
  if (system?.name !== undefined && message === undefined) {
    return refuse('obligation_failed', `no system message \`${system.name}\``)
  }
  // Only where something is marked: to look through all texts for a code costs more than all else here.
  let made: Marks | undefined
  const marks = (): Marks => {
    made ??= new Marks(codeFor(textsBy(view, edits, ['system', 'tool'])))
    return made
  }
  const carriedOut: Record<string, number> = {}
  const before: string[] = []
  if (message !== undefined) before.push(message.text)
  if (fences !== undefined) before.push(fences.spotlightRule('delimit'))
  let now = edits
  if (system?.act === 'fence') {
    const fenced = marked(view, now, 'system', (text) => marks().delimited(text))
    if (fenced.count > 0) before.push(marks().fenceRule())
    now = fenced.edits
  }
  if (spotlight !== undefined) {
    const spotlit = marked(view, now, 'tool', (text) => marks().spotlit(spotlight, text))
    if (spotlit.count > 0) {
      before.push(marks().spotlightRule(spotlight))
      carriedOut[`spotlight:${spotlight}`] = spotlit.count
    }
    now = spotlit.edits
  }
  const drops = system?.act === 'replace' || system?.act === 'drop'
  if (system !== undefined) carriedOut[system.source] = 1
  const secret = canaryFor === undefined ? NO_TEXTS : systemTexts(view, edits, message, drops)
  // Where the model is told nothing there is nothing that it could tell.
  const canary = canaryFor === undefined || secret.length === 0 ? undefined : canaryFor(secret)
  if (canary !== undefined) carriedOut['canary'] = 1
  const detectors = canary?.detectors ?? NO_DETECTORS
  const after = [message?.after ?? '', canary?.line ?? ''].filter((one) => one !== '').join('\n\n')
  if (before.length === 0 && after === '' && !drops)
    return proceed({ edits: now, change: undefined, message, carriedOut, canary: detectors })
  if (!view.takesSystem) return refuse('obligation_failed', 'this endpoint has no place for system text')
  const change: SystemChange = { before: before.join('\n\n'), after, callers: drops ? 'drop' : 'keep' }
  return proceed({ edits: now, change, message, carriedOut, canary: detectors })
}

const NO_TEXTS: readonly string[] = []
const NO_DETECTORS: readonly Detector[] = []
const NOTHING: Omit<SystemWork, 'edits'> = {
  change: undefined,
  message: undefined,
  carriedOut: {},
  canary: NO_DETECTORS,
}

/** All that the model is told by its operator and the calling application, as it is sent. */
function systemTexts(
  view: RequestView,
  edits: readonly Edit[],
  message: SystemMessage | undefined,
  drops: boolean,
): readonly string[] {
  const callers = drops ? NO_TEXTS : textsBy(view, edits, ['system'])
  return [message?.text ?? '', ...callers, message?.after ?? ''].filter((one) => one.trim() !== '')
}

/** As they are sent, but for what is put around them. */
function textsBy({ parts }: RequestView, edits: readonly Edit[], roles: readonly Role[]): readonly string[] {
  const edited = edits.length === 0 ? undefined : new Map(edits.map(({ index, text }) => [index, text]))
  const texts: string[] = []
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]
    if (part !== undefined && roles.includes(part.role)) texts.push(edited?.get(index) ?? part.text)
  }
  return texts
}

function marked(
  { parts }: RequestView,
  edits: readonly Edit[],
  role: Role,
  mark: (text: string) => string,
): { readonly edits: readonly Edit[]; readonly count: number } {
  const byPart = new Map(edits.map(({ index, text }) => [index, text]))
  let count = 0
  for (const [index, part] of parts.entries()) {
    if (part.role !== role || part.isName) continue
    byPart.set(index, mark(byPart.get(index) ?? part.text))
    count++
  }
  return { edits: [...byPart].map(([index, text]) => ({ index, text })), count }
}
