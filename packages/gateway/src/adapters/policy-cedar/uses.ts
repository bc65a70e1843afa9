import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { type Action, FINDING_TYPES, type FindingType, familyOf } from '../../spec/index.js'
import { attributeOf, field, node, operands, variable } from './ast.js'
import type { Policy } from './policy.js'
import { mayApply } from './reads.js'

/**
 * Finding types of a request about one action that a policy could make use of: an obligation on the request names them, or a
 * condition asks for them, in shadow too. A condition that reads findings in a way that is not understood could ask for any.
 *
 * @param types that there are
 */
export function usesOf(
  policies: readonly Policy[],
  action: Action,
  types: readonly FindingType[] = FINDING_TYPES,
): ReadonlySet<FindingType> {
  const uses = new Set<FindingType>()
  for (const { json, mode, obligations } of policies) {
    if (!mayApply(json, action)) continue
    for (const one of mode === 'shadow' ? [] : obligations) {
      if (one.kind === 'text' && one.direction === 'input') for (const type of one.types) uses.add(type)
    }
    for (const word of wordsIn(json)) {
      for (const type of types) if (word === ANY || word === type || word === familyOf(type)) uses.add(type)
    }
  }
  return uses
}

const ANY: unique symbol = Symbol('any')
type Word = string | typeof ANY

function wordsIn({ conditions }: PolicyJson): ReadonlySet<Word> {
  const words = new Set<Word>()
  for (const { body } of conditions) read(body, words)
  return words
}

const CONTAINS: ReadonlySet<string> = new Set(['contains', 'containsAll', 'containsAny'])

function read(expression: unknown, words: Set<Word>): void {
  const here = node(expression)
  const below = here === undefined ? undefined : operands(here)
  if (here === undefined || below === undefined || variable(expression) === 'context') {
    words.add(ANY)
    return
  }
  const { op, body } = here
  if (CONTAINS.has(op) && attributeOf(field(body, 'left'), 'context') === 'findings') {
    const asked = spelt(field(body, 'right'))
    if (asked === undefined) words.add(ANY)
    else for (const word of asked) words.add(word)
    return
  }
  if ((op === '.' || op === 'has') && variable(field(body, 'left')) === 'context') {
    const named = field(body, 'attr')
    const name: unknown = Array.isArray(named) && named.length === 1 ? named[0] : named
    // That it is there is true of every request.
    if (typeof name !== 'string' || (op === '.' && name === 'findings')) words.add(ANY)
    return
  }
  for (const one of below) read(one, words)
}

/** The strings that an expression is made of; undefined where it is more than literals. */
function spelt(expression: unknown): readonly string[] | undefined {
  const here = node(expression)
  if (here?.op === 'Value') return typeof here.body === 'string' ? [here.body] : undefined
  if (here?.op !== 'Set' || !Array.isArray(here.body)) return undefined
  const members = here.body.map(spelt)
  return members.every((one) => one !== undefined) ? members.flat() : undefined
}
