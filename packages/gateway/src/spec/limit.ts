import { type Amount, MEASURES, parseAmount } from './window.js'

/** What of one request is bounded: the length of its answer, its prompt, its tools, its parts that cannot be inspected. */
export const SIZES = ['max-tokens', 'prompt-tokens', 'tools', 'images'] as const
export type Size = (typeof SIZES)[number]

/** The smallest limit on each size that has one. */
export type Sizes = ReadonlyMap<Size, number>

/** `limit:…`, parsed. */
export type LimitObligation =
  | { readonly kind: 'size'; readonly size: Size; readonly atMost: number; readonly source: string }
  | { readonly kind: 'spend'; readonly amount: Amount; readonly source: string }

const COUNT = /^\d{1,15}$/

/** Parses `limit:SIZE:N` and `limit:MEASURE:N/WINDOW`. */
export function parseLimit(source: string): LimitObligation | { readonly kind: 'unknown'; readonly why: string } {
  const [, what = '', value = '', ...rest] = source.split(':')
  const size = SIZES.find((one) => one === what)
  const measure = MEASURES.find((one) => one === what)
  if (size !== undefined) {
    return COUNT.test(value) && rest.length === 0
      ? { kind: 'size', size, atMost: Number(value), source }
      : { kind: 'unknown', why: `obligation \`${source}\` needs a whole number after \`limit:${size}:\`` }
  }
  if (measure === undefined) {
    return { kind: 'unknown', why: `unknown limit in obligation \`${source}\`: \`${what}\` is none` }
  }
  const amount = parseAmount(measure, [value, ...rest].join(':'))
  return 'why' in amount
    ? { kind: 'unknown', why: `obligation \`${source}\`: ${amount.why}` }
    : { kind: 'spend', amount, source }
}

/** The limits that hold of several: of each size the smallest, and each amount once. */
export function joinLimits(all: readonly LimitObligation[]): {
  readonly sizes: Sizes
  readonly spends: readonly Amount[]
} {
  const sizes = new Map<Size, number>()
  const spends = new Map<string, Amount>()
  for (const one of all) {
    if (one.kind === 'size') sizes.set(one.size, Math.min(one.atMost, sizes.get(one.size) ?? one.atMost))
    else spends.set(`${one.amount.measure} ${one.amount.atMost} ${one.amount.window.text}`, one.amount)
  }
  return { sizes, spends: [...spends.values()] }
}
