import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { SystemChange } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/chat/completions')
const KEEP: SystemChange = { before: 'ours', after: 'and ours', callers: 'keep' }
const DROP: SystemChange = { ...KEEP, callers: 'drop' }

interface Message {
  readonly role: string
  readonly content: string
}

function changed(messages: readonly Message[], system: SystemChange, spaces?: number): readonly Message[] {
  const body = Buffer.from(JSON.stringify({ messages, model: 'm', n: 1 }, null, spaces))
  const read = lens.read(body)
  if (read.kind === 'refuse') throw new Error(read.forLog)
  const { messages: now, ...rest } = JSON.parse(String(read.value.edit({ model: undefined, edits: [], system })))
  expect(rest).toEqual({ model: 'm', n: 1 })
  return now
}

const said = (text: string): string[] =>
  text.split(' ').map((one) => {
    const roles: Readonly<Record<string, string>> = { s: 'system', d: 'developer', u: 'user', a: 'assistant' }
    return roles[one] ?? one
  })
const asMessages = (text: string): Message[] => said(text).map((role, index) => ({ role, content: `${index}` }))

describe('the operator\u2019s system text', () => {
  test.each([
    ['u', 'ours and-ours 0'],
    ['s u', 'ours 0 and-ours 1'],
    ['d s u s a u', 'ours 0 1 and-ours 2 3 4 5'],
    ['u s', 'ours and-ours 0 1'],
  ])('stands around %s: %s', (before, after) => {
    const contents = changed(asMessages(before), KEEP).map(({ content }) => content.replace(' ', '-'))
    expect(contents.join(' ')).toBe(after)
  })

  test.each([
    ['u', 'ours and-ours 0'],
    ['s u', 'ours and-ours 1'],
    ['s', 'ours and-ours'],
    ['d s', 'ours and-ours'],
    ['s u d u d', 'ours and-ours 1 3'],
    ['s d u s s', 'ours and-ours 2'],
  ])('stands in place of %s: %s', (before, after) => {
    const contents = changed(asMessages(before), DROP).map(({ content }) => content.replace(' ', '-'))
    expect(contents.join(' ')).toBe(after)
  })

  test('nothing said is nothing put in', () => {
    const messages = asMessages('s u')
    expect(changed(messages, { before: '', after: '', callers: 'keep' })).toEqual(messages)
    expect(changed(messages, { before: '', after: '', callers: 'drop' })).toEqual(messages.slice(1))
    expect(changed([], { ...KEEP, after: '' })).toEqual([{ role: 'system', content: 'ours' }])
  })

  test('an edit of what is dropped does nothing', () => {
    const body = Buffer.from(JSON.stringify({ model: 'm', messages: asMessages('s u') }))
    const read = lens.read(body)
    if (read.kind === 'refuse') throw new Error(read.forLog)
    const edits = read.value.parts.map((_, index) => ({ index, text: `edited ${index}` }))
    const now = JSON.parse(String(read.value.edit({ model: 'other', edits, system: { ...DROP, after: '' } })))
    expect(now).toEqual({
      model: 'other',
      messages: [
        { role: 'system', content: 'ours' },
        { role: 'user', content: 'edited 1' },
      ],
    })
  })

  test('what stays is as it was, in its order, whatever is sent', () => {
    const message = fc.record({
      role: fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool'),
      content: fc.string(),
    })
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.constantFrom(KEEP, DROP, { ...KEEP, before: '' }, { ...DROP, after: '' }),
        fc.constantFrom(undefined, 2),
        (messages, system, spaces) => {
          const now = changed(messages, system, spaces)
          const isOurs = ({ content }: Message): boolean => content === system.before || content === system.after
          const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer'
          const kept = messages.filter((one) => system.callers === 'keep' || !isSystem(one))
          fc.pre(!messages.some(isOurs))
          expect(now.filter((one) => !isOurs(one))).toEqual(kept)
          const ours = [system.before, system.after].filter((text) => text !== '')
          expect(now.filter(isOurs)).toEqual(ours.map((content) => ({ role: 'system', content })))
        },
      ),
    )
  })
})
