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
 * What a text reads as that is respelt, and what that carries: the same from wherever it is asked, since who looks for something may
 * have to know what it stands within, however long that is. Undefined where it reads as it is written.
 */
function respeltIn(text: string, ended: boolean): Disguises | undefined {
  if (!mayReadOtherwise(text)) return undefined
  const { view, known } = respelled(text, ended)
  if (view === undefined) return undefined
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
 * The ways in which a text says something that does not stand there as it is: respelt, and carried in base64 or hexadecimal digits;
 * those in what was respelt or carried once, too. Each is a text of its own, whatever else there is.
 *
 * Several who look at one text, one after the other, are told by one look. It is forgotten as soon as whoever had them look has said
 * all that he says at once.
 */
export class Glances {
  #text: string | undefined
  #ended = false
  #respelt: Disguises | undefined
  /** Of a text that reads as it is written, what it carries from one place on. */
  #carried: { readonly from: number; readonly said: Disguises } | undefined
  #forgets = false

  disguisesIn(text: string, from: number, ended: boolean): Disguises {
    if (this.#text !== text || this.#ended !== ended) this.#look(text, ended)
    if (this.#respelt !== undefined) return this.#respelt
    if (this.#carried?.from !== from) this.#carried = { from, said: nested(carriedIn(text, from, ended)) }
    return this.#carried.said
  }

  #look(text: string, ended: boolean): void {
    this.#respelt = respeltIn(text, ended)
    this.#carried = undefined
    this.#text = text
    this.#ended = ended
    if (this.#forgets) return
    this.#forgets = true
    queueMicrotask(() => {
      this.#forgets = false
      this.#text = undefined
      this.#respelt = undefined
      this.#carried = undefined
    })
  }
}
