import { type Challenge, type Obligation, parseObligation, type TermType } from '../../spec/index.js'
import { didYouMean, distance } from './nearest.js'
import { type Piece, plainValue, type Token } from './tokens.js'

export type Mode = 'enforce' | 'shadow' | 'oblige'

/** Where an annotation stands in its file. */
export interface Written {
  readonly name: string
  /** Of its `@`. */
  readonly start: number
  /** Of its text, inside the quotes; of its `@` where it has none. */
  readonly textStart: number
  /** Its text where it is written without escapes, so that members of it can be placed. */
  readonly plain: string | undefined
}

const KNOWN = ['id', 'reason', 'obligation', 'challenge', 'mode'] as const

/** The annotations at a policy's head, and its `permit` or `forbid`. */
export function head(piece: Piece): { readonly written: readonly Written[]; readonly effect: Token | undefined } {
  const { tokens } = piece
  const written: Written[] = []
  let at = 0
  while (tokens[at]?.text === '@') {
    const sign = tokens[at]
    const name = tokens[at + 1]
    if (sign === undefined || name === undefined) break
    const text = tokens[at + 2]?.text === '(' ? tokens[at + 3] : undefined
    const quoted = text?.kind === 'string' ? text : undefined
    written.push({
      name: name.text,
      start: sign.start,
      textStart: quoted === undefined ? sign.start : quoted.start + 1,
      plain: quoted === undefined ? undefined : plainValue(quoted),
    })
    at += text === undefined ? 2 : 5
  }
  return { written, effect: tokens[at] }
}

export function parseMode(text: string): Mode | undefined {
  return text === 'shadow' || text === 'oblige' ? text : undefined
}

/** `acr:VALUES` (separated by spaces), `max_age:SECONDS` or `approval:GROUP`. */
export function parseChallenge(text: string): Challenge | undefined {
  const colon = text.indexOf(':')
  const value = text.slice(colon + 1).trim()
  if (colon === -1 || value === '') return undefined
  switch (text.slice(0, colon)) {
    case 'acr':
      return { kind: 'acr', values: value.split(/\s+/) }
    case 'max_age':
      return /^\d{1,9}$/.test(value) ? { kind: 'max_age', seconds: Number(value) } : undefined
    case 'approval':
      return { kind: 'approval', group: value }
    default:
      return undefined
  }
}

export interface ObligationRead {
  readonly source: string
  readonly obligation: ReturnType<typeof parseObligation>
  /** Within the annotation's text. */
  readonly at: number
}

/** @param terms what the operator's own terms yield: without them an obligation about one is none that is known */
export function parseObligations(text: string, terms: readonly TermType[] = []): readonly ObligationRead[] {
  const all: ObligationRead[] = []
  let at = 0
  for (const member of text.split(',')) {
    const source = member.trim()
    all.push({ source, obligation: parseObligation(source, terms), at: at + member.length - member.trimStart().length })
    at += member.length + 1
  }
  return all
}

export function isKnown(obligation: ObligationRead['obligation']): obligation is Obligation {
  return obligation.kind !== 'unknown'
}

/**
 * Judges an annotation that the gateway does not know. Others' are theirs to use; but one that is nearly ours is taken for a
 * slip, and a slip here opens the gate: `@obligaton` redacts nothing, and `@moed("oblige")` grants.
 */
export function unknownAnnotation(
  name: string,
  value: string | null,
): { readonly grave: boolean; readonly message: string } | undefined {
  if (KNOWN.some((known) => known === name)) return undefined
  const low = name.toLowerCase()
  const grave =
    distance(low, 'obligation') <= 2 ||
    distance(low, 'challenge') <= 2 ||
    (distance(low, 'mode') <= 2 && value !== null && parseMode(value.trim().toLowerCase()) !== undefined)
  return {
    grave,
    message: `unknown annotation \`@${name}\`${didYouMean(
      `@${name}`,
      KNOWN.map((known) => `@${known}`),
    )}`,
  }
}
