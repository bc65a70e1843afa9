import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { TextGuard } from '../../../spec/detector.js'
import type { Edit, TextPart } from '../../../spec/part.js'
import type { Step } from '../../../spec/refusal.js'
import { createOpenAiDialect } from '../dialect.js'

const dialect = lensAt(createOpenAiDialect(), '/v1/chat/completions')
const CARD = '4111 1111 1111 1111'
const MAIL = 'ann@example.com'
const GONE = '[gone]'

function judged(text: string): string {
  return text.replaceAll(CARD, GONE).replaceAll(MAIL, GONE)
}

/** Holds all to the end: where text leaves too early is another test's subject. */
function guard(): TextGuard {
  let all = ''
  return {
    push(text) {
      all += text
      return ''
    },
    end: () => judged(all),
    get held() {
      return all.length
    },
  }
}

function editsOf(parts: readonly TextPart[]): Edit[] {
  return parts.flatMap(({ text }, index) => (judged(text) === text ? [] : [{ index, text: judged(text) }]))
}

function whole<T>(step: Step<T>): T {
  if (step.kind === 'refuse') throw new Error(step.forLog)
  return step.value
}

function request(messages: readonly object[]): string {
  const view = whole(dialect.read(Buffer.from(JSON.stringify({ model: 'm', messages }))))
  return String(view.edit({ model: undefined, edits: editsOf(view.parts) }))
}

function answer(message: object): string {
  const view = whole(dialect.readAnswer(Buffer.from(JSON.stringify({ choices: [{ index: 0, message }] }))))
  return String(view.edit(editsOf(view.parts)))
}

function stream(deltas: readonly object[]): string {
  const lens = dialect.openStream({ guard })
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' }
  const choices = [...deltas.map((delta) => ({ delta, finish_reason: null })), { delta: {}, finish_reason: 'stop' }]
  const events = choices.map((one) => `data: ${JSON.stringify({ ...head, choices: [{ index: 0, ...one }] })}\n\n`)
  let out = ''
  for (const event of [...events, 'data: [DONE]\n\n']) out += String(lens.push(Buffer.from(event)))
  return out + String(lens.end())
}

function call(text: string): object {
  return { id: 'call_1', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ with: text }) } }
}

/** Of everything in the events that ends in this member. */
function joined(out: string, member: string): string {
  return [...out.matchAll(new RegExp(`"${member}":("(?:[^"\\\\]|\\\\.)*")`, 'g'))]
    .map((one) => JSON.parse(one[1] ?? ''))
    .join('')
}

/** Each is a place where some gateway was seen to let a card number or an address through. */
describe.each([CARD, MAIL])('%s does not pass', (hidden) => {
  const text = `pay with ${hidden} please`
  const pieces = (size: number, of: string): string[] => of.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []

  test.each([
    ['request text', () => request([{ role: 'user', content: text }])],
    ['request text in parts', () => request([{ role: 'user', content: [{ type: 'text', text }] }])],
    ['a tool result', () => request([{ role: 'tool', tool_call_id: 'call_1', content: text }])],
    ['request tool-call arguments', () => request([{ role: 'assistant', tool_calls: [call(text)] }])],
    ['answer text', () => answer({ role: 'assistant', content: text })],
    ['answer tool-call arguments', () => answer({ role: 'assistant', tool_calls: [call(text)] })],
  ])('in %s', (_, made) => {
    expect(made()).not.toContain(hidden)
    expect(made()).toContain(`pay with ${GONE} please`)
  })

  test.each([
    ['in one event', 1000],
    ['split over events', 5],
    ['a character an event', 1],
  ])('in a stream, %s', (_, size) => {
    const out = stream(pieces(size, text).map((content) => ({ content })))
    expect(joined(out, 'content')).toBe(`pay with ${GONE} please`)
  })

  test.each([1000, 5, 1])('in streamed tool-call arguments, %d at a time', (size) => {
    const json = JSON.stringify({ with: text })
    const out = stream(
      pieces(size, json).map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
    )
    expect(JSON.parse(joined(out, 'arguments'))).toEqual({ with: `pay with ${GONE} please` })
  })
})
