import { describe, expect, it } from 'vitest'
import { BASE, base, good, read } from '../../test/config-text.js'

const rule = (more: string): string => `${BASE}budgets: { rules: [{ name: own, per: principal, ${more} }] }\n`
const faults = (text: string): readonly string[] => read(text).faults.map((one) => one.replace(/^\d+:\d+ /, ''))

describe('budgets', () => {
  it('count nothing where none is written', () => {
    expect(good(BASE).budgets).toEqual({ failure: 'closed', answerTokens: 4096, rules: [] })
  })

  it.each([
    ['60/1m', { atMost: 60, window: { kind: 'rolling', ms: 60_000 } }],
    ['1/10s', { atMost: 1, window: { kind: 'rolling', ms: 10_000 } }],
    ['1/23h', { atMost: 1, window: { kind: 'rolling', ms: 82_800_000 } }],
    ['1000000000000000/1d', { atMost: 1e15, window: { kind: 'day' } }],
    ['5/month', { atMost: 5, window: { kind: 'month' } }],
    ['5/total', { atMost: 5, window: { kind: 'total' } }],
  ])('requests: %s', (text, amount) => {
    expect(good(rule(`requests: ${text}`)).budgets.rules[0]?.amounts).toMatchObject([amount])
  })

  it.each([
    ['requests: 60', 'write AMOUNT/WINDOW, such as 60/1m, not `60`'],
    [
      'requests: 60/2d',
      'the window is a time under a day such as `10s`, `1m` or `1h`, or `1d`, `month` or `total`, not `60/2d`',
    ],
    [
      'requests: 60/24h',
      'the window is a time under a day such as `10s`, `1m` or `1h`, or `1d`, `month` or `total`, not `60/24h`',
    ],
    ['requests: 0/1m', 'the amount is more than 0 and at most 10^15, not `0/1m`'],
    ['requests: 1.5/1m', 'write AMOUNT/WINDOW, such as 60/1m, not `1.5/1m`'],
    ['tokens: 1/1m/1', 'write AMOUNT/WINDOW, such as 60/1m, not `1/1m/1`'],
    ['money: 5.00/1h', 'money is counted by `1d`, `month` or `total`, not `5.00/1h`'],
    ['money: 5.0000001/1d', 'write AMOUNT/WINDOW, such as 5.00/1d, not `5.0000001/1d`'],
  ])('%s is a fault', (line, why) => {
    const [name = ''] = line.split(':')
    expect(faults(rule(line))).toEqual([`budgets.rules[0].${name}: ${why}`])
  })

  it.each([
    ['{ name: own, per: principal }', 'budgets.rules[0]: write what is counted: requests, tokens or money'],
    [
      '{ name: "a b", per: principal, requests: 1/1d }',
      'budgets.rules[0].name: write a name of letters, digits, `.`, `_` and `-`, not `a b`',
    ],
    [
      '{ name: a, per: group, requests: 1/1d }',
      'budgets.rules[0].per: per: group needs match.groups, which says whose groups have an allowance',
    ],
    [
      '{ name: a, per: team, requests: 1/1d }',
      'budgets.rules[0].per: must be one of `principal`, `group`, `key`, `model`, `all`, not `team`',
    ],
    [
      '{ name: a, per: all, match: { models: [gtp] }, requests: 1/1d }',
      'budgets.rules[0].match.models[0]: no model is named `gtp` (did you mean `gpt`?)',
    ],
    [
      '{ name: a, per: all, requests: 1/1d }, { name: a, per: model, requests: 1/1d }',
      'budgets.rules[1].name: the name `a` stands twice in rules',
    ],
  ])('%s is a fault', (rules, why) => {
    expect(faults(`${BASE}budgets: { rules: [${rules}] }\n`)).toEqual([why])
  })

  it('of money need a price for each model that they count', () => {
    const priced = base(
      '{ name: gpt, provider: openai }',
      '{ name: gpt, provider: openai, price: { input: 0.25, output: 2.00 } }\n  - { name: free, provider: openai }',
    )
    const counted = (models: string): string =>
      `${priced}budgets: { rules: [{ name: own, per: all, ${models} money: 5.00/1d }] }\n`
    expect(faults(counted('match: { models: [gpt] },'))).toEqual([])
    expect(faults(counted(''))).toEqual(['budgets.rules[0].money: the model `free` is counted, and has no price'])
  })

  it('are warned of groups that nobody can be in', () => {
    const allowed = base(
      'jwksUri: https://idp.example/jwks',
      'jwksUri: https://idp.example/jwks\n    groups: { allow: [analysts] }',
    )
    const of = (name: string): readonly string[] =>
      read(`${allowed}budgets: { rules: [{ name: own, per: all, match: { groups: [${name}] }, requests: 1/1d }] }\n`)
        .warnings
    expect(of('analysts')).toEqual([])
    expect(of('analyst')).toEqual([
      expect.stringMatching(/no issuer can put anybody into the group `analyst` \(did you mean `analysts`\?\)$/),
    ])
  })
})

describe('prices', () => {
  const priced = (price: string): string =>
    base('{ name: gpt, provider: openai }', `{ name: gpt, provider: openai, price: ${price} }`)

  it.each([
    ['{ input: 0.25, output: 2.00 }', { input: 250_000, output: 2_000_000 }],
    ['{ input: "0.1", output: 0.3, per: 1M }', { input: 100_000, output: 300_000 }],
    ['{ input: 0.00025, output: 0, per: 1K }', { input: 250_000, output: 0 }],
  ])('%s', (price, micro) => {
    expect(good(priced(price)).models[0]?.price).toEqual(micro)
  })

  it.each([
    [
      '{ input: 0.00000001, output: 1 }',
      'models[0].price.input: write a price such as 0.25, of at most six decimals, not `0.00000001`',
    ],
    [
      '{ input: -1, output: 1 }',
      'models[0].price.input: write a price such as 0.25, of at most six decimals, not `-1`',
    ],
    ['{ input: 1 }', 'missing `output` in `models[0].price`'],
    ['{ input: 1, output: 1, per: 1000 }', 'models[0].price.per: must be one of `1K`, `1M`, not `1000`'],
    ['{ input: 1, output: 9999, per: 1K }', 'models[0].price: a price is at most 1000000 for 1M tokens'],
  ])('%s is a fault', (price, why) => {
    expect(faults(priced(price))).toEqual([why])
  })
})
