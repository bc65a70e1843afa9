import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { Change, SystemChange } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/responses')
const KEEP: SystemChange = { before: 'ours', after: 'last', callers: 'keep' }
const DROP: SystemChange = { ...KEEP, callers: 'drop' }
const OURS_LAST = { type: 'message', role: 'system', content: 'last' }

function changed(body: object, system: SystemChange, more: Partial<Change> = {}): Record<string, unknown> {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', ...body })))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  expect(read.value.takesSystem).toBe(true)
  const { model, ...rest } = JSON.parse(String(read.value.edit({ model: undefined, edits: [], ...more, system })))
  return rest
}

const sys = (content: string, role = 'system') => ({ role, content })
const user = { role: 'user', content: 'hi' }

describe('the operator\u2019s system text', () => {
  test.each([
    ['alone', { input: 'hi' }, { instructions: 'ours\n\nlast', input: 'hi' }],
    ['in place of null', { input: 'hi', instructions: null }, { instructions: 'ours\n\nlast', input: 'hi' }],
    ['in place of an empty one', { instructions: '' }, { instructions: 'ours\n\nlast' }],
    ['around the caller\u2019s', { instructions: 'theirs' }, { instructions: 'ours\n\ntheirs\n\nlast' }],
    [
      'around messages of the caller',
      { input: [sys('a'), sys('b', 'developer'), user, sys('c')] },
      { instructions: 'ours', input: [sys('a'), sys('b', 'developer'), OURS_LAST, user, sys('c')] },
    ],
    [
      'around both',
      { instructions: 'theirs', input: [sys('a'), user] },
      { instructions: 'ours\n\ntheirs', input: [sys('a'), OURS_LAST, user] },
    ],
    [
      'tools that a developer adds are no text of theirs',
      { input: [{ type: 'additional_tools', role: 'developer', tools: [] }, user] },
      { instructions: 'ours\n\nlast', input: [{ type: 'additional_tools', role: 'developer', tools: [] }, user] },
    ],
  ])('%s', (_, body, wanted) => {
    expect(changed(body, KEEP)).toEqual(wanted)
  })

  test.each([
    ['where there is none', { input: 'hi' }, { instructions: 'ours\n\nlast', input: 'hi' }],
    [
      'wherever it stands',
      { instructions: 'theirs', input: [sys('a'), user, sys('b', 'developer')] },
      { instructions: 'ours\n\nlast', input: [user] },
    ],
    ['and nothing else is left', { input: [sys('a')] }, { instructions: 'ours\n\nlast', input: [] }],
  ])('in place of the caller\u2019s: %s', (_, body, wanted) => {
    expect(changed(body, DROP)).toEqual(wanted)
  })

  test('may be none', () => {
    const none: SystemChange = { before: '', after: '', callers: 'drop' }
    expect(changed({ instructions: 'theirs', input: [sys('a'), user] }, none)).toEqual({
      instructions: null,
      input: [user],
    })
    expect(changed({ input: 'hi' }, none)).toEqual({ input: 'hi' })
    expect(changed({ instructions: 'theirs' }, { ...none, callers: 'keep' })).toEqual({ instructions: 'theirs' })
  })

  test('goes round what others edited, and what is dropped is not edited', () => {
    const edits = [{ index: 0, text: 'edited' }]
    expect(changed({ instructions: 'theirs', input: 'hi' }, KEEP, { edits })).toEqual({
      instructions: 'ours\n\nedited\n\nlast',
      input: 'hi',
    })
    expect(changed({ instructions: 'theirs', input: 'hi' }, DROP, { edits })).toEqual({
      instructions: 'ours\n\nlast',
      input: 'hi',
    })
  })
})
