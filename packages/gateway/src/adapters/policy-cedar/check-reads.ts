import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { ACTIONS, type Action, type Obligation } from '../../spec/index.js'
import { parseObligations } from './annotations.js'
import { memberOffset, type Say } from './check-annotations.js'
import { mayApply } from './reads.js'
import type { Piece } from './tokens.js'
import type { Known } from './vocabulary.js'

const READS: readonly Action[] = ['queryDataset', 'searchDataset']
const OTHERS: readonly Action[] = ACTIONS.filter((action) => !READS.includes(action))

/** Warns of obligations about columns where nothing is read, and of those about texts where columns are meant. */
export function checkReads(piece: Piece, json: PolicyJson, known: Known | undefined, warn: Say): void {
  const text: string | null | undefined = json.annotations?.['obligation']
  if (typeof text !== 'string') return
  const mayRead = READS.some((action) => mayApply(json, action))
  const mayElse = OTHERS.some((action) => mayApply(json, action))
  for (const { obligation, at } of parseObligations(text)) {
    if (obligation.kind === 'unknown') continue
    const why = whyElsewhere(obligation, mayRead, mayElse) ?? (known && whyLacking(obligation, known))
    if (why !== undefined) warn(memberOffset(piece, text, at), `\`${obligation.source}\` ${why}`)
  }
}

function whyElsewhere(obligation: Obligation, mayRead: boolean, mayElse: boolean): string | undefined {
  switch (obligation.kind) {
    case 'column':
    case 'rows':
    case 'row-cap':
    case 'purpose':
      return mayRead ? undefined : `does nothing: it concerns \`${READS.join('` and `')}\` alone`
    case 'text':
      if (obligation.direction === 'output' || obligation.act === 'block' || obligation.act === 'flag') return undefined
      if (mayElse) return undefined
      return obligation.act === 'fence'
        ? 'does nothing: only a model is shown marks'
        : `is about the text that is asked, not about what is read: write \`column:${columnAct(obligation.act)}:…\` for columns, \`output:${obligation.source}\` for texts in them`
    default:
      return undefined
  }
}

function columnAct(act: 'redact' | 'mask' | 'tokenize'): string {
  return act === 'redact' ? 'drop' : act
}

function whyLacking(obligation: Obligation, { filters, hasPurposes }: Known): string | undefined {
  switch (obligation.kind) {
    case 'rows': {
      const without = filters.get(obligation.filter) ?? []
      return without.length === 0
        ? undefined
        : `leaves all rows of \`${without.join('`, `')}\`: no filter there has this name`
    }
    case 'purpose':
      return hasPurposes ? undefined : 'refuses every read: no dataset lists `purposes`'
    default:
      return undefined
  }
}
