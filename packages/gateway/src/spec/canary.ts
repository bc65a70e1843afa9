import type { Detector } from './detector.js'

/** A mark in the system text of an exchange, and what finds it, or the text, in the answer. */
export interface Canary {
  /** To stand behind the system text. */
  readonly line: string
  readonly detectors: readonly Detector[]
}

/**
 * @param texts the system text, in its pieces
 * @param of what the mark belongs to: the same gives the same one
 */
export type CanaryFor = (texts: readonly string[], of: readonly string[]) => Canary
