import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { FINDING_TYPES, type FindingType, familyOf, type Obligation, OWN_TYPES } from '../../spec/index.js'
import { parseObligations } from './annotations.js'
import { memberOffset, type Say } from './check-annotations.js'
import { didYouMean } from './nearest.js'
import { type Piece, plainValue, type Token } from './tokens.js'
import type { Known } from './vocabulary.js'

/**
 * Warns of what is sound but cannot come about: an id that no configuration knows, a finding whose detector is off, labels.
 *
 * Does not see an id or a finding type that is written with escapes, nor one that is compared with an attribute.
 */
export function checkKnown(piece: Piece, json: PolicyJson, known: Known, warn: Say): void {
  const { tokens } = piece
  for (const [index, token] of tokens.entries()) {
    const named = entityAt(tokens, index)
    const why = named === undefined ? undefined : whyUnknown(named.type, named.id, known)
    if (named !== undefined && why !== undefined) warn(token.start, `\`${named.type}::"${named.id}"\`: ${why}`)
    if (readsLabels(tokens, index) && known.labels.length === 0) {
      warn(
        token.start,
        '`context.labels` is read, but neither `ledger.gather` nor a dataset brings a label: it is always empty',
      )
    }
    if (isArgumentOf(tokens, index, 'labels')) warnLabel(plainValue(token) ?? '', token.start, known.labels, warn)
    const word = comparedAt(tokens, index)
    if (word !== undefined) warnWord(word, token.start, known.words.get(word.attribute), warn)
    if (isArgumentOf(tokens, index, 'findings')) warnOff(plainValue(token) ?? '', token.start, known.findings, warn)
  }
  const text: string | null | undefined = json.annotations?.['obligation']
  if (typeof text !== 'string') return
  for (const { obligation, at } of parseObligations(text)) {
    if (obligation.kind === 'spend' && obligation.amount.measure === 'money' && known.unpriced.length > 0) {
      const names = known.unpriced.join('`, `')
      warn(memberOffset(piece, text, at), `\`${obligation.source}\` refuses models that have no price: \`${names}\``)
    }
    if (obligation.kind !== 'text' || !isOff(obligation.types, known.findings)) continue
    warn(memberOffset(piece, text, at), `\`${obligation.source}\` does nothing: ${OFF}`)
  }
}

/** An obligation that names what the configuration does not have could never be carried out: it would refuse every request. */
export function checkNamed(piece: Piece, json: PolicyJson, known: Known, error: Say): void {
  const text: string | null | undefined = json.annotations?.['obligation']
  if (typeof text !== 'string') return
  for (const { obligation, at } of parseObligations(text)) {
    if (obligation.kind === 'unknown') continue
    const why = whyUnnamed(obligation, known)
    if (why !== undefined) error(memberOffset(piece, text, at), `\`${obligation.source}\`: ${why}`)
  }
}

function whyUnnamed(obligation: Obligation, known: Known): string | undefined {
  const missing = (name: string, names: readonly string[], where: string): string | undefined =>
    names.includes(name) ? undefined : `${where} \`${name}\`${didYouMean(name, names)}`
  switch (obligation.kind) {
    case 'system':
      return obligation.name === undefined
        ? undefined
        : missing(obligation.name, known.systemMessages, 'systemMessages has no')
    case 'column':
      return missing(obligation.target, known.columns, 'no level, category or column of a dataset is named')
    case 'rows':
      return missing(obligation.filter, [...known.filters.keys()], 'no table of a dataset has a row filter')
    default:
      return undefined
  }
}

const OFF = 'its detector is switched off in inspection.detectors'

/** `TYPE::"ID"` that begins at a token. */
function entityAt(tokens: readonly Token[], index: number): { readonly type: string; readonly id: string } | undefined {
  const [type, first, second, id] = tokens.slice(index, index + 4)
  if (type?.kind !== 'name' || first?.text !== ':' || second?.text !== ':' || id === undefined) return undefined
  // `A::Model::"x"` is of another namespace: Cedar's schema refuses it.
  if (tokens[index - 1]?.text === ':') return undefined
  const value = plainValue(id)
  return value === undefined ? undefined : { type: type.text, id: value }
}

function whyUnknown(type: string, id: string, known: Known): string | undefined {
  switch (type) {
    case 'Model':
      if (known.models.includes(id)) return undefined
      return `no model has this name${didYouMean(id, known.models)}`
    case 'Dataset':
      if (known.datasets.includes(id)) return undefined
      return `no dataset has this name${didYouMean(id, known.datasets)}`
    case 'Tool':
      if (known.tools.includes(id)) return undefined
      return `no tool has this name${didYouMean(id, known.tools)}`
    case 'User':
    case 'Service':
    case 'Agent':
      // A subject of a token can be anything: only what stands before it can be judged.
      if (known.issuers.some((issuer) => id.startsWith(`${issuer}#`) && id.length > issuer.length + 1)) return undefined
      if (!/^.+#./s.test(id)) return `write issuer and subject, \`${type}::"${known.issuers[0] ?? 'ISSUER'}#SUBJECT"\``
      return `no issuer is \`${id.slice(0, id.indexOf('#'))}\`${didYouMean(id.slice(0, id.indexOf('#')), known.issuers)}`
    case 'Group':
      if (known.groups.names.includes(id) || known.groups.prefixes.some((prefix) => id.startsWith(prefix)))
        return undefined
      return `no issuer gives this group${prefixText(known.groups.prefixes)}${didYouMean(id, known.groups.names)}`
    default:
      return undefined
  }
}

function prefixText(prefixes: readonly string[]): string {
  return prefixes.length === 0 ? '' : ` (names begin with \`${prefixes.join('` or `')}\`)`
}

/** `context.labels`, `context["labels"]` or `context has labels`, told at `context`. */
function readsLabels(tokens: readonly Token[], index: number): boolean {
  const [of, how, name] = tokens.slice(index, index + 3)
  if (of?.text !== 'context' || tokens[index - 1]?.text === '.' || name === undefined) return false
  return ['.', '[', 'has'].includes(how?.text ?? '') && (name.text === 'labels' || plainValue(name) === 'labels')
}

/** A text among the arguments of `context.SET.contains…(`. */
function isArgumentOf(tokens: readonly Token[], index: number, set: 'findings' | 'labels'): boolean {
  if (tokens[index]?.kind !== 'string') return false
  let at = index - 1
  while (tokens[at]?.kind === 'string' || [',', '['].includes(tokens[at]?.text ?? '')) at -= 1
  const before = tokens.slice(Math.max(0, at - 5), at + 1).map((token) => token.text)
  return new RegExp(`^context \\. ${set} \\. contains(?:All|Any)? \\($`).test(before.join(' '))
}

interface Word {
  readonly attribute: string
  readonly value: string
}

/** A text that `resource.NAME` or `context.NAME` is compared with, or is asked to contain. */
function comparedAt(tokens: readonly Token[], index: number): Word | undefined {
  const token = tokens[index]
  const value = token?.kind === 'string' ? plainValue(token) : undefined
  if (value === undefined) return undefined
  let at = index - 1
  while (tokens[at]?.kind === 'string' || [',', '['].includes(tokens[at]?.text ?? '')) at -= 1
  const before = tokens.slice(Math.max(0, at - 5), at + 1).map(({ text }) => text)
  const found = /(?:^| )((?:resource|context) \. \w+) (?:[=!] ?=|\. contains(?:All|Any)? \()$/.exec(before.join(' '))
  const attribute = found?.[1]?.replaceAll(' ', '')
  return attribute === undefined ? undefined : { attribute, value }
}

function warnWord({ attribute, value }: Word, offset: number, known: readonly string[] | undefined, warn: Say): void {
  if (known === undefined || known.includes(value)) return
  const all = known.length === 0 ? '; there are none' : didYouMean(value, known)
  warn(offset, `\`${attribute}\` is never \`${value}\`${all}`)
}

/** Where no label arises at all, that was said already. */
function warnLabel(word: string, offset: number, known: readonly string[], warn: Say): void {
  if (known.length === 0 || known.includes(word)) return
  warn(
    offset,
    `\`context.labels\` never has \`${word}\`: neither \`ledger.gather\` nor a dataset brings it${didYouMean(word, known)}`,
  )
}

/** Whether our own detectors would yield something of it, and none that is on does. What nobody at all yields is a fault already. */
function isOff(types: readonly FindingType[], on: readonly FindingType[]): boolean {
  return OWN_TYPES.some((type) => types.includes(type)) && !types.some((type) => on.includes(type))
}

function warnOff(word: string, offset: number, on: readonly FindingType[], warn: Say): void {
  if (
    !isOff(
      FINDING_TYPES.filter((type) => type === word || familyOf(type) === word),
      on,
    )
  )
    return
  warn(offset, `\`context.findings\` never has \`${word}\`: ${OFF}`)
}
