import type { Refusal } from '../spec/index.js'

/** The provider's headers by lower-case name. */
export interface UpstreamHeaders {
  get(name: string): string | undefined
}

/** What comes back, in order: one head, any number of pieces, then one of `end` and `failed`. */
export interface Answer {
  /** False asks the provider's socket to wait for `resume`. */
  head(status: number, headers: UpstreamHeaders, upstream: Upstream): boolean
  data(chunk: Buffer): boolean
  end(): void
  failed(refusal: Refusal): void
}

/** The provider's side of a call under way. */
export interface Upstream {
  resume(): void
  /** Hangs up at once. Nothing more comes, not even `failed`. */
  abort(): void
}
