import { describe, expect, test } from 'vitest'
import { createAnthropicDialect } from '../src/adapters/dialect-anthropic/dialect.js'
import { createGeminiDialect } from '../src/adapters/dialect-gemini/dialect.js'
import { chargeOf } from '../src/budgets/charge.js'
import { costsOf, demandOf } from '../src/budgets/demand.js'
import { served } from '../src/release/answered.js'
import type { Endpoint } from '../src/spec/index.js'

const BIG = 'a prompt of some length '.repeat(400)
const PRICE = { input: 3_000_000, output: 15_000_000 }
const NOTHING = { inputTokens: 0, outputTokens: 0, micro: 0, isEstimate: false }

// Each answer says a usage, as no provider does there: it counts all the same for nothing.
const COUNTING: readonly (readonly [string, Endpoint | undefined, object, object])[] = [
  [
    'anthropic',
    createAnthropicDialect().endpoints.find(({ path }) => path.endsWith('count_tokens')),
    { model: 'm', messages: [{ role: 'user', content: BIG }] },
    { input_tokens: 2400, usage: { input_tokens: 2400, output_tokens: 3 } },
  ],
  [
    'gemini',
    createGeminiDialect().endpoints.find(({ path }) => path.endsWith('v1beta/models/{model}:countTokens')),
    { contents: [{ parts: [{ text: BIG }] }] },
    { totalTokens: 2400, usageMetadata: { promptTokenCount: 2400, candidatesTokenCount: 3 } },
  ],
]

describe.each(COUNTING)('counting tokens of %s', (_, endpoint, request, answer) => {
  if (endpoint === undefined) throw new Error('no such endpoint')

  test('sets nothing aside, and charges nothing for what was counted', () => {
    const read = endpoint.lens.read(Buffer.from(JSON.stringify(request)), { model: 'm', query: '' })
    if (read.kind === 'refuse') throw new Error(read.forLog)
    const costs = costsOf(endpoint)
    expect(demandOf(read.value, costs, 2400, [], 8192)).toEqual({
      prompt: { about: 0, most: 0 },
      answer: 0,
      isBounded: true,
    })
    const seen = endpoint.lens.readAnswer(Buffer.from(JSON.stringify(answer)))
    if (seen.kind === 'refuse') throw new Error(seen.forLog)
    const outcome = { ...served(200), upstreamStatus: 200, answerTokens: 30, usage: seen.value.usage }
    expect(chargeOf(outcome, costs, 2400, PRICE)).toEqual(NOTHING)
  })
})
