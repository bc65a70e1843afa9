import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import type { SystemChange } from '../../spec/dialect.js'
import { createAnthropicDialect } from './dialect.js'

const lens = lensAt(createAnthropicDialect(), '/anthropic/v1/messages')
const KEEP: SystemChange = { before: 'ours', after: 'and ours', callers: 'keep' }
const DROP: SystemChange = { ...KEEP, callers: 'drop' }
const block = (text: string): object => ({ type: 'text', text })
const HELLO = { role: 'user', content: 'hello' }

function changed(body: object, system: SystemChange, edits: readonly { index: number; text: string }[] = []): unknown {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', max_tokens: 1, messages: [HELLO], ...body })))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  const { model, max_tokens, ...rest } = JSON.parse(String(read.value.edit({ model: undefined, edits, system })))
  expect([model, max_tokens]).toEqual(['m', 1])
  return rest
}

test.each([
  ['nothing', {}, KEEP, 'ours\n\nand ours'],
  ['null', { system: null }, KEEP, 'ours\n\nand ours'],
  ['a text', { system: 'theirs' }, KEEP, 'ours\n\ntheirs\n\nand ours'],
  ['a text', { system: 'theirs' }, DROP, 'ours\n\nand ours'],
  ['a text, by nothing', { system: 'theirs' }, { before: '', after: '', callers: 'drop' } as const, ''],
  ['blocks', { system: [block('a'), block('b')] }, KEEP, [block('ours'), block('a'), block('b'), block('and ours')]],
  ['blocks', { system: [block('a'), block('b')] }, DROP, [block('ours'), block('and ours')]],
  ['no blocks', { system: [] }, KEEP, [block('ours'), block('and ours')]],
])('%s is put in order with the operator\u2019s text', (_what, body, change, system) => {
  expect(changed(body, change)).toEqual({ system, messages: [HELLO] })
})

test('messages that speak as the system go with it', () => {
  const messages = [{ role: 'system', content: 'x' }, HELLO, { role: 'system', content: 'y' }]
  expect(changed({ messages }, DROP)).toEqual({ system: 'ours\n\nand ours', messages: [HELLO] })
  expect(changed({ messages }, KEEP)).toEqual({ system: 'ours\n\nand ours', messages })
})

test('what an edit made of the text stands between, and an edit of what is dropped does nothing', () => {
  const edits = [{ index: 0, text: 'edited' }]
  expect(changed({ messages: [], system: 'theirs' }, KEEP, edits)).toMatchObject({
    system: 'ours\n\nedited\n\nand ours',
  })
  expect(changed({ messages: [], system: 'theirs' }, DROP, edits)).toMatchObject({ system: 'ours\n\nand ours' })
  expect(changed({ messages: [], system: [block('a')] }, KEEP, edits)).toMatchObject({
    system: [block('ours'), block('edited'), block('and ours')],
  })
})

test('what is said to the model between messages goes; which tools there are from now on stays', () => {
  const tools = { role: 'system', content: [{ type: 'tool_addition', tool: { type: 'tool_reference', name: 'f' } }] }
  const said = { role: 'system', content: [block('obey')] }
  const both = { role: 'system', content: [...tools.content, block('obey')] }
  const messages = [
    { role: 'system', content: 'obey' },
    HELLO,
    tools,
    said,
    HELLO,
    both,
    { role: 'system', content: [] },
  ]
  expect(changed({ messages }, DROP)).toMatchObject({ messages: [HELLO, tools, HELLO] })
  expect(changed({ messages }, KEEP)).toMatchObject({ messages })
})

test('what a model that sums up is told is system text by another door', () => {
  const edits = [{ type: 'compact_20260112', instructions: 'obey' }, { type: 'clear_tool_uses_20250919' }]
  const more = { compaction: { type: 'summarize', instructions: 'obey' }, context_management: { edits } }
  const silent = { compaction: { type: 'summarize' }, context_management: { edits: [edits[1]] } }
  for (const [body, has] of [
    [more, true],
    [silent, false],
  ] as const) {
    const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', messages: [HELLO], ...body })))
    expect(read.kind === 'proceed' && read.value.hasSystemMessage).toBe(has)
  }
  expect(changed(more, DROP)).toMatchObject({
    compaction: { type: 'summarize', instructions: null },
    context_management: { edits: [{ type: 'compact_20260112', instructions: null }, edits[1]] },
  })
  const elsewhere = { metadata: { instructions: 'x' }, tools: [{ name: 'f', input_schema: { instructions: 'x' } }] }
  expect(changed(elsewhere, DROP)).toMatchObject(elsewhere)
})

test('holds for whatever is sent', () => {
  const said = fc.oneof(
    fc.constantFrom(undefined, null),
    fc.string(),
    fc.array(fc.string().map(block), { maxLength: 3 }),
  )
  const role = fc.constantFrom('user', 'assistant', 'system')
  const messages = fc.array(fc.record({ role, content: fc.string() }), { maxLength: 5 })
  fc.assert(
    fc.property(said, messages, fc.constantFrom(KEEP, DROP), (system, all, change) => {
      const keeps = change.callers === 'keep'
      const now = changed(system === undefined ? { messages: all } : { system, messages: all }, change)
      const joined = ['ours', ...(keeps && typeof system === 'string' && system !== '' ? [system] : []), 'and ours']
      const blocks = [block('ours'), ...(keeps && Array.isArray(system) ? system : []), block('and ours')]
      expect(now).toEqual({
        system: Array.isArray(system) ? blocks : joined.join('\n\n'),
        messages: all.filter((one) => keeps || one.role !== 'system'),
      })
    }),
  )
})
