import type { Container, JsonObject, JsonValue } from '../../json/located.js'
import { isObject, type Member } from '../../lens/path.js'
import { fieldOf } from './proto.js'

/** Where a string of an argument stands in its call. */
export interface Argument {
  /** The same for all pieces of it, and for no other. */
  readonly group: string
  /** The part that says `text` as its next piece. */
  part(text: string): JsonObject
}

interface Call {
  /** Calls of the same candidate that are over. */
  ended: number
  /** Arguments that are not over. */
  readonly open: Set<string>
}

/** A provider must not make us remember any number of them. */
const OPEN_MAX = 4096

/**
 * Calls of functions whose arguments come in pieces. Such a call is many parts: each has pieces of arguments, told by the path that
 * an argument has in the call, and the last one says no more that it goes on.
 */
export class Calls {
  readonly #of = new Map<string, Call>()
  /** The groups of the event in hand, by the object that brings a piece. */
  #pieces = new Map<JsonValue, string>()

  /** An event begins. */
  begin(): void {
    if (this.#pieces.size > 0) this.#pieces = new Map()
  }

  /** Told of every candidate of every event, in order. Gives the groups that end with it. */
  see(candidate: string, content: JsonValue | undefined): readonly string[] {
    const parts = isObject(content) ? content['parts'] : undefined
    if (!Array.isArray(parts)) return []
    const ends: string[] = []
    for (const part of parts) {
      const call = isObject(part) ? fieldOf(part, 'functionCall') : undefined
      if (isObject(call)) this.#call(candidate, call, ends)
    }
    return ends
  }

  /** The candidate has finished. Gives the groups that end with it. */
  finish(candidate: string): readonly string[] {
    const open = [...(this.#of.get(candidate)?.open ?? [])]
    this.#of.delete(candidate)
    return open
  }

  #call(candidate: string, call: JsonObject, ends: string[]): void {
    const goesOn = fieldOf(call, 'willContinue') === true
    let state = this.#of.get(candidate)
    if (state === undefined) {
      // Most calls come whole.
      if (!goesOn || this.#of.size >= OPEN_MAX) return
      state = { ended: 0, open: new Set() }
      this.#of.set(candidate, state)
    }
    const partial = fieldOf(call, 'partialArgs')
    for (const piece of Array.isArray(partial) ? partial : []) {
      if (isObject(piece)) this.#piece(`${candidate}/call ${state.ended}`, piece, state.open, ends)
    }
    if (goesOn) return
    ends.push(...state.open)
    state.open.clear()
    state.ended++
  }

  #piece(call: string, piece: JsonObject, open: Set<string>, ends: string[]): void {
    const group = `${call}/${String(fieldOf(piece, 'jsonPath') ?? '')}`
    const goesOn = fieldOf(piece, 'willContinue') === true
    // What begins and ends here comes whole, and is judged so.
    if (!open.has(group) && (!goesOn || open.size >= OPEN_MAX)) return
    this.#pieces.set(piece, group)
    if (goesOn) open.add(group)
    else if (open.delete(group)) ends.push(group)
  }

  /** Undefined where no piece of an argument stands there. */
  pieceOf(path: readonly Member[], inside: Container): Argument | undefined {
    const key = path.at(-1)?.key
    const group = key === 'stringValue' || key === 'string_value' ? this.#pieces.get(inside.value) : undefined
    if (group === undefined || Array.isArray(inside.value)) return undefined
    const jsonPath = fieldOf(inside.value, 'jsonPath') ?? ''
    return {
      group,
      part: (text) => ({
        functionCall: { partialArgs: [{ jsonPath, stringValue: text, willContinue: true }], willContinue: true },
      }),
    }
  }
}
