import { isUtf8 } from 'node:buffer'
import type { JsonObject } from '../json/located.js'
import { mend } from './escapes.js'

/** Where a container has data attached, in base64 or as a data URL, and what it says of it. */
export interface Attachment {
  /** The object that holds the data, and under which name. */
  readonly inside: JsonObject
  readonly key: string
  /** What stands beside the data says of its media type; undefined: nothing does, so only a data URL can. */
  readonly mediaType: string | undefined
}

/** Text that was attached. */
export interface AttachedText {
  readonly key: string
  /** As it was decoded. */
  readonly text: string
  /** JSON text: escapes hide characters in it. */
  readonly isJson: boolean
  /** What stands in the place of the data where its text is `edited`. */
  encoded(edited: string): string
}

const TEXT_TYPE =
  /^(?:text\/(?!rtf$)[a-z0-9.+-]+|application\/(?:[a-z0-9.-]+\+)?(?:json|xml|yaml)|application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines|yaml|toml|csv|markdown|javascript|ecmascript|typescript|sql|sh|python|tex|latex|graphql))$/
const JSON_TYPE = /[/+](?:x-)?(?:json|ndjson|jsonl|jsonlines|json-lines)$/
const LINES_TYPE = /\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)$/
/** No parameter but the encoding that we read: what stands in another would be seen by nobody. */
const UTF8 = /^(?:; *charset="?(?:utf-?8|us-ascii)"?)?$/i
const DATA_URL = /^data:([^,;]{1,128})([^,]{0,64});base64,/i
const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/
const URL_SAFE = /^[A-Za-z0-9_-]*={0,2}$/
/** Documents that may be spelt in ASCII alone, with their words behind filters: they are no text, whatever is said of them. */
const DISGUISED = /%PDF-|^\s*(?:\{\\rtf|%!PS)/
const HEAD = 1024

/**
 * The text of an attachment that says it is text: undefined where it says so nowhere, or says otherwise anywhere, or where what
 * it has is no base64, no UTF-8, or has characters that no text has.
 *
 * Does not see what a text hides within itself: entities in HTML, base64 in base64.
 */
export function textOf({ inside, key, mediaType }: Attachment): AttachedText | undefined {
  const value = inside[key]
  if (typeof value !== 'string') return undefined
  const url = DATA_URL.exec(value)
  const beside = mediaType === undefined ? undefined : split(mediaType)
  const within = url === null ? undefined : { type: (url[1] ?? '').toLowerCase(), parameters: url[2] ?? '' }
  const said = [beside, within].filter((one) => one !== undefined)
  if (said.length === 0) return undefined
  if (!said.every(({ type, parameters }) => TEXT_TYPE.test(type) && UTF8.test(parameters))) return undefined
  const prefix = url?.[0] ?? ''
  const base64 = value.slice(prefix.length)
  const bytes = decoded(base64)
  if (bytes === undefined || !isUtf8(bytes) || hasControls(bytes)) return undefined
  const text = bytes.toString()
  if (DISGUISED.test(text.slice(0, HEAD))) return undefined
  const isSafe = /[-_]/.test(base64)
  const isPadded = base64.endsWith('=') || base64.length % 4 === 0
  return {
    key,
    text,
    isJson: said.some(({ type }) => JSON_TYPE.test(type)),
    encoded(edited) {
      const now = said.some(({ type }) => LINES_TYPE.test(type)) ? mendedLines(edited, text) : edited
      const out = Buffer.from(now).toString(isSafe ? 'base64url' : 'base64')
      if (!isPadded) return prefix + out.replace(/=+$/, '')
      return prefix + out.padEnd(Math.ceil(out.length / 4) * 4, '=')
    },
  }
}

function split(mediaType: string): { readonly type: string; readonly parameters: string } {
  const at = mediaType.indexOf(';')
  const type = at < 0 ? mediaType : mediaType.slice(0, at)
  return { type: type.trim().toLowerCase(), parameters: at < 0 ? '' : mediaType.slice(at) }
}

/** Readers of base64 differ in what they skip: what is spelt in an unusual way may be another text to the provider. */
function decoded(base64: string): Buffer | undefined {
  if (!STANDARD.test(base64) && !URL_SAFE.test(base64)) return undefined
  const isPadded = base64.endsWith('=')
  if (isPadded ? base64.length % 4 !== 0 : base64.length % 4 === 1) return undefined
  return Buffer.from(base64, 'base64')
}

function hasControls(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte < 0x20 ? byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d : byte === 0x7f) return true
  }
  return false
}

function mendedLines(edited: string, before: string): string {
  const lines = edited.split('\n')
  const were = before.split('\n')
  if (lines.length !== were.length) return edited
  return lines.map((line, at) => mend(line, were[at] ?? '')).join('\n')
}
