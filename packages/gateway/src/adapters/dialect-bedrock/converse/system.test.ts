import { expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { SystemChange } from '../../../spec/dialect.js'
import { createBedrockDialect } from '../dialect.js'

const lens = lensAt(createBedrockDialect(), '/bedrock/model/{model}/converse')
const KEEP: SystemChange = { before: 'ours', after: 'and ours', callers: 'keep' }
const MESSAGES = [{ role: 'user', content: [{ text: 'hello' }] }]

test.each([
  [{}, KEEP, [{ text: 'ours' }, { text: 'and ours' }]],
  [{ system: null }, KEEP, [{ text: 'ours' }, { text: 'and ours' }]],
  [{ system: [{ text: 'theirs' }] }, KEEP, [{ text: 'ours' }, { text: 'theirs' }, { text: 'and ours' }]],
  [{ system: [{ text: 'theirs' }] }, { ...KEEP, callers: 'drop' } as const, [{ text: 'ours' }, { text: 'and ours' }]],
])('%j is put in order with the operator’s text', (body, change, system) => {
  const read = lens.read(Buffer.from(JSON.stringify({ messages: MESSAGES, ...body })), { model: 'm', query: '' })
  if (read.kind === 'refuse') throw new Error(read.forLog)
  const now = JSON.parse(String(read.value.edit({ model: undefined, edits: [], system: change })))
  expect(now).toEqual({ messages: MESSAGES, system })
})
