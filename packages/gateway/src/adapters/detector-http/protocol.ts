import { isJsonObject, type Json, type JsonObject } from '../../json/strict.js'
import { DetectorFailed, type Finding, type FindingType } from '../../spec/index.js'

/** How one kind of detector is asked, and what it answers. */
export interface Protocol {
  /** Below the configured URL. */
  readonly path: string
  /** Texts that one call takes. */
  readonly batchMax: number
  /** The JSON that is sent. */
  request(texts: readonly string[]): JsonObject
  /** Findings of each of the texts that were sent. Throws `DetectorFailed` where the answer is none. */
  read(answer: Json, texts: readonly string[]): readonly (readonly Finding[])[]
}

/** What an answer's word for a finding means here. `injection`: the grade that its score says. */
export type Meaning = FindingType | 'injection'

export interface ProtocolOptions {
  readonly types: ReadonlyMap<string, Meaning>
  /** The lowest score that counts; undefined: what the kind itself takes for one. */
  readonly threshold: number | undefined
  /** Of the texts, for kinds that need to be told. */
  readonly language: string
  /** Of the provider, for kinds that need to be told. Undefined: its own choice. */
  readonly model: string | undefined
}

/** All types that meanings can come to. */
export function typesOf(meanings: Iterable<Meaning>): readonly FindingType[] {
  const types = new Set<FindingType>()
  for (const one of meanings) for (const type of one === 'injection' ? GRADES : [one]) types.add(type)
  return [...types].sort()
}

const GRADES = ['injection.low', 'injection.medium', 'injection.high'] as const

export function typeOf(meaning: Meaning, score: number): FindingType {
  if (meaning !== 'injection') return meaning
  if (score >= 0.8) return 'injection.high'
  return score >= 0.5 ? 'injection.medium' : 'injection.low'
}

/** A member that must be an object. */
export function objectIn(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw invalid()
  return value
}

export function listIn(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw invalid()
  return value as readonly Json[]
}

/** A number from `least` to 1. */
export function scoreIn(value: Json | undefined, least: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= 1)) throw invalid()
  return value
}

/** What was answered is not what this kind of detector says. Nothing of it is told. */
export function invalid(): DetectorFailed {
  return new DetectorFailed('ANSWER_INVALID')
}
