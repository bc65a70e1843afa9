/** What is counted: `money` in millionths of the one currency that prices and budgets are written in. */
export const MEASURES = ['requests', 'tokens', 'money'] as const
export type Measure = (typeof MEASURES)[number]

/**
 * The time that an amount may be spent in. `rolling`: any stretch of that length, wherever it begins. `day` and `month` are those
 * of UTC, `total` never ends.
 */
export type Window =
  | { readonly kind: 'rolling'; readonly ms: number; readonly text: string }
  | { readonly kind: 'day' | 'month' | 'total'; readonly text: string }

/** So much of one measure in each window. Whole numbers alone. */
export interface Amount {
  readonly measure: Measure
  readonly atMost: number
  readonly window: Window
}

export const MICRO = 1_000_000
/** Keeps sums and products of amounts exact. */
const AMOUNT_MAX = 1e15

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const DAY_MS = 86_400_000

const WINDOWS = 'a time under a day such as `10s`, `1m` or `1h`, or `1d`, `month` or `total`'

const NAMED: ReadonlyMap<string, Window> = new Map<string, Window>([
  ['1d', { kind: 'day', text: '1d' }],
  ['month', { kind: 'month', text: 'month' }],
  ['total', { kind: 'total', text: 'total' }],
])

export function parseWindow(text: string): Window | undefined {
  const named = NAMED.get(text)
  if (named !== undefined) return named
  const [, digits, unit = ''] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? []
  const ms = Number(digits) * (UNIT_MS.get(unit) ?? Number.NaN)
  return ms < DAY_MS ? { kind: 'rolling', ms, text } : undefined
}

/** Millionths of a decimal such as `5.00`: exact, never by way of a binary fraction. Undefined where it is none. */
export function parseMicro(text: string): number | undefined {
  const [, whole = '', fraction = ''] = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text) ?? []
  return whole === '' ? undefined : Number(whole) * MICRO + Number(fraction.padEnd(6, '0'))
}

/** An amount such as `60/1m`, or a text that says what is wrong with it. */
export function parseAmount(measure: Measure, text: string): Amount | { readonly why: string } {
  const [written = '', per = '', ...rest] = text.split('/')
  const example = measure === 'money' ? '5.00/1d' : '60/1m'
  const atMost = measure === 'money' ? parseMicro(written) : /^\d{1,16}$/.test(written) ? Number(written) : undefined
  const window = parseWindow(per)
  if (atMost === undefined || per === '' || rest.length > 0) return { why: `write AMOUNT/WINDOW, such as ${example}` }
  if (window === undefined) return { why: `the window is ${WINDOWS}` }
  if (atMost === 0 || atMost > AMOUNT_MAX) return { why: 'the amount is more than 0 and at most 10^15' }
  // A rate is answered with 429, on which SDKs try again by themselves: a sum that is spent should not lead to that.
  if (measure === 'money' && window.kind === 'rolling') return { why: 'money is counted by `1d`, `month` or `total`' }
  return { measure, atMost, window }
}
