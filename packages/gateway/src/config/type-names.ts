import { familiesText } from '../spec/index.js'
import { didYouMean } from './fault.js'

// Finding types, and whatever else has its family before a dot, where somebody wrote one that there is not.

/** The longest list that is a help. */
const LISTED_MAX = 16

/** What is meant by a name that is none of `known`, or that it is a family of them; nothing where none is near. */
export function nameMeant(written: string, known: readonly string[]): string {
  const family = written.replace(/\.?\*?$/, '')
  if (family !== written && known.includes(family)) return ` (did you mean \`${family}\`?)`
  const members = known.filter((one) => one.startsWith(`${family}.`))
  if (members.length > 0) return `: a family is written as its types, ${namesText(members)}`
  const alike = known.filter((one) => one.endsWith(`.${written}`))
  return alike.length === 1 ? ` (did you mean \`${alike[0]}\`?)` : didYouMean(written, known)
}

/** All of them, or of what families they are. */
export function namesText(known: readonly string[]): string {
  if (known.length <= LISTED_MAX) return `\`${known.join('`, `')}\``
  const single = known.filter((one) => !one.includes('.') && !known.some((other) => other.startsWith(`${one}.`)))
  return [...single.map((one) => `\`${one}\``), familiesText(known)].join(', ')
}
