import { FINDING_TYPES, type FindingType } from './finding.js'

/** Strongest first: for each finding type the strongest act holds. */
export const ACTS = ['block', 'redact', 'mask', 'flag'] as const
export type Act = (typeof ACTS)[number]

export type Direction = 'input' | 'output'

/** One parsed member of an `@obligation` annotation. */
export type Obligation =
  | {
      readonly kind: 'text'
      readonly direction: Direction
      readonly act: Act
      readonly types: readonly FindingType[]
      readonly source: string
    }
  | { readonly kind: 'pass'; readonly what: 'uninspectable'; readonly source: string }

/** The acts that hold for each finding type, one direction. A type that is absent has no obligation. */
export type ActsByType = ReadonlyMap<FindingType, Act>

/** The union over the determining policies, the strongest act for each type. */
export interface Obligations {
  readonly input: ActsByType
  readonly output: ActsByType
  readonly passUninspectable: boolean
  /** As written, for the log. */
  readonly sources: readonly string[]
}

export const NO_OBLIGATIONS: Obligations = {
  input: new Map(),
  output: new Map(),
  passUninspectable: false,
  sources: [],
}

/**
 * Parses one member, such as `output:redact:secret`. Gives a text that says what is wrong where it is none that this version
 * knows: `check` reports it, and at run time it is a refusal.
 */
export function parseObligation(source: string): Obligation | { readonly kind: 'unknown'; readonly why: string } {
  const words = source.split(':')
  if (source === 'pass:uninspectable') return { kind: 'pass', what: 'uninspectable', source }
  const direction: Direction = words[0] === 'output' ? 'output' : 'input'
  const [act, type, ...rest] = direction === 'output' ? words.slice(1) : words
  const known = ACTS.find((one) => one === act)
  if (known === undefined) return { kind: 'unknown', why: `unknown obligation \`${source}\`` }
  if (type === undefined || type === '' || rest.length > 0) {
    return { kind: 'unknown', why: `obligation \`${source}\` needs one finding type after \`${act}:\`` }
  }
  const types = FINDING_TYPES.filter((one) => one === type || one.startsWith(`${type}.`))
  if (types.length === 0)
    return { kind: 'unknown', why: `unknown finding type \`${type}\` in obligation \`${source}\`` }
  return { kind: 'text', direction, act: known, types, source }
}

/** Joins obligations; the strongest act wins for each type and direction. */
export function joinObligations(all: readonly Obligation[]): Obligations {
  const input = new Map<FindingType, Act>()
  const output = new Map<FindingType, Act>()
  let passUninspectable = false
  for (const one of all) {
    if (one.kind === 'pass') {
      passUninspectable = true
      continue
    }
    const acts = one.direction === 'input' ? input : output
    for (const type of one.types) {
      const held = acts.get(type)
      if (held === undefined || ACTS.indexOf(one.act) < ACTS.indexOf(held)) acts.set(type, one.act)
    }
  }
  return { input, output, passUninspectable, sources: [...new Set(all.map((one) => one.source))] }
}
