import { z } from 'zod'
import { type Measure, parseAmount, parseMicro } from '../spec/index.js'
import { BUDGETS_PER, type BudgetRuleConfig, type BudgetsConfig, type PriceConfig } from './config.js'
import { group, objectBarely, objectTo, text } from './schema-parts.js'

type AmountRead = BudgetRuleConfig['amounts'][number]

function amount(measure: Measure): z.ZodType<AmountRead, string> {
  const error = `write AMOUNT/WINDOW, such as ${measure === 'money' ? '5.00/1d' : '60/1m'}`
  return z.string({ error }).transform((written, context): AmountRead => {
    const read = parseAmount(measure, written)
    if (!('why' in read)) return read
    objectTo(context, [], read.why)
    return { measure, atMost: 1, window: { kind: 'total', text: 'total' } }
  })
}

const rule: z.ZodType<BudgetRuleConfig> = group({
  // It is a label of metrics, and part of a row's name.
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'write a name of letters, digits, `.`, `_` and `-`' }),
  per: z.enum(BUDGETS_PER),
  match: group({ groups: z.array(text).max(256).default([]), models: z.array(text).max(1024).default([]) }).prefault(
    {},
  ),
  requests: amount('requests').optional(),
  tokens: amount('tokens').optional(),
  money: amount('money').optional(),
}).transform((raw, context) => {
  const amounts = [raw.requests, raw.tokens, raw.money].filter((one) => one !== undefined)
  if (amounts.length === 0) objectBarely(context, [], 'write what is counted: requests, tokens or money')
  if (raw.per === 'group' && raw.match.groups.length === 0) {
    objectBarely(context, ['per'], 'per: group needs match.groups, which says whose groups have an allowance')
  }
  return { name: raw.name, per: raw.per, groups: raw.match.groups, models: raw.match.models, amounts }
})

export const budgets: z.ZodType<BudgetsConfig> = group({
  failure: z.enum(['closed', 'open']).default('closed'),
  answerTokens: z.int().min(1).max(10_000_000).default(4096),
  rules: z.array(rule).max(1024).default([]),
}).prefault({})

/** What a price is taken times to be one for a million tokens. */
const PER: ReadonlyMap<string, number> = new Map([
  ['1K', 1000],
  ['1M', 1],
])

// A number of YAML, or a text: `0.25` is no sum of powers of two, so neither is reckoned with as it is.
const decimal: z.ZodType<number, number | string> = z.union([z.number(), z.string()]).transform((written, context) => {
  const micro = parseMicro(String(written))
  if (micro === undefined) objectTo(context, [], 'write a price such as 0.25, of at most six decimals')
  return micro ?? 0
})

export const price: z.ZodType<PriceConfig> = group({
  input: decimal,
  output: decimal,
  per: z.enum(['1K', '1M']).default('1M'),
}).transform((raw, context) => {
  const times = PER.get(raw.per) ?? 1
  const read = { input: raw.input * times, output: raw.output * times }
  if (Math.max(read.input, read.output) > PRICE_MAX)
    objectBarely(context, [], 'a price is at most 1000000 for 1M tokens')
  return read
})

const PRICE_MAX = 1e12
