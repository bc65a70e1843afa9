import {
  type Edit,
  type Fingerprints,
  labelsKnownIn,
  type Refusal,
  type TextGuard,
  type TextPart,
  withLabels,
} from '../spec/index.js'

/** The labels of what is known in one answer, as it leaves. Nothing of its texts is edited. */
export class KnownInAnswer {
  readonly #known: Fingerprints
  #labels: readonly string[] = []

  constructor(known: Fingerprints) {
    this.#known = known
  }

  /** So far, sorted. */
  get labels(): readonly string[] {
    return this.#labels
  }

  /** Of a whole answer. */
  see(parts: readonly TextPart[], edits: readonly Edit[]): void {
    const edited = new Map(edits.map(({ index, text }) => [index, text]))
    const texts = parts.map(({ text }, index) => edited.get(index) ?? text)
    this.#labels = withLabels(this.#labels, labelsKnownIn(this.#known, texts))
  }

  /** @param inner what it gives out is what leaves */
  guard(inner: TextGuard | undefined): TextGuard {
    const watch = this.#known.watch((found) => {
      this.#labels = withLabels(this.#labels, found)
    })
    return new Watching(watch, inner)
  }
}

/**
 * Looks at what leaves. Where what came last may be the end of something known, it waits for what follows: so the whole of it is
 * never out before its labels are there.
 */
class Watching implements TextGuard {
  readonly #watch: ReturnType<Fingerprints['watch']>
  readonly #inner: TextGuard | undefined
  #waiting = ''

  constructor(watch: ReturnType<Fingerprints['watch']>, inner: TextGuard | undefined) {
    this.#watch = watch
    this.#inner = inner
  }

  get held(): number {
    return this.#waiting.length + (this.#inner?.held ?? 0)
  }

  push(text: string): string | Refusal {
    const judged = this.#inner === undefined ? text : this.#inner.push(text)
    if (typeof judged !== 'string' || judged === '') return judged
    const out = this.#waiting + judged
    this.#waiting = this.#watch.push(judged) ? out : ''
    return this.#waiting === '' ? out : ''
  }

  end(): string | Refusal {
    const rest = this.#inner?.end() ?? ''
    if (typeof rest !== 'string') return rest
    this.#watch.push(rest)
    this.#watch.end()
    const out = this.#waiting + rest
    this.#waiting = ''
    return out
  }
}
