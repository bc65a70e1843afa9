import {
  ACTS,
  COLUMN_ACTS,
  familiesText,
  GUARDED_SINKS,
  isTermType,
  MEASURES,
  SIZES,
  SPOTLIGHT_METHODS,
  SYSTEM_ACTS,
} from '../../spec/index.js'
import { nearest } from './nearest.js'

const BY_NAME = SYSTEM_ACTS.filter((act) => act !== 'drop')

// What this version carries out, as one would write it. What is in capitals is for who writes.
const FORMS = [
  ...ACTS.map((act) => `${act}:TYPE`),
  'output:ACT:TYPE',
  'pass:uninspectable',
  'route:MODEL',
  ...BY_NAME.map((act) => `system:${act}:NAME`),
  'system:drop',
  'spotlight:METHOD',
  ...GUARDED_SINKS.map((sink) => `restore:${sink}`),
  ...SIZES.map((size) => `limit:${size}:N`),
  ...MEASURES.map((measure) => `limit:${measure}:N/WINDOW`),
  'limit:rows:N',
  ...COLUMN_ACTS.map((act) => `column:${act}:LEVEL|CATEGORY|COLUMN`),
  'rows:FILTER',
  'require:purpose',
]

const CHALLENGES = ['acr:VALUES', 'max_age:SECONDS', 'approval:GROUP']

/** @param words that `context.findings` can hold */
export function legal(words: ReadonlySet<string>): string {
  return `there are \`${FORMS.join('`, `')}\`; \`TYPE\` is a family or one of its types, ${familiesText(words)}`
}

/** Why nothing is found that has this type, or which types there are. */
export function typesLegal(type: string, words: ReadonlySet<string>, isDev: boolean): string {
  if (type !== 'term' && !isTermType(type)) return `there are ${familiesText(words)}`
  if (isDev) {
    return '`ostiary dev` has no `inspection`, and so no terms: run `ostiary start` with a configuration that has `inspection.terms`'
  }
  return words.has('term')
    ? 'a term has its name from `inspection.terms`'
    : 'there are no terms: `inspection.terms` is empty'
}

/** ` (did you mean \`x\`?)` for the obligation that is nearest to what was written, or nothing where none is near. */
export function obligationMeant(source: string, words: ReadonlySet<string>): string {
  const closed = new Map<string, Iterable<string>>([
    ['TYPE', words],
    ['ACT', ACTS],
    ['METHOD', SPOTLIGHT_METHODS],
  ])
  return meant(source, FORMS, closed)
}

/** The same for a challenge. */
export function challengeMeant(text: string): string {
  return meant(text, CHALLENGES, new Map())
}

/** @param closed words of which one must stand there; any word may stand for others that are in capitals */
function meant(written: string, forms: readonly string[], closed: ReadonlyMap<string, Iterable<string>>): string {
  const words = written.split(':')
  let best: readonly string[] | undefined
  let fewest = words.length + 1
  for (const form of forms) {
    const parts = form.split(':')
    if (parts.length !== words.length) continue
    const mended = words.map((word, at) => wordMeant(word, parts[at] ?? '', closed))
    const changed = mended.filter((word, at) => word !== words[at]).length
    if (!mended.every((word) => word !== undefined) || changed === 0 || changed >= fewest) continue
    best = mended
    fewest = changed
  }
  return best === undefined ? '' : ` (did you mean \`${best.join(':')}\`?)`
}

function wordMeant(word: string, part: string, closed: ReadonlyMap<string, Iterable<string>>): string | undefined {
  const known = closed.get(part)
  if (known !== undefined) return nearest(word, known)
  if (part === part.toUpperCase()) return word === '' ? undefined : word
  return nearest(word, [part])
}
