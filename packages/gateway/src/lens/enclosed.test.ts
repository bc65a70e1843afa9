import { expect, it } from 'vitest'
import { readLocated } from '../json/located.js'
import type { Change, Lens, RequestView } from '../spec/dialect.js'
import { proceed } from '../spec/refusal.js'
import { enclosedRequest } from './enclosed.js'
import { field, shape } from './shape.js'

const LINE = Buffer.from('{"id": "a\\u0041", "body": {"said":"b"}, "more":["c"]}')

/** A lens that sees one text, and remembers what it is asked to change. */
function innerLens(changes: Change[]): Lens {
  const part = { role: 'user', address: '/said', text: 'b', isName: false, isJson: false } as const
  const view: Omit<RequestView, 'edit'> = {
    ...{ model: 'm', stream: true, maxTokens: 7, choices: 2, hasSystemMessage: true, takesSystem: true },
    ...{ hasEffects: false, tools: 3, conversation: 'k', parts: [part], uninspectable: ['/x'], saysUsage: false },
  }
  const edit = (body: Buffer) => (change: Change) => {
    changes.push(change)
    const [first] = change.edits
    return first === undefined && change.model === undefined ? body : Buffer.from(`{"said":"${first?.text ?? 'b'}"}`)
  }
  return {
    read: (body) => proceed({ ...view, edit: edit(body) }),
    readAnswer: () => proceed({ parts: [], usage: undefined, edit: () => LINE }),
    streamType: undefined,
    openStream() {
      throw new TypeError('never streams')
    },
  }
}

function seen(changes: Change[]): RequestView {
  const located = readLocated(LINE)
  if (located.kind === 'fault') throw new Error(located.why)
  const inner = located.containers.find(({ key }) => key === 'body')
  if (inner === undefined) throw new Error('no body')
  const around = shape({ id: field('text'), body: field('text') })
  const view = enclosedRequest({ located, around, inner, lens: innerLens(changes) }, LINE)
  if (view.kind === 'refuse') throw new Error(view.forLog)
  return view.value
}

it('a document within another is seen with what is around it, by the facts of the inner one', () => {
  const { edit: _, parts, ...facts } = seen([])
  expect(parts.map(({ address, text }) => [address, text])).toEqual([
    ['/id', 'aA'],
    ['/more', 'more'],
    ['/more/0', 'c'],
    ['/body/said', 'b'],
  ])
  expect(facts).toEqual({
    ...{ model: 'm', stream: true, maxTokens: 7, choices: 2, hasSystemMessage: true, takesSystem: true },
    ...{ hasEffects: false, tools: 3, conversation: 'k', uninspectable: ['/body/x'], saysUsage: false },
  })
})

it('is edited where each text stands, and stays the same bytes where nothing is', () => {
  const changes: Change[] = []
  const view = seen(changes)
  expect(view.edit({ model: undefined, edits: [] })).toBe(LINE)
  const edits = [
    { index: 0, text: 'x' },
    { index: 3, text: 'y' },
  ]
  const system = { before: 's', after: '', callers: 'keep' } as const
  const edited = view.edit({ model: 'n', edits, system, askUsage: true, leaveOut: 'emptied' })
  expect(edited.toString('utf8')).toBe('{"id": "x", "body": {"said":"y"}, "more":["c"]}')
  const inner = [{ index: 0, text: 'y' }]
  expect(changes.at(-1)).toEqual({ model: 'n', edits: inner, system, askUsage: true, leaveOut: 'emptied' })
})
