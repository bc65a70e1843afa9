import type { Wire } from './wire.js'

/** What the lying upstream does with a request. Times are milliseconds, sizes bytes, piece sizes code points. */
export type Lie =
  /** The truth: a whole answer or a stream, as asked. */
  | { readonly kind: 'honest'; readonly text?: string; readonly pieceSize?: number }
  | { readonly kind: 'never-answers' }
  /** Honest, but the first byte comes late. */
  | { readonly kind: 'late'; readonly delayMs?: number }
  /** Some events, then silence with the connection open. */
  | { readonly kind: 'stalls'; readonly afterEvents?: number }
  | { readonly kind: 'length-too-large'; readonly ending?: 'close' | 'silence' }
  | { readonly kind: 'length-too-small' }
  | { readonly kind: 'two-lengths' }
  | { readonly kind: 'cut-body' }
  | { readonly kind: 'cut-stream'; readonly afterEvents?: number; readonly by?: 'end' | 'reset' }
  /** A stream that ends in good form but for its `[DONE]`. */
  | { readonly kind: 'no-done' }
  | { readonly kind: 'malformed-sse' }
  | { readonly kind: 'malformed-chunks' }
  | { readonly kind: 'not-json'; readonly contentType?: string }
  | { readonly kind: 'not-http' }
  | { readonly kind: 'empty-body' }
  | { readonly kind: 'endless-stream'; readonly delayMs?: number }
  /** One event whose line never ends. */
  | { readonly kind: 'endless-line' }
  | { readonly kind: 'slow-chunks'; readonly delayMs?: number }
  /** An error in the provider's own shape, with the headers of our account there. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** To this server's own `/elsewhere`, where an honest answer waits for whoever follows. */
  | { readonly kind: 'redirect'; readonly status?: number }
  /** Honest, with the headers of our account there. */
  | { readonly kind: 'account-headers' }
  | { readonly kind: 'huge-headers'; readonly bytes?: number }
  /** 103 before the honest answer. */
  | { readonly kind: 'early-hints' }
  | { readonly kind: 'answers-after-client-left' }
  | { readonly kind: 'invalid-utf8' }
  | { readonly kind: 'secret-in-pieces'; readonly pieceSize?: number; readonly text?: string }
  | { readonly kind: 'tool-call-in-pieces'; readonly pieceSize?: number; readonly arguments?: string }
  | { readonly kind: 'choices-interleaved'; readonly pieceSize?: number; readonly texts?: readonly string[] }
  /** Unknown event types, comments, ids, `retry`, data over several lines, CRLF. */
  | { readonly kind: 'strange-events' }
  /** An error event in the middle, as providers send one. */
  | { readonly kind: 'error-event' }
  | { readonly kind: 'gzip' }
  /** These bytes, one write each, then the end of the connection. */
  | { readonly kind: 'raw'; readonly writes: readonly (string | Buffer)[]; readonly delayMs?: number }
  /** Whatever a test writes itself. */
  | { readonly kind: 'custom'; readonly tell: (wire: Wire) => Promise<'keep' | 'close'> }

type Make = (number: number | undefined) => Lie

const BY_NAME: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['honest', (pieceSize) => ({ kind: 'honest', ...set({ pieceSize }) })],
  ['never-answers', () => ({ kind: 'never-answers' })],
  ['late', (delayMs) => ({ kind: 'late', ...set({ delayMs }) })],
  ['stalls', (afterEvents) => ({ kind: 'stalls', ...set({ afterEvents }) })],
  ['length-too-large', () => ({ kind: 'length-too-large' })],
  ['length-too-large-silence', () => ({ kind: 'length-too-large', ending: 'silence' })],
  ['length-too-small', () => ({ kind: 'length-too-small' })],
  ['two-lengths', () => ({ kind: 'two-lengths' })],
  ['cut-body', () => ({ kind: 'cut-body' })],
  ['cut-stream', (afterEvents) => ({ kind: 'cut-stream', ...set({ afterEvents }) })],
  ['reset-stream', (afterEvents) => ({ kind: 'cut-stream', by: 'reset', ...set({ afterEvents }) })],
  ['no-done', () => ({ kind: 'no-done' })],
  ['malformed-sse', () => ({ kind: 'malformed-sse' })],
  ['malformed-chunks', () => ({ kind: 'malformed-chunks' })],
  ['not-json', () => ({ kind: 'not-json' })],
  ['not-http', () => ({ kind: 'not-http' })],
  ['empty-body', () => ({ kind: 'empty-body' })],
  ['endless-stream', (delayMs) => ({ kind: 'endless-stream', ...set({ delayMs }) })],
  ['endless-line', () => ({ kind: 'endless-line' })],
  ['slow-chunks', (delayMs) => ({ kind: 'slow-chunks', ...set({ delayMs }) })],
  ['status', (status) => ({ kind: 'status', status: status ?? 500 })],
  ['redirect', (status) => ({ kind: 'redirect', ...set({ status }) })],
  ['account-headers', () => ({ kind: 'account-headers' })],
  ['huge-headers', (bytes) => ({ kind: 'huge-headers', ...set({ bytes }) })],
  ['early-hints', () => ({ kind: 'early-hints' })],
  ['answers-after-client-left', () => ({ kind: 'answers-after-client-left' })],
  ['invalid-utf8', () => ({ kind: 'invalid-utf8' })],
  ['secret-in-pieces', (pieceSize) => ({ kind: 'secret-in-pieces', ...set({ pieceSize }) })],
  ['tool-call-in-pieces', (pieceSize) => ({ kind: 'tool-call-in-pieces', ...set({ pieceSize }) })],
  ['choices-interleaved', (pieceSize) => ({ kind: 'choices-interleaved', ...set({ pieceSize }) })],
  ['strange-events', () => ({ kind: 'strange-events' })],
  ['error-event', () => ({ kind: 'error-event' })],
  ['gzip', () => ({ kind: 'gzip' })],
])

/** Every name that a model can have to get its lie, without `lie-`. */
export const LIE_NAMES: readonly string[] = [...BY_NAME.keys()]

/** `lie-late`, or with the lie's number `lie-late-3000`, `lie-status-429`, `lie-secret-in-pieces-1`. */
export function lieOfModel(model: string): Lie | undefined {
  const [, name = '', number] = /^lie-([a-z0-9-]*?[a-z0-9])(?:-(\d{1,7}))?$/.exec(model) ?? []
  return BY_NAME.get(name)?.(number === undefined ? undefined : Number(number))
}

function set<K extends string>(value: { readonly [key in K]: number | undefined }): { readonly [key in K]?: number } {
  const present: { [key in K]?: number } = {}
  for (const key of Object.keys(value) as K[]) {
    const number = value[key]
    if (number !== undefined) present[key] = number
  }
  return present
}
