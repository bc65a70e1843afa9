import { expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { SystemChange } from '../../../spec/dialect.js'
import { createBedrockDialect } from '../dialect.js'

const lens = lensAt(createBedrockDialect(), '/bedrock/model/{model}/converse')
const KEEP: SystemChange = { before: 'ours', after: 'and ours', callers: 'keep' }
const DROP: SystemChange = { ...KEEP, callers: 'drop' }
const HELLO = { role: 'user', content: [{ text: 'hello' }] }
const CACHED = { cachePoint: { type: 'default' } }
const blocks = (...texts: readonly string[]) => texts.map((text) => ({ text }))

function changed(body: object, system: SystemChange, edits: readonly { index: number; text: string }[] = []): unknown {
  const read = lens.read(Buffer.from(JSON.stringify(body)), { model: 'm', query: '' })
  if (read.kind === 'refuse') throw new Error(read.forLog)
  expect(read.value.takesSystem).toBe(true)
  return JSON.parse(String(read.value.edit({ model: undefined, edits, system })))
}

test.each([
  ['nothing', {}, KEEP, blocks('ours', 'and ours')],
  ['null', { system: null }, KEEP, blocks('ours', 'and ours')],
  [
    'blocks',
    { system: [{ text: 'a' }, CACHED] },
    KEEP,
    [{ text: 'ours' }, { text: 'a' }, CACHED, { text: 'and ours' }],
  ],
  ['blocks', { system: [{ text: 'a' }, CACHED] }, DROP, blocks('ours', 'and ours')],
  ['no blocks', { system: [] }, KEEP, blocks('ours', 'and ours')],
])('%s is put in order with the operator’s text', (_what, body, change, system) => {
  expect(changed({ ...body, messages: [HELLO] }, change)).toEqual({ system, messages: [HELLO] })
})

test('messages that speak as the system go with it', () => {
  const messages = [{ role: 'system', content: [{ text: 'x' }] }, HELLO]
  expect(changed({ messages }, DROP)).toEqual({ system: blocks('ours', 'and ours'), messages: [HELLO] })
  expect(changed({ messages }, KEEP)).toEqual({ system: blocks('ours', 'and ours'), messages })
})

test('what stands in fields of the model’s own goes too', () => {
  const additionalModelRequestFields = { system: ['x'], system_prompt: 'y', top_k: 3 }
  const said = { additionalModelRequestFields, messages: [HELLO] }
  expect(changed(said, DROP)).toEqual({
    ...{ system: blocks('ours', 'and ours'), messages: [HELLO] },
    additionalModelRequestFields: { system: null, system_prompt: null, top_k: 3 },
  })
  expect(changed(said, KEEP)).toMatchObject({ additionalModelRequestFields })
})

test('what an edit made of the text stands between', () => {
  const edits = [{ index: 0, text: 'edited' }]
  expect(changed({ system: blocks('theirs') }, KEEP, edits)).toEqual({ system: blocks('ours', 'edited', 'and ours') })
})
