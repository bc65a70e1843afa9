import type {
  Act,
  ActsByType,
  ChannelKind,
  Detector,
  FindingType,
  Illness,
  Placed,
  Refusal,
  Scan,
  TextGuard,
  VaultSession,
  WhenIll,
} from '../spec/index.js'
import { refuse } from '../spec/index.js'
import { Editor } from '../spec/replacement.js'
import { ANSWERED_MAX, tokenizerOf } from '../spec/tokenizer.js'

/**
 * How far back detectors look for context: a word boundary, the name before a key, the beginning of an end mark. They look some
 * hundred characters back, of which each may be written as four (`%41`).
 */
const CONTEXT = 512
/** The front of the text is dropped only when this much of it is done with: not at every push. */
const DROP_MIN = 512
/**
 * As much of a finding's head as a detector needs to know it again, with each character of a mark written as ten, and where its shared
 * dashes begin before it.
 */
const HEAD_LENGTH = 384
const HEAD_LEAD = 8

export interface GuardFactoryParts {
  readonly detectors: readonly Placed<Detector>[]
  /** The acts of one direction. Only detectors that yield a type with an act take part. */
  readonly acts: ActsByType
  /** Called for every finding that an act was carried out on (a flag too). */
  readonly onFinding: (type: FindingType, act: Act, count: number) => void
  /** A detector failed. Called once a channel: closed ends it, open lets pass what the detector failed at. */
  readonly onIll: (illness: Illness) => void
  /** What is tokenized goes there. */
  readonly vault?: VaultSession | undefined
}

/** A guard for each channel. All its state is its own. */
export type GuardFactory = (channel: ChannelKind) => TextGuard

export function createGuardFactory({ detectors, acts, onFinding, onIll, vault }: GuardFactoryParts): GuardFactory {
  const taking = detectors.filter(({ detector }) => detector.types.some((type) => acts.has(type)))
  const count = (type: FindingType, act: Act): void => onFinding(type, act, 1)
  return ({ isJson }) => {
    const tokenizer = vault === undefined ? undefined : tokenizerOf(vault, isJson, ANSWERED_MAX)
    return new Guard(taking, new Editor(acts, count, tokenizer), onIll)
  }
}

/**
 * One detector's place in the text. What ends where its detector holds may be half of something without end (a private
 * key): the text between is dropped, its head is not, for it is how the detector knows what it stands within.
 */
interface Place {
  readonly detector: Detector
  readonly whenIll: WhenIll
  from: number
  head: string
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

class Guard implements TextGuard {
  #places: readonly Place[]
  readonly #onIll: (illness: Illness) => void
  readonly #editor: Editor
  #text = ''
  #refusal: Refusal | undefined

  constructor(detectors: readonly Placed<Detector>[], editor: Editor, onIll: (illness: Illness) => void) {
    this.#places = detectors.map(({ detector, whenIll }) => ({ detector, whenIll, from: 0, head: '' }))
    this.#onIll = onIll
    this.#editor = editor
  }

  get held(): number {
    return this.#refusal === undefined ? Math.max(0, this.#text.length - this.#editor.settled) : 0
  }

  push(text: string): string | Refusal {
    return this.#advance(text, false)
  }

  end(): string | Refusal {
    return this.#advance('', true)
  }

  #advance(more: string, ended: boolean): string | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    const text = this.#text + more
    this.#text = text
    let judged = text.length
    for (const place of this.#places) {
      let scan: Scan
      try {
        scan = place.detector.scan(text, place.from, ended)
      } catch (error) {
        const { detector, whenIll } = place
        this.#onIll({ detector: detector.name, why: error instanceof Error ? error.name : 'threw', whenIll })
        if (whenIll === 'closed') {
          return this.#refuse(refuse('inspection_failed', `detector ${detector.name} failed in a stream`))
        }
        // What it was in the middle of is lost to it, so it is asked no more in this channel.
        this.#places = this.#places.filter((one) => one !== place)
        continue
      }
      if (scan.findings.length > 0) this.#editor.add(scan.findings)
      keepHead(place, scan, text)
      place.from = scan.hold
      if (scan.hold < judged) judged = scan.hold
    }
    // Half a character is not given out: its other half comes with the next push.
    if (!ended && judged === text.length && isHighSurrogate(text.charCodeAt(judged - 1))) judged--
    const out = this.#editor.advance(text, judged, ended)
    const { blocked } = this.#editor
    if (blocked !== undefined) return this.#refuse(refuse('content_blocked', `${blocked} in a stream`))
    this.#drop()
    return out
  }

  #refuse(refusal: Refusal): Refusal {
    this.#refusal = refusal
    this.#text = ''
    return refusal
  }

  /** Drops what neither a detector nor the editor looks at any more. */
  #drop(): void {
    let keep = this.#editor.settled
    for (const place of this.#places) if (place.from - CONTEXT < keep) keep = place.from - CONTEXT
    if (keep < DROP_MIN) return
    let heads = ''
    // The line break keeps a head and what follows from reading like a mark that never stood there.
    for (const place of this.#places) if (place.head !== '') heads += `${place.head}\n`
    const by = keep - heads.length
    if (by <= 0) return
    this.#text = heads + this.#text.slice(keep)
    for (const place of this.#places) place.from -= by
    this.#editor.shift(by)
  }
}

function keepHead(place: Place, scan: Scan, text: string): void {
  if (scan.findings.length === 0) {
    if (scan.hold !== place.from) place.head = ''
    return
  }
  // The one that ends there need not be the one that begins last: those of different types may overlap.
  const at = scan.findings.findLastIndex(({ end }) => end === scan.hold)
  const last = scan.findings[at]
  if (last === undefined) {
    if (scan.hold !== place.from) place.head = ''
    return
  }
  let { start } = last
  for (let i = at - 1; i >= 0; i--) {
    const before = scan.findings[i]
    if (before?.type !== last.type) continue
    if (before.end !== start) break
    start = before.start
  }
  if (start === place.from && place.head !== '') return
  place.head = text.slice(Math.max(0, start - HEAD_LEAD), start + HEAD_LENGTH)
}
