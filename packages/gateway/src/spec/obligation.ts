import { FINDING_TYPES, type FindingType, type TermType } from './finding.js'
import { joinLimits, type LimitObligation, parseLimit, type Sizes } from './limit.js'
import {
  joinReadingTerms,
  NO_READING_TERMS,
  parseReadingObligation,
  type ReadingObligation,
  type ReadingTerms,
} from './reading-obligation.js'
import type { Amount } from './window.js'

/**
 * Strongest first: for each finding type the strongest act holds. What is fenced the model is shown, between marks, and told to take
 * it for data.
 */
export const ACTS = ['block', 'redact', 'mask', 'tokenize', 'fence', 'flag'] as const
export type Act = (typeof ACTS)[number]

/** Where no value is restored unless a policy that permits `detokenize` names the place. */
export const GUARDED_SINKS = ['url', 'tool-arguments'] as const
export type GuardedSink = (typeof GUARDED_SINKS)[number]

export type Direction = 'input' | 'output'

/**
 * What becomes of the system text that callers send. `replace`: the operator's own stands in its place; `wrap`: the operator's
 * stands around it; `fence`: the operator's stands before it, and the caller's is marked as data; `drop`: it is taken out.
 */
export const SYSTEM_ACTS = ['replace', 'wrap', 'fence', 'drop'] as const
export type SystemAct = (typeof SYSTEM_ACTS)[number]

export interface SystemObligation {
  readonly kind: 'system'
  readonly act: SystemAct
  /** Of the operator's text; undefined for `drop`. */
  readonly name: string | undefined
  readonly source: string
}

/**
 * How texts that no person said are marked, so that a model can tell them from what it is asked (spotlighting, Hines and others
 * 2024): marks around them, a mark in place of each space, or base64. Strongest last.
 */
export const SPOTLIGHT_METHODS = ['delimit', 'datamark', 'encode'] as const
export type SpotlightMethod = (typeof SPOTLIGHT_METHODS)[number]

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
  /** To another configured model, in place of the one that was asked for. */
  | { readonly kind: 'route'; readonly model: string; readonly source: string }
  | SystemObligation
  | { readonly kind: 'spotlight'; readonly method: SpotlightMethod; readonly source: string }
  /** Concerns the action `detokenize` alone. */
  | { readonly kind: 'restore'; readonly sink: GuardedSink; readonly source: string }
  | LimitObligation
  /** Concerns reads of datasets alone. */
  | ReadingObligation

/** The acts that hold for each finding type, one direction. A type that is absent has no obligation. */
export type ActsByType = ReadonlyMap<FindingType, Act>

/** The union over the determining policies, the strongest act for each type. */
export interface Obligations {
  readonly input: ActsByType
  readonly output: ActsByType
  readonly passUninspectable: boolean
  /** An act of that direction is `tokenize`. */
  readonly tokenizes: { readonly input: boolean; readonly output: boolean }
  readonly restore: ReadonlySet<GuardedSink>
  /** Models, each once. Two refuse. */
  readonly routes: readonly string[]
  /** More than one: nobody can tell which shall hold, so the request is refused. */
  readonly system: readonly SystemObligation[]
  readonly spotlight: SpotlightMethod | undefined
  readonly sizes: Sizes
  /** Each once. A request has to fit all of them, so the smallest refuses first. */
  readonly spends: readonly Amount[]
  readonly reading: ReadingTerms
  /** As written, for the log. */
  readonly sources: readonly string[]
}

export const NO_OBLIGATIONS: Obligations = {
  input: new Map(),
  output: new Map(),
  passUninspectable: false,
  tokenizes: { input: false, output: false },
  restore: new Set(),
  routes: [],
  system: [],
  spotlight: undefined,
  sizes: new Map(),
  spends: [],
  reading: NO_READING_TERMS,
  sources: [],
}

/**
 * Parses one member, such as `output:redact:secret`. Gives a text that says what is wrong where it is none that this version
 * knows: `check` reports it, and at run time it is a refusal.
 *
 * @param terms what the operator's own terms yield
 */
export function parseObligation(source: string, terms: readonly TermType[] = []): Obligation | Unknown {
  const words = source.split(':')
  if (source === 'pass:uninspectable') return { kind: 'pass', what: 'uninspectable', source }
  const sink = GUARDED_SINKS.find((one) => source === `restore:${one}`)
  if (sink !== undefined) return { kind: 'restore', sink, source }
  const reading = parseReadingObligation(source)
  if (reading !== undefined) return reading
  if (words[0] === 'limit') return parseLimit(source)
  if (words[0] === 'system') return systemObligation(source, words.slice(1))
  if (words[0] === 'spotlight') return spotlightObligation(source, words.slice(1))
  if (words[0] === 'route') {
    const model = source.slice('route:'.length)
    return model === ''
      ? { kind: 'unknown', why: `obligation \`${source}\` needs a model after \`route:\`` }
      : { kind: 'route', model, source }
  }
  const direction: Direction = words[0] === 'output' ? 'output' : 'input'
  const [act, type, ...rest] = direction === 'output' ? words.slice(1) : words
  const known = ACTS.find((one) => one === act)
  if (known === undefined) return { kind: 'unknown', why: `unknown obligation \`${source}\`` }
  if (known === 'fence' && direction === 'output') {
    return { kind: 'unknown', why: `obligation \`${source}\`: a model is shown marks, its reader is not` }
  }
  if (type === undefined || type === '' || rest.length > 0) {
    return { kind: 'unknown', why: `obligation \`${source}\` needs one finding type after \`${act}:\`` }
  }
  const types = [...FINDING_TYPES, ...terms].filter((one) => one === type || one.startsWith(`${type}.`))
  if (types.length === 0) {
    return { kind: 'unknown', why: `unknown finding type \`${type}\` in obligation \`${source}\``, type }
  }
  return { kind: 'text', direction, act: known, types, source }
}

type Unknown = {
  readonly kind: 'unknown'
  readonly why: string
  /** That there is not, where nothing else is wrong. */
  readonly type?: string
}

function systemObligation(source: string, [act, name, ...rest]: readonly string[]): SystemObligation | Unknown {
  const known = SYSTEM_ACTS.find((one) => one === act)
  if (known === undefined || rest.length > 0) return { kind: 'unknown', why: `unknown obligation \`${source}\`` }
  if (known === 'drop') {
    if (name === undefined) return { kind: 'system', act: known, name: undefined, source }
    return {
      kind: 'unknown',
      why: `obligation \`${source}\` takes no name: nothing stands in the place of what is dropped`,
    }
  }
  if (name === undefined || name === '') {
    return {
      kind: 'unknown',
      why: `obligation \`${source}\` needs the name of a system message after \`system:${known}:\``,
    }
  }
  return { kind: 'system', act: known, name, source }
}

function spotlightObligation(source: string, [method, ...rest]: readonly string[]): Obligation | Unknown {
  const known = SPOTLIGHT_METHODS.find((one) => one === method)
  if (known !== undefined && rest.length === 0) return { kind: 'spotlight', method: known, source }
  return {
    kind: 'unknown',
    why: `obligation \`${source}\`: write one of \`spotlight:${SPOTLIGHT_METHODS.join('`, `spotlight:')}\``,
  }
}

/** Joins obligations; the strongest act wins for each type and direction, and the smallest limit. */
export function joinObligations(all: readonly Obligation[]): Obligations {
  const input = new Map<FindingType, Act>()
  const output = new Map<FindingType, Act>()
  const routes = new Set<string>()
  const system = new Map<string, SystemObligation>()
  let spotlight: SpotlightMethod | undefined
  const restore = new Set<GuardedSink>()
  let passUninspectable = false
  const limits: LimitObligation[] = []
  const reading: ReadingObligation[] = []
  for (const one of all) {
    if (one.kind === 'pass') {
      passUninspectable = true
      continue
    }
    if (one.kind === 'restore') {
      restore.add(one.sink)
      continue
    }
    if (one.kind === 'size' || one.kind === 'spend') {
      limits.push(one)
      continue
    }
    if (one.kind === 'column' || one.kind === 'rows' || one.kind === 'row-cap' || one.kind === 'purpose') {
      reading.push(one)
      continue
    }
    if (one.kind === 'route') {
      routes.add(one.model)
      continue
    }
    if (one.kind === 'system') {
      system.set(one.source, one)
      continue
    }
    if (one.kind === 'spotlight') {
      if (strength(one.method) > strength(spotlight)) spotlight = one.method
      continue
    }
    const acts = one.direction === 'input' ? input : output
    for (const type of one.types) {
      const held = acts.get(type)
      if (held === undefined || ACTS.indexOf(one.act) < ACTS.indexOf(held)) acts.set(type, one.act)
    }
  }
  const sources = [...new Set(all.map((one) => one.source))]
  return {
    input,
    output,
    passUninspectable,
    tokenizes: { input: isTokenizing(input), output: isTokenizing(output) },
    restore,
    routes: [...routes],
    system: [...system.values()],
    spotlight,
    ...joinLimits(limits),
    reading: joinReadingTerms(reading),
    sources,
  }
}

function isTokenizing(acts: ActsByType): boolean {
  for (const act of acts.values()) if (act === 'tokenize') return true
  return false
}

function strength(method: SpotlightMethod | undefined): number {
  return method === undefined ? -1 : SPOTLIGHT_METHODS.indexOf(method)
}
