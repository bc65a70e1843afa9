import { type Refusal, refuse } from '../../../spec/index.js'

/**
 * A no to a statement, with the place that it is about.
 *
 * Neither text quotes the statement, for what was meant as a value may stand anywhere in it.
 *
 * @param what lower case, without a full stop
 * @param at UTF-16 code units from the beginning; undefined or negative where there is no place
 */
export function fault(what: string, text: string, at?: number): Refusal {
  // A name is the caller's own word: it is told to nobody else.
  const kind = `sql: ${what.replace(/`[^`]*`/g, '…')}`
  if (at === undefined || at < 0) return refuse('invalid_request', kind, { message: said(what), param: 'sql' })
  return refuse('invalid_request', `${kind}, at character ${at}`, {
    message: said(`${what}, at ${placeIn(text, at)}`),
    param: 'sql',
  })
}

/** @param at UTF-16 code units from the beginning */
export function placeIn(text: string, at: number): string {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/)
  const column = (lines.at(-1)?.length ?? 0) + 1
  return `line ${lines.length}, column ${column} (character ${at})`
}

/** A word of the statement that may be said: it is short, plain, and no value looks like a function or a kind of node. */
export function shown(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.]{0,62}$/.test(name) ? `\`${name}\`` : 'of this name'
}

function said(what: string): string {
  return `The statement is not accepted: ${what}.`
}
