import type { Counts } from '../../release/counts.js'
import {
  type ActsByType,
  errorName,
  NO_RETRY,
  proceed,
  type Refusal,
  refuse,
  type Step,
  type TextPart,
  type VaultSession,
} from '../../spec/index.js'
import type { Life } from '../life.js'
import type { ReadDesk } from './desk.js'

/** Two placeholders of one session that meet are told apart by more letters: it never comes to this. */
const CLASHES_MAX = 4

/** What is done with the texts that a read gives. */
export interface TextWork {
  readonly acts: ActsByType
  /** Where tokenized values go; undefined: nothing is to be tokenized. */
  readonly vault: VaultSession | undefined
  readonly counts: Counts
  readonly life: Life
}

/** A text that a read gives. */
export interface GivenText {
  readonly text: string
  /** What is put there must be escaped as in JSON. */
  readonly isJson: boolean
}

/**
 * Texts as their reader may see them: inspected, here and elsewhere, and edited as policy wants. The very texts where nothing is
 * looked for.
 */
export async function judgedTexts(
  { parts: { editTexts, elsewhere, learn } }: ReadDesk,
  given: readonly GivenText[],
  { acts, counts, life, vault }: TextWork,
): Promise<Step<readonly string[]>> {
  const texts = given.map(({ text }) => text)
  if (acts.size === 0 || texts.length === 0) return proceed(texts)
  const parts = given.map(partOf)
  const seen = await elsewhere?.(acts)?.(parts, life.heldLabels(), life.signal)
  const learnt = learn(parts, acts, seen)
  if (learnt.kind === 'refuse') return learnt
  const { found, opened } = learnt.value
  for (const { findings } of found) for (const { type } of findings) counts.found(type, 1)
  for (const detector of opened) counts.opened(detector)
  const edited = editTexts(parts, found, acts, vault)
  // Without its `param`: it would say where in the data something was found.
  if (edited.kind === 'refuse') return refuse(edited.code, edited.forLog)
  const { carriedOut, edits } = edited.value
  for (const what in carriedOut) counts.did(what, carriedOut[what] ?? 0)
  const out = [...texts]
  for (const { index, text } of edits) out[index] = text
  return proceed(out)
}

/** Values with placeholders in their place, which the vault has kept. */
export async function tokenized(vault: VaultSession, values: readonly string[]): Promise<Step<readonly string[]>> {
  try {
    for (let left = CLASHES_MAX; left > 0; left -= 1) {
      const placeholders = values.map((value) => vault.tokenize('data.value', value))
      if (vault.isKept || (await vault.keep()) === 'kept') return proceed(placeholders)
    }
  } catch (error) {
    return refuse('obligation_failed', `vault: not kept (${errorName(error)})`, { headers: NO_RETRY })
  }
  return refuse('obligation_failed', 'vault: placeholders clash')
}

/** What was tokenized in texts must be kept before they are seen. */
export async function keptIn(vault: VaultSession | undefined): Promise<Refusal | undefined> {
  if (vault === undefined || vault.isKept) return undefined
  try {
    if ((await vault.keep()) === 'kept') return undefined
  } catch (error) {
    return refuse('obligation_failed', `vault: not kept (${errorName(error)})`, { headers: NO_RETRY })
  }
  return refuse('obligation_failed', 'vault: placeholders clash')
}

function partOf({ isJson, text }: GivenText, index: number): TextPart {
  return { role: 'tool', address: `/${index}`, text, isName: false, isJson }
}
