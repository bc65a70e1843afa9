import { type Container, type Place, type Splice, splice } from '../json/located.js'
import type { Edit } from '../spec/part.js'
import { mend } from './escapes.js'
import { echoesIn, Intervals, type Seen, saysAt } from './parts.js'
import { brokenSeals } from './seals.js'
import { attachedAt, type Shapes } from './shape.js'

/**
 * What takes the places of edited parts, and of all that repeats them.
 *
 * @param others that are made too: an edit within what one of them takes out does nothing
 */
export function splicesOf(seen: Seen, edits: readonly Edit[], others: readonly Splice[] = []): Splice[] {
  if (edits.length === 0) return []
  const splices = echoesIn(seen.located, seen.shapes)
  const echoed = new Intervals([...splices, ...others])
  for (const { index, text } of edits) {
    const place = seen.places[index]
    if (place === undefined || place.isName) throw new RangeError('an edit of what is no part, or of a name')
    if (echoed.hold(place.start, place.end)) continue
    splices.push({ start: place.start, end: place.end, json: JSON.stringify(placed(seen.shapes, place, text)) })
  }
  for (const { start, end } of brokenSeals(seen, edits)) {
    if (!echoed.hold(start, end)) splices.push({ start, end, json: '""' })
  }
  return splices
}

/** The string that says `text` there. */
function placed(shapes: Shapes, place: Place, text: string): string {
  const inside = place.inside as Container
  const attached = attachedAt(shapes, inside, place.key, false)
  if (attached !== undefined) return attached.encoded(attached.isJson ? mend(text, attached.text) : text)
  return saysAt(shapes, inside, place.key, false) === 'arguments' ? mend(text, place.value) : text
}

export function spliced(text: string, splices: Splice[]): Buffer {
  // What is put in at a place comes before what takes something out there.
  splices.sort((a, b) => a.start - b.start || a.end - b.end)
  return Buffer.from(splice(text, splices))
}
