import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { type Action, type Challenge, familiesText, isTermType, type Obligation } from '../../spec/index.js'
import {
  head,
  isKnown,
  type Mode,
  type ObligationRead,
  parseChallenge,
  parseMode,
  parseObligations,
  unknownAnnotation,
} from './annotations.js'
import { comparedWith, readsPrincipal } from './ast.js'
import { challengeMeant, legal, obligationMeant, typesLegal } from './forms.js'
import { didYouMean } from './nearest.js'
import type { Policy } from './policy.js'
import { type Piece, plainValue } from './tokens.js'

/** Says that something is wrong at an offset of the policy's file. */
export type Say = (offset: number, message: string) => void

export interface Findable {
  /** That `context.findings` can hold. */
  readonly words: ReadonlySet<string>
  /** Whether the configuration is that of `ostiary dev`. */
  readonly isDev: boolean
}

/** What one policy says beside its condition. Gives no policy where there was something to say as an error. */
export function checkAnnotations(
  piece: Piece,
  json: PolicyJson,
  { isDev, words }: Findable,
  error: Say,
  warn: Say,
): Policy | undefined {
  let sound = true
  const { written, effect: effectToken } = head(piece)
  const effectAt = effectToken?.start ?? piece.start
  const say: Say = (offset, message) => {
    sound = false
    error(offset, message)
  }
  const sayAt = (name: string, message: string): void => {
    say(written.find((one) => one.name === name)?.start ?? piece.start, message)
  }
  /** Undefined where it is absent; empty texts are said. */
  const text = (name: string): string | undefined => {
    const annotations = json.annotations ?? {}
    if (!Object.hasOwn(annotations, name)) return undefined
    const value: string | null = annotations[name] ?? null
    if (value !== null && value.trim() !== '') return value
    sayAt(name, `\`@${name}\` needs a text`)
    return undefined
  }

  for (const [name, value] of Object.entries<string | null>(json.annotations ?? {})) {
    const unknown = unknownAnnotation(name, value)
    if (unknown === undefined) continue
    if (unknown.grave) sayAt(name, unknown.message)
    else warn(written.find((one) => one.name === name)?.start ?? piece.start, unknown.message)
  }

  const id = text('id')
  if (id === undefined && !Object.hasOwn(json.annotations ?? {}, 'id')) {
    say(effectAt, 'policy has no `@id`: each needs one of its own')
  }

  const mode = readMode(text('mode'), sayAt)
  if (mode === 'oblige' && json.effect !== 'permit') {
    say(effectAt, 'an oblige policy must be a plain `permit`: it never decides, it only adds obligations')
  }

  const obligationText = text('obligation')
  const members = obligationText === undefined ? [] : parseObligations(obligationText, [...words].filter(isTermType))
  if (obligationText !== undefined && json.effect === 'forbid') {
    sayAt('obligation', '`@obligation` on a `forbid`: only permits oblige')
  } else {
    const sayMember = ({ at }: ObligationRead, message: string): void => {
      say(memberOffset(piece, obligationText ?? '', at), message)
    }
    for (const one of members) {
      const { obligation } = one
      if (obligation.kind === 'unknown') {
        const { type, why } = obligation
        const there = type === undefined ? legal(words) : typesLegal(type, words, isDev)
        sayMember(one, `${why}${obligationMeant(one.source, words)}; ${there}`)
      } else if (obligation.kind === 'text') {
        if (!obligation.types.some((type) => words.has(type))) {
          const near = obligationMeant(obligation.source, words)
          const there = `there are ${familiesText(words)}`
          sayMember(one, `no detector yields what \`${obligation.source}\` is about${near}; ${there}`)
        }
      } else if (mode === 'oblige' && !OBLIGES.has(obligation.kind)) {
        sayMember(one, `an oblige policy cannot carry \`${obligation.source}\`: it never grants`)
      } else if (obligation.kind === 'restore' && !concerns(json, 'detokenize')) {
        sayMember(one, `\`${obligation.source}\` means something only where the action may be \`detokenize\``)
      }
    }
    if (mode === 'oblige' && obligationText === undefined && json.effect === 'permit') {
      sayAt('mode', 'an oblige policy without `@obligation` does nothing')
    }
  }

  const challenge = readChallenge(text('challenge'), json, id, sayAt)

  for (const word of comparedWith(json.conditions, 'context', 'findings')) {
    if (words.has(word)) continue
    const near = didYouMean(word, words) || `; ${typesLegal(word, words, isDev)}`
    const message = `no detector yields the finding type \`${word}\`${near}`
    const places = piece.tokens.filter((token) => token.start > effectAt && plainValue(token) === word)
    if (places.length === 0) say(effectAt, message)
    for (const place of places) say(place.start, message)
  }

  const reason = text('reason')
  if (!sound || id === undefined) return undefined
  const effectIn = effectAt - piece.start
  const permitText = `${piece.text.slice(0, effectIn)}permit${piece.text.slice(effectIn + json.effect.length)}`
  const obligations: Obligation[] = members.map((one) => one.obligation).filter(isKnown)
  return { id, effect: json.effect, mode, text: piece.text, permitText, json, reason, obligations, challenge }
}

/** What an oblige policy may carry: what takes something away, and grants nothing. */
const OBLIGES: ReadonlySet<Obligation['kind']> = new Set<Obligation['kind']>([
  'text',
  'size',
  'spend',
  'column',
  'rows',
  'row-cap',
  'purpose',
])

/** Where a member of `@obligation` stands; the annotation itself where its text is written with escapes. */
export function memberOffset(piece: Piece, text: string, at: number): number {
  const place = head(piece).written.find((one) => one.name === 'obligation')
  if (place === undefined) return piece.start
  return place.plain === text ? place.textStart + at : place.start
}

/** Whether a policy's head leaves it open that the action is this one. */
function concerns({ action }: PolicyJson, name: Action): boolean {
  if (action.op === 'All') return true
  if ('slot' in action) return true
  const named = 'entities' in action ? action.entities : [action.entity]
  return named.some((one) => ('__entity' in one ? one.__entity : one).id === name)
}

function readMode(text: string | undefined, sayAt: (name: string, message: string) => void): Mode {
  if (text === undefined) return 'enforce'
  const mode = parseMode(text)
  if (mode === undefined) {
    sayAt('mode', `unknown mode \`${text}\`: write \`shadow\` or \`oblige\`${didYouMean(text, ['shadow', 'oblige'])}`)
  }
  return mode ?? 'enforce'
}

function readChallenge(
  text: string | undefined,
  json: PolicyJson,
  id: string | undefined,
  sayAt: (name: string, message: string) => void,
): Challenge | undefined {
  if (text === undefined) return undefined
  const say = (message: string): void => sayAt('challenge', message)
  const challenge = parseChallenge(text)
  if (challenge === undefined) {
    say(
      `\`${text}\` is no challenge: write \`acr:VALUES\`, \`max_age:SECONDS\` or \`approval:GROUP\`${challengeMeant(text)}`,
    )
    return undefined
  }
  if (json.effect !== 'forbid') {
    say('`@challenge` stands only on a `forbid`: it says how to meet it')
    return challenge
  }
  // Where meeting the challenge cannot make the forbid false, people would step up or approve for ever.
  switch (challenge.kind) {
    case 'approval':
      if (id !== undefined && !comparedWith(json.conditions, 'context', 'approvals').has(id)) {
        say(
          `the condition must read the approval, or none can meet it: \`unless { context.approvals.contains("${id}") }\``,
        )
      }
      break
    case 'acr':
      if (!readsPrincipal(json.conditions, 'acr'))
        say('the condition must read `principal.acr`, or no login can meet it')
      break
    case 'max_age':
      if (!readsPrincipal(json.conditions, 'authAgeSeconds')) {
        say('the condition must read `principal.authAgeSeconds`, or no login can meet it')
      }
      break
  }
  return challenge
}
