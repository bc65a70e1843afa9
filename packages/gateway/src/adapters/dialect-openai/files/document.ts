import { type JsonLimits, type Located, readLocated } from '../../../json/located.js'
import { spliced, splicesOf } from '../../../lens/edits.js'
import { unhide } from '../../../lens/escapes.js'
import { type Seen, see } from '../../../lens/parts.js'
import { shape } from '../../../lens/shape.js'
import type { Change, RequestView } from '../../../spec/dialect.js'
import type { TextPart } from '../../../spec/part.js'

const ANYTHING = shape({}, { open: true, numeric: true })

/**
 * A document that requests will name: JSON and lines of JSON by their strings and long numbers; anything else as one text. Escapes
 * hide nothing in that either: what is no JSON here may be some to a reader that minds less.
 *
 * @param text undefined: nobody can look into it
 */
export function documentView(text: Buffer | undefined, limits: JsonLimits): RequestView {
  if (text === undefined) return viewOf([], ['file'], () => NOTHING)
  const whole = jsonIn(text.toString('utf8'), limits)
  if (whole.kind === 'located') return ofPieces(text, [{ before: '', located: whole }]) ?? ofPlain(text)
  return ofPieces(text, linesOf(text, limits)) ?? ofPlain(text)
}

const NOTHING = Buffer.alloc(0)

interface Piece {
  /** What stands between it and the one before. */
  readonly before: string
  readonly located: Located | string
}

/** Read as the one item of a list: a value that stands alone has a place then, as any other. */
function jsonIn(text: string, limits: JsonLimits): ReturnType<typeof readLocated> {
  const alone = readLocated(Buffer.from(text), limits)
  if (alone.kind === 'fault') return alone
  return readLocated(Buffer.from(`[${text}]`), {
    depthMax: limits.depthMax + 1,
    placesMax: limits.placesMax + 1,
  })
}

/** Empty where a line is no JSON. */
function linesOf(text: Buffer, limits: JsonLimits): readonly Piece[] {
  const pieces: Piece[] = []
  for (const [at, line] of text.toString('utf8').split('\n').entries()) {
    const located = /^[ \t\r]*$/.test(line) ? line : jsonIn(line, limits)
    if (typeof located !== 'string' && located.kind === 'fault') return []
    pieces.push({ before: at === 0 ? '' : '\n', located })
  }
  return pieces
}

function ofPieces(text: Buffer, pieces: readonly Piece[]): RequestView | undefined {
  if (pieces.length === 0) return undefined
  const seen: (Seen | undefined)[] = pieces.map(({ located }) =>
    typeof located === 'string' ? undefined : see(located, ANYTHING),
  )
  const parts = seen.flatMap((one) => one?.parts ?? [])
  return viewOf(parts, [], ({ edits }) => {
    if (edits.length === 0) return text
    let from = 0
    const written = pieces.map(({ before, located }, at) => {
      const one = seen[at]
      if (one === undefined || typeof located === 'string') return before + String(located)
      const start = from
      from += one.parts.length
      const own = edits.filter(({ index }) => index >= start && index < from)
      const now = own.map((edit) => ({ index: edit.index - start, text: edit.text }))
      return before + spliced(located.text, splicesOf(one, now)).toString('utf8').slice(1, -1)
    })
    return Buffer.from(written.join(''))
  })
}

function ofPlain(text: Buffer): RequestView {
  const part: TextPart = {
    role: 'unknown',
    address: '',
    text: unhide(text.toString('utf8')),
    isName: false,
    isJson: false,
  }
  return viewOf([part], [], ({ edits: [edit] }) => (edit === undefined ? text : Buffer.from(edit.text)))
}

function viewOf(
  parts: readonly TextPart[],
  uninspectable: readonly string[],
  edit: (change: Change) => Buffer,
): RequestView {
  return {
    ...{ model: '', stream: false, maxTokens: 0, hasSystemMessage: false, takesSystem: false, hasEffects: true },
    ...{ tools: 0, conversation: undefined, saysUsage: true, parts, uninspectable, edit },
  }
}
