/** Where a secret comes from, by the word that commands and logs say. */
export type SecretKind = 'value' | 'environment' | 'file' | 'command' | 'store'

/** The name of a secret that the store keeps. */
export const SECRET_NAME: RegExp = /^[A-Za-z0-9._-]{1,128}$/

/** It becomes a header, or a signature in one, so nothing that could end one. */
const KEY_TEXT = /^[\x21-\x7e]{1,8192}$/

/**
 * A provider's key as it was read; undefined where it is none: one of up to 8192 printable ASCII characters without spaces, or a
 * JSON object of such, as tools print it, without the blanks between its parts.
 */
export function keyText(read: string): string | undefined {
  if (KEY_TEXT.test(read)) return read
  if (!read.startsWith('{')) return undefined
  try {
    const compact = JSON.stringify(JSON.parse(read))
    return KEY_TEXT.test(compact) ? compact : undefined
  } catch {
    return undefined
  }
}

/** One place that a secret is read from. Asked again and again: what it gives may change while the gateway runs. */
export interface SecretSource {
  readonly kind: SecretKind
  /** How long a text that was read counts before it is read again, milliseconds; infinite for what cannot change. */
  readonly freshMs: number
  /**
   * Reads the text anew, without blanks around it. Synchronous where the text is at hand. Throws, or rejects with,
   * `SecretUnreadable` where there is none.
   */
  read(): string | Promise<string>
}

/** A secret that cannot be had. The message names the place, and never what was found there. */
export class SecretUnreadable extends Error {
  override readonly name: string = 'SecretUnreadable'
}
