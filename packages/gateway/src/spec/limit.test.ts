import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinObligations, type Obligation, parseObligation } from './obligation.js'
import { costOf } from './price.js'
import { parseAmount, parseMicro, parseWindow } from './window.js'

function parsed(source: string): Obligation {
  const obligation = parseObligation(source)
  if (obligation.kind === 'unknown') throw new Error(obligation.why)
  return obligation
}

describe('limits [limits.smallest]', () => {
  it('the smallest holds of each size, and every amount counts', () => {
    const sources = [
      ...['limit:max-tokens:100', 'limit:max-tokens:50', 'limit:tools:3', 'limit:max-tokens:70'],
      ...['limit:requests:60/1m', 'limit:requests:10/1m', 'limit:requests:60/1m', 'limit:tokens:5/1d'],
    ]
    const { sizes, spends, sources: said } = joinObligations(sources.map(parsed))
    expect([...sizes]).toEqual([
      ['max-tokens', 50],
      ['tools', 3],
    ])
    expect(spends.map(({ measure, atMost, window }) => `${measure} ${atMost}/${window.text}`)).toEqual([
      ...['requests 60/1m', 'requests 10/1m', 'tokens 5/1d'],
    ])
    expect(said).toEqual([...new Set(sources)])
  })

  it('there are none where none is written', () => {
    const { sizes, spends } = joinObligations([parsed('redact:pii')])
    expect([sizes.size, spends]).toEqual([0, []])
  })
})

describe('amounts of money', () => {
  it.each([
    ['0', 0],
    ['5', 5_000_000],
    ['0.1', 100_000],
    ['0.000001', 1],
    ['12.345678', 12_345_678],
    ['999999999.999999', 999_999_999_999_999],
  ])('%s is %d millionths', (text, micro) => {
    expect(parseMicro(text)).toBe(micro)
  })

  it.each(['', '.5', '5.', '-1', '+1', '1e3', '0.0000001', '1000000000', '1,5', ' 1', 'NaN'])('%j is none', (text) => {
    expect(parseMicro(text)).toBeUndefined()
  })

  it('cost what they do in whole numbers, rounded up [budgets.exact]', () => {
    const whole = fc.integer({ min: 0, max: 100_000_000 })
    const price = fc.integer({ min: 0, max: 1_000_000_000_000 })
    fc.assert(
      fc.property(whole, whole, price, price, (inputTokens, outputTokens, input, output) => {
        const cost = BigInt(costOf({ input, output }, { inputTokens, outputTokens }))
        const exact = BigInt(inputTokens) * BigInt(input) + BigInt(outputTokens) * BigInt(output)
        if (cost <= BigInt(Number.MAX_SAFE_INTEGER)) {
          expect(cost * 1_000_000n >= exact && (cost - 1n) * 1_000_000n < exact).toBe(true)
        }
      }),
    )
  })
})

it('windows are of one spelling', () => {
  expect(parseWindow('60s')).toEqual({ kind: 'rolling', ms: 60_000, text: '60s' })
  for (const text of ['', '1', '0m', '01m', '1M', '1ms', '2d', '24h', '1440m', 'day', '1d ', '1month', '-1m']) {
    expect(parseWindow(text)).toBeUndefined()
  }
  expect(parseAmount('money', '1/1h')).toEqual({ why: 'money is counted by `1d`, `month` or `total`' })
})
