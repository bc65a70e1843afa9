/** What an operator says to models, by the name that policies call it. */
export interface SystemMessage {
  readonly name: string
  /** The operator's own count of it, for the log. */
  readonly version: string | undefined
  /** In front of what callers say. */
  readonly text: string
  /** Behind the caller's system text; empty: nothing. */
  readonly after: string
  /** SHA-256 over both texts, hexadecimal. */
  readonly digest: string
}
