import { type Cargo, type Carried, carriedIn } from './carried.js'
import { mayReadOtherwise, respelled } from './respelled.js'
import { through, type View } from './view.js'

/** What a text reads as, or carries, from `from` on. Empty for nearly all texts. */
export interface Disguises {
  readonly all: readonly Carried[]
  /** What stands from here on may still turn out to be one. */
  readonly known: number
}

/**
 * The ways in which a text from `from` on says something that does not stand there as it is: respelt, and carried in base64 or
 * hexadecimal digits; those in what was respelt or carried once, too. Each is a text of its own, whatever else there is.
 */
function disguisesIn(text: string, from: number, ended: boolean): Disguises {
  // From the front on: who looks for something may have to know what it stands within, however long that is.
  const { view, known } = mayReadOtherwise(text) ? respelled(text, ended) : { view: undefined, known: text.length }
  if (view === undefined) return nested(carriedIn(text, from, ended))
  if (view.text === '') return { all: NONE, known }
  const cargo = nested(carriedIn(view.text, 0, ended))
  return {
    all: [{ view, from: 0, isOpen: !ended }, ...cargo.all.map((one) => behind(view, one))],
    known: cargo.known < view.text.length ? placeOf(view, cargo.known) : known,
  }
}

const NONE: readonly Carried[] = []

/** With what is carried by what is carried: no deeper. */
function nested({ all, known }: Cargo): Disguises {
  if (all.length === 0) return { all, known }
  let least = known
  const inner = all.flatMap(({ view, from, isOpen }) => {
    const cargo = carriedIn(view.text, from, !isOpen)
    if (cargo.known < view.text.length) least = Math.min(least, placeOf(view, cargo.known))
    return cargo.all.map((one) => behind(view, one))
  })
  return { all: [...all, ...inner], known: least }
}

function behind(view: View, one: Carried): Carried {
  return { ...one, view: through(view, one.view) }
}

/** Where the character of a view came from. */
function placeOf(view: View, at: number): number {
  return view.spanOf(at, at + 1).start
}

/** The first character of a view that came from `place` or from behind it; its length where none did. */
export function indexOf({ text, spanOf }: View, place: number): number {
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spanOf(middle, middle + 1).start < place) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * What several who look at one text, one after the other and from the same place, are told by one look. It is forgotten as soon as
 * whoever had them look has said all that he says at once.
 */
export class Glances {
  #last: { readonly text: string; readonly from: number; readonly ended: boolean; readonly said: Disguises } | undefined
  #forgets = false

  disguisesIn(text: string, from: number, ended: boolean): Disguises {
    const last = this.#last
    if (last !== undefined && last.from === from && last.ended === ended && last.text === text) return last.said
    const said = disguisesIn(text, from, ended)
    this.#last = { text, from, ended, said }
    if (!this.#forgets) {
      this.#forgets = true
      queueMicrotask(() => {
        this.#forgets = false
        this.#last = undefined
      })
    }
    return said
  }
}
