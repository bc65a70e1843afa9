import {
  type ActsByType,
  type Edit,
  type Elsewhere,
  type Lens,
  type PartFindings,
  type Refusal,
  refuse,
  type Step,
  type TextPart,
  type Usage,
  type VaultSession,
} from '../spec/index.js'
import type { Counts } from './counts.js'
import type { KnownInAnswer } from './known.js'
import { type Heard, hear, say } from './late.js'
import type { Restoring } from './restoring.js'

/** What inspection learnt of an answer. */
export interface AnswerInspected {
  readonly found: readonly PartFindings[]
  /** Detectors that failed, and whose operator lets that pass. */
  readonly opened: readonly string[]
}

export interface Judging {
  /** For these acts: what nothing would be done about need not be looked for. */
  readonly inspect: (
    parts: readonly TextPart[],
    elsewhere: Elsewhere | undefined,
    acts: ActsByType,
  ) => Step<AnswerInspected>
  readonly editParts: (
    parts: readonly TextPart[],
    found: readonly PartFindings[],
    acts: ActsByType,
    vault: VaultSession | undefined,
  ) => Step<{ readonly edits: readonly Edit[]; readonly carriedOut: Readonly<Record<string, number>> }>
}

/** An answer that is whole: what came in one piece, or a stream that was kept. */
export interface Whole {
  readonly lens: Lens
  readonly body: Buffer
  readonly acts: ActsByType
  readonly counts: Counts
  /** What is tokenized goes there. */
  readonly vault: VaultSession | undefined
  /** Puts values back, behind whatever else is done. */
  readonly restoring: Restoring | undefined
  /** Looks at what leaves. */
  readonly known: KnownInAnswer | undefined
  /** See `StreamLensParts`. */
  readonly dropUsage: boolean
}

export interface Judged {
  readonly usage: Usage | undefined
  /** Of a stream. */
  readonly dropped: number
  /** What may leave; the very body where nothing was edited. */
  readonly out: Buffer | Refusal
}

/** Judges an answer in one piece. */
export function judge({ inspect, editParts }: Judging, whole: Whole, elsewhere: Elsewhere | undefined): Judged {
  const { lens, body, acts, counts, known, restoring, vault } = whole
  const read = lens.readAnswer(body)
  if (read.kind === 'refuse') return { usage: undefined, dropped: 0, out: read }
  const view = read.value
  const { usage } = view
  if (acts.size === 0) {
    const edits = restoring?.edits(view.parts, []) ?? []
    known?.see(view.parts, edits)
    return { usage, dropped: 0, out: restoring === undefined ? body : view.edit(edits) }
  }
  const inspected = inspect(view.parts, elsewhere, acts)
  if (inspected.kind === 'refuse') return { usage, dropped: 0, out: inspected }
  const { found, opened } = inspected.value
  for (const { findings } of found) for (const { type } of findings) counts.found(type, 1)
  for (const detector of opened) counts.opened(detector)
  const edited = editParts(view.parts, found, acts, vault)
  // Without its `param`: an address in an answer is made of the provider's own names, which may be what was found.
  if (edited.kind === 'refuse') return { usage, dropped: 0, out: refuse(edited.code, edited.forLog) }
  const { edits, carriedOut } = edited.value
  for (const what in carriedOut) counts.did(what, carriedOut[what] ?? 0)
  const all = restoring?.edits(view.parts, edits) ?? edits
  known?.see(view.parts, all)
  return { usage, dropped: 0, out: view.edit(all) }
}

/**
 * The same, once detectors elsewhere have looked. While they do, nothing is held of the answer but its bytes and its texts. Never
 * rejects.
 */
export async function judgeElsewhere(
  judging: Judging,
  whole: Whole,
  isStream: boolean,
  look: (heard: Heard) => Promise<Elsewhere>,
): Promise<Judged> {
  let usage: Usage | undefined
  try {
    const heard = isStream ? hear(whole.lens, whole.body, whole.dropUsage) : partsOf(whole)
    if ('kind' in heard) return { usage, dropped: 0, out: heard }
    usage = heard.usage
    const elsewhere = await look(heard)
    return isStream ? late(judging, whole, heard, elsewhere) : judge(judging, whole, elsewhere)
  } catch (error) {
    return { usage, dropped: 0, out: threw(error) }
  }
}

function partsOf({ lens, body }: Whole): Heard | Refusal {
  const read = lens.readAnswer(body)
  return read.kind === 'refuse' ? read : { parts: read.value.parts, usage: read.value.usage }
}

function late({ inspect }: Judging, whole: Whole, { parts, usage }: Heard, elsewhere: Elsewhere): Judged {
  const { lens, body, acts, counts, dropUsage, known, restoring, vault } = whole
  const inspected = inspect(parts, elsewhere, acts)
  if (inspected.kind === 'refuse') return { usage, dropped: 0, out: inspected }
  const { found, opened } = inspected.value
  for (const detector of opened) counts.opened(detector)
  return say(lens, body, {
    parts,
    found,
    acts,
    vault,
    restoring,
    known,
    dropUsage,
    onFinding(type, act) {
      counts.found(type, 1)
      counts.did(`${act}:${type}`, 1)
    },
  })
}

/** A guard that throws is an inspection that failed: closed, whatever it was about. */
export function threw(error: unknown): Refusal {
  return refuse('inspection_failed', `answer: ${error instanceof Error ? error.name : 'threw'}`)
}
