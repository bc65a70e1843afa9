import { lengthOf, type Node } from './parse.js'
import { type CodeSet, complement, meet } from './sets.js'

/** How many matches of one expression may lie over one character. Each of them is walked through, so this is what a text can cost. */
export const OVERLAP_MAX = 128

/** As many beginnings of an expression are compared, and as many characters of each. */
const BEGINNINGS_MAX = 64
const BEGINNING_LENGTH = 12

/**
 * At most how many matches of `expression` can lie over one character, one that has not ended yet among them; more than there are
 * where it cannot be told simply.
 *
 * @param head what a match begins with: the expression itself, or its lead
 * @param before what may not stand before the head
 */
export function overlapOf(expression: Node, head: Node, before: CodeSet): number {
  const { max } = lengthOf(expression)
  const edges = complement(before)
  // Within a match another may begin only behind a character that may stand before one.
  const inner = head === expression ? edgesWithin(expression, edges) + 1 : max
  if (inner <= OVERLAP_MAX) return inner
  return Math.min(inner, Math.ceil(max / distance(beginningsOf(head), edges)))
}

/** The most characters on one way through an expression that are of `edges`. */
function edgesWithin(node: Node, edges: CodeSet): number {
  switch (node.kind) {
    case 'set':
      return meet(node.set, edges) ? 1 : 0
    case 'repeat':
      return node.max * edgesWithin(node.of, edges)
    case 'sequence':
      return node.of.reduce((sum, one) => sum + edgesWithin(one, edges), 0)
    case 'choice':
      return Math.max(...node.of.map((one) => edgesWithin(one, edges)))
  }
}

/** The smallest number of characters that one beginning can stand behind another. */
function distance(beginnings: readonly (readonly CodeSet[])[], edges: CodeSet): number {
  let least = BEGINNING_LENGTH
  for (const first of beginnings) {
    for (const second of beginnings) {
      for (let by = 1; by < least; by++) {
        const edge = first[by - 1]
        if (edge !== undefined && !meet(edge, edges)) continue
        const fits = second.every((set, at) => {
          const there = first[by + at]
          return there === undefined || meet(there, set)
        })
        if (fits) least = by
      }
    }
  }
  return least
}

interface Beginning {
  readonly sets: readonly CodeSet[]
  /** Nothing is known of what follows. */
  readonly isCut: boolean
}

function beginningsOf(node: Node): readonly (readonly CodeSet[])[] {
  return extended([{ sets: [], isCut: false }], node).map(({ sets }) => sets)
}

function extended(beginnings: readonly Beginning[], node: Node): readonly Beginning[] {
  const going = beginnings.filter(({ isCut }) => !isCut)
  if (going.length === 0) return beginnings
  const more = extensions(going, node)
  const all = [...beginnings.filter(({ isCut }) => isCut), ...more]
  return all.length <= BEGINNINGS_MAX ? all : beginnings.map(({ sets }) => ({ sets, isCut: true }))
}

function extensions(going: readonly Beginning[], node: Node): readonly Beginning[] {
  switch (node.kind) {
    case 'set':
      return going.map(({ sets }) => ({ sets: [...sets, node.set], isCut: sets.length + 1 >= BEGINNING_LENGTH }))
    case 'choice':
      return node.of.flatMap((one) => extended(going, one))
    case 'sequence':
      return node.of.reduce<readonly Beginning[]>((all, one) => extended(all, one), going)
    case 'repeat': {
      let all = going
      for (let i = 0; i < Math.min(node.min, BEGINNING_LENGTH); i++) all = extended(all, node.of)
      return node.max > node.min ? all.map(({ sets }) => ({ sets, isCut: true })) : all
    }
  }
}
