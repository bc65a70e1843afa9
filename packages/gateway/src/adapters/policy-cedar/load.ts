import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { head } from './annotations.js'
import { policySetTextToParts, policyToJson } from './cedar.js'
import { checkAnnotations, type Say } from './check-annotations.js'
import { checkKnown, checkNamed } from './check-known.js'
import { checkReads } from './check-reads.js'
import { checkRoutes } from './check-route.js'
import { checkTypes, messageOf, offsetOf, type Typed } from './check-types.js'
import { type CedarEngine, createCedarEngine, type EngineOptions } from './engine.js'
import { type Fault, Places } from './place.js'
import type { Policy } from './policy.js'
import { schemaText } from './schema.js'
import { type Piece, split } from './tokens.js'
import { findingWords, type Vocabulary } from './vocabulary.js'

export interface PolicyFile {
  /** As it shall be named in faults. */
  readonly path: string
  readonly text: string
}

export interface Loaded {
  /** In the order of files and places. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** Undefined where there is a fault. */
  readonly engine: CedarEngine | undefined
}

/** Checks policies as a whole and makes the engine that decides by them. */
export function loadPolicies(
  files: readonly PolicyFile[],
  vocabulary: Vocabulary,
  options: EngineOptions = {},
): Loaded {
  const faults: Fault[] = []
  const warnings: Fault[] = []
  const policies: Policy[] = []
  const typed: Typed[] = []
  const idPlaces = new Map<string, Fault>()
  const findable = { words: findingWords(vocabulary), isDev: vocabulary.known?.isDev === true }

  for (const file of files) {
    const places = new Places(file.path, file.text)
    const error: Say = (offset, message) => void faults.push(places.fault(offset, message))
    const warn: Say = (offset, message) => void warnings.push(places.fault(offset, message))
    const parsed = parse(file.text, error)
    for (const { piece, json } of parsed) {
      const { effect, written } = head(piece)
      const effectAt = effect?.start ?? piece.start
      const policy = checkAnnotations(piece, json, findable, error, warn)
      if (policy !== undefined) policies.push(policy)
      if (vocabulary.known !== undefined) {
        checkKnown(piece, json, vocabulary.known, warn)
        checkReads(piece, json, vocabulary.known, warn)
        checkNamed(piece, json, vocabulary.known, error)
        checkRoutes(piece, json, vocabulary.known, error)
      }

      const id: string | null | undefined = json.annotations?.['id']
      if (typeof id === 'string' && id !== '') {
        const at = written.find(({ name }) => name === 'id')?.start ?? effectAt
        const first = idPlaces.get(id)
        if (first === undefined) idPlaces.set(id, places.fault(at, ''))
        else error(at, `\`@id\` \`${id}\` is already that of the policy at ${first.file}:${first.line}:${first.column}`)
      }
      const guards = json.effect === 'forbid' || json.annotations?.['mode'] === 'oblige'
      typed.push({ piece, effectAt, guards, error, warn })
    }
  }

  const schema = schemaText(vocabulary)
  const unsound = checkTypes(typed, schema, vocabulary)
  if (unsound !== undefined) faults.push(ofAll(files, unsound))
  if (faults.length > 0)
    return { faults: inOrder(faults, files), warnings: inOrder(warnings, files), engine: undefined }

  const made = createCedarEngine({ policies, schema, vocabulary, options })
  if (made.kind === 'failed') faults.push(ofAll(files, made.why))
  return { faults, warnings: inOrder(warnings, files), engine: made.kind === 'made' ? made.value : undefined }
}

function parse(text: string, error: Say): readonly { readonly piece: Piece; readonly json: PolicyJson }[] {
  const parsed: { readonly piece: Piece; readonly json: PolicyJson }[] = []
  const pieces = split(text)
  for (const piece of pieces) {
    const answer = policyToJson(piece.text)
    if (answer.type === 'success') {
      parsed.push({ piece, json: answer.json })
      continue
    }
    for (const one of answer.errors.flatMap((each) => [each, ...(each.related ?? [])])) {
      const template = one.message.includes('got a template')
      error(offsetOf(one, piece), template ? 'templates are not taken: a policy must not have slots' : messageOf(one))
    }
  }
  // Our own split must be Cedar's: else a policy could be paired with another's annotations.
  if (
    parsed.length === pieces.length &&
    pieces.length > 0 &&
    !sameAsCedar(
      text,
      parsed.map(({ json }) => json),
    )
  ) {
    error(0, 'this file cannot be split into its policies soundly')
  }
  return parsed
}

function sameAsCedar(text: string, parsed: readonly PolicyJson[]): boolean {
  const answer = policySetTextToParts(text.replace(/^\uFEFF/, ''))
  if (answer.type === 'failure' || answer.policy_templates.length > 0) return false
  const theirs = answer.policies.map((one) => {
    const json = policyToJson(one)
    return json.type === 'success' ? stableJson(json.json) : ''
  })
  const ours = parsed.map(stableJson)
  return theirs.length === ours.length && theirs.sort().join('\n') === ours.sort().join('\n')
}

/** JSON text that does not depend on the order of members, which Cedar does not promise. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** What concerns all policies together stands at the first file. */
function ofAll(files: readonly PolicyFile[], message: string): Fault {
  return { file: files[0]?.path ?? '', line: 1, column: 1, message }
}

function inOrder(faults: readonly Fault[], files: readonly PolicyFile[]): readonly Fault[] {
  const order = new Map(files.map(({ path }, index) => [path, index]))
  return [...faults].sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  )
}
