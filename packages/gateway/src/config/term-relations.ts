import { PatternFault, readRule } from '../patterns/read.js'
import type { Config, TermConfig } from './config.js'
import { didYouMean } from './fault.js'
import { fault, type RelationParts, type Remark } from './remark.js'
import { readTerms, termType } from './terms.js'
import type { Path } from './yaml.js'

/** An operator's own terms: expressions that no pass can look for, files that are not there, names that no term has. */
export function* termRelations({ inspection: { terms }, ledger }: Config, parts: RelationParts): Iterable<Remark> {
  for (const [index, term] of terms.entries()) {
    const at: Path = ['inspection', 'terms', index]
    const why = patternFault(term)
    if (why !== undefined) yield fault([...at, 'pattern'], why)
    const unread = parts.requireFiles ? fileFault(term) : undefined
    if (unread !== undefined) yield fault([...at, 'file'], unread)
  }
  const names = terms.map(termType)
  for (const type of ledger.gather.termsNamed) {
    if (names.some((one) => one === type)) continue
    yield fault(['ledger', 'gather', type], `no term of inspection.terms has this name${didYouMean(type, names)}`)
  }
}

function patternFault(term: TermConfig): string | undefined {
  const { pattern, ignoreCase } = term
  if (pattern === undefined) return undefined
  const type = termType(term)
  try {
    readRule({ name: type, type, expression: pattern, ignoreCase })
    return undefined
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error
    return error.at === 0 ? error.message : `character ${error.at + 1}: ${error.message}`
  }
}

function fileFault(term: TermConfig): string | undefined {
  if (term.file === undefined) return undefined
  try {
    readTerms(term)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return 'code' in error ? `cannot be read (${String(error.code)})` : error.message
  }
}
