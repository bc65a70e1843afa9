import type { Illness, Placed } from './detector.js'
import type { Finding, FindingType } from './finding.js'
import type { TextPart } from './part.js'

/**
 * How a text stands in its body: as what the model was told to be and do (`system`), as data (what a tool gave back, a document), or
 * as words of somebody else.
 */
export type Standing = 'system' | 'data' | 'words'

/** A detector elsewhere: outside, or beside the gateway's own thread. It sees texts before anything is decided about them. */
export interface RemoteDetector {
  readonly name: string
  readonly types: readonly FindingType[]
  /** What carries another label is not sent to it, so that it counts as failed there. `all`: what it is shown stays in this process. */
  readonly labelsWithin: readonly string[] | 'all'
  /** The longest text it takes, UTF-16 code units. Of a longer one it is given windows that overlap. */
  readonly textMax: number
  /**
   * Finds in each of the texts: none of them empty, none too long, each well-formed UTF-16. Findings come in any order, overlap as
   * they like, and have offsets in UTF-16 code units. Rejects, best with `DetectorFailed`, where it did not look at all of them.
   *
   * @param signal aborted when nobody waits any more
   * @param standings of each text. Undefined: nobody knows. One that asks outside tells nobody.
   */
  inspect(
    texts: readonly string[],
    signal: AbortSignal,
    standings?: readonly Standing[],
  ): Promise<readonly (readonly Finding[])[]>
}

/** Why a detector elsewhere found nothing, and nothing that was sent to it or came from it. */
export class DetectorFailed extends Error {
  override readonly name: string = 'DetectorFailed'
  readonly code: string

  /** @param code in capitals: `STATUS_500` */
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

export interface PlacedRemote extends Placed<RemoteDetector> {
  /** For one body, whatever it takes: waiting for its turn, and every call. */
  readonly timeoutMs: number
  /** For injections it is asked only where one here is unsure of a body, or none here judged it. */
  readonly ifUnsure?: boolean
}

/** What detectors elsewhere said of some texts. */
export interface Elsewhere {
  /** Of each text. */
  readonly findings: readonly (readonly Finding[])[]
  readonly failed: readonly Illness[]
}

/**
 * Has texts looked at by detectors elsewhere. Never rejects: one that fails is in the answer.
 *
 * @param parts whose role tells of each text where it stands
 * @param labels of the texts
 * @param isUnsure whether a detector here is, of one of them; undefined: that is not known
 */
export type LookElsewhere = (
  parts: readonly Pick<TextPart, 'role' | 'text'>[],
  labels: readonly string[],
  signal: AbortSignal,
  isUnsure?: boolean,
) => Promise<Elsewhere>
