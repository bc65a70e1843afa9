import type { Finding, FindingType } from './finding.js'
import type { TextPart } from './part.js'
import type { Refusal } from './refusal.js'

export interface Scan {
  /** Final findings only: no text that may follow changes them. Sorted by start; of one type no two overlap. */
  readonly findings: readonly Finding[]
  /** Offset from which a candidate is still open: text before it is judged. `text.length` where nothing is open. */
  readonly hold: number
}

/**
 * Finds protected text of one or more types. What it finds depends on the text alone.
 *
 * Law (chunk invariance): for every cutting of a text into pieces, scanning the growing text piece by piece gives the same
 * findings as one scan of the whole with `ended`. Text once below `hold` is never part of a later finding.
 */
export interface Detector {
  readonly name: string
  readonly types: readonly FindingType[]
  /**
   * @param text what is known so far, UTF-16
   * @param from where unjudged text begins; what stands before it is context only (a word boundary, say)
   * @param ended no text follows: nothing may stay open
   */
  scan(text: string, from: number, ended: boolean): Scan
}

/** What a detector makes of a body. */
export interface Judgement {
  /** Of each part: sorted by start; those of one type do not overlap. */
  readonly findings: readonly (readonly Finding[])[]
  /** Of each part: whether it is not sure, whatever it found there: a detector that sees more may be asked. No policy hears of it. */
  readonly unsure: readonly boolean[]
}

/**
 * Judges texts by who says them and what stands beside them in the same body: a request, or an answer. What it would find in half a
 * text says nothing of what it finds in all of it, so a stream that it looks at is kept until it is whole.
 */
export interface BodyDetector {
  readonly name: string
  readonly types: readonly FindingType[]
  /** @param isKnown whether a part need not be judged: what is said of it counts for nothing. Default: none */
  inspect(parts: readonly TextPart[], isKnown?: (index: number) => boolean): Judgement
  /** All of a body that counts for a part of it besides its role and its text: where that is the same too, so is what is said of it. */
  beside(parts: readonly TextPart[]): string
}

/** What it means that a detector failed: `open` lets pass what it failed at, and the log says so each time. */
export type WhenIll = 'closed' | 'open'

/** A detector as an operator placed it. */
export interface Placed<D> {
  readonly detector: D
  readonly whenIll: WhenIll
}

/** A detector that failed: it is not known what it would have found. */
export interface Illness {
  readonly detector: string
  /** A closed code or an error's name, never its message: that may quote the text. */
  readonly why: string
  readonly whenIll: WhenIll
}

/** One channel of a stream (one JSON path of one choice, say): text goes in as it comes, judged text comes out. */
export interface TextGuard {
  /** What may leave now, edited as the obligations ask; or a refusal where an obligation blocks. */
  push(text: string): string | Refusal
  /** The channel has ended: the rest. */
  end(): string | Refusal
  /** Characters held back at this moment, UTF-16 code units. */
  readonly held: number
}
