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
