/**
 * Who says a text, as far as the dialect tells: `reasoning` is what a model thinks, `tool-call` what it hands to a tool, `tool`
 * what a tool gave back. `unknown` is text in a field that the dialect does not know.
 */
export type Role = 'system' | 'user' | 'assistant' | 'reasoning' | 'tool-call' | 'tool' | 'tool-definition' | 'unknown'

/** One piece of human text in a body, with the address it stands at. */
export interface TextPart {
  readonly role: Role
  /** Where: a JSON pointer (RFC 6901), for the log and `param`. */
  readonly address: string
  /** Decoded: JSON escapes resolved. */
  readonly text: string
  /** A member's name rather than its value: a finding here refuses, since a name cannot be edited. */
  readonly isName: boolean
  /** JSON text within the string: what is put there must be escaped as in JSON. */
  readonly isJson: boolean
  /** A signature may vouch for it, so that it is worth something only as it was said. */
  readonly isSealed?: boolean
}

/** Put `text` in place of the part at `index` of the view's `parts`. */
export interface Edit {
  readonly index: number
  readonly text: string
}
