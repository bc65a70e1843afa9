import type { Container, Place } from '../../../json/located.js'
import { containerAt, itemSplices, itemsOf } from '../../../lens/items.js'
import type { SystemSplices } from '../../../lens/lens.js'
import { put } from '../../../lens/option.js'
import type { Seen } from '../../../lens/parts.js'
import { isSystem } from './facts.js'

/**
 * The operator's system text: in `instructions`, which models are told before all input, in front of the caller's own there; what
 * comes behind the caller's own is a message where the caller's input begins with such messages.
 */
export const responsesSystem: SystemSplices = (seen, { before, after, callers }, textAt) => {
  const { located } = seen
  const root = located.containers[0] as Container
  const { input, items, leading } = callersIn(seen)
  const keeps = callers === 'keep'
  const own = instructionsIn(seen)
  const asMessage = keeps && leading > 0 && after !== ''
  const theirs = keeps && own !== undefined ? textAt(own) : ''
  const said = [before, theirs, asMessage ? '' : after].filter((text) => text !== '').join('\n\n')
  const instructions =
    said === '' && own === undefined
      ? []
      : [put(located, root, 'instructions', said === '' ? 'null' : JSON.stringify(said))]
  if (input === undefined) return instructions
  const behind = asMessage ? { index: leading - 1, items: [message(after)] } : undefined
  const isDropped = (index: number): boolean => !keeps && isSystem(items[index]?.value)
  return [...instructions, ...itemSplices(input, items, { front: [], behind, isDropped })]
}

/** Undefined where there are none. */
function instructionsIn({ places }: Seen): Place | undefined {
  return places.find((one) => one.inside?.index === 0 && one.key === 'instructions' && !one.isName)
}

function callersIn({ located }: Seen): {
  readonly input: Container | undefined
  readonly items: readonly Container[]
  /** How many messages speak as the system before any other item. */
  readonly leading: number
} {
  const input = containerAt(located, located.containers[0] as Container, 'input')
  const items = input === undefined ? [] : itemsOf(located, input)
  const other = items.findIndex(({ value }) => !isSystem(value))
  return { input, items, leading: other < 0 ? items.length : other }
}

function message(text: string): string {
  return JSON.stringify({ type: 'message', role: 'system', content: text })
}
