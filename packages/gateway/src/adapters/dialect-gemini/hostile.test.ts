import { describe, expect, test } from 'vitest'
import { DONE, event, eventsOf, STOP, said } from '../../../test/gemini-events.js'
import { guarded, run, stream, WORD, wordGuard } from '../../../test/guards.js'
import { lensAt } from '../../../test/lens.js'
import type { ChannelKind } from '../../spec/dialect.js'
import { createGeminiDialect } from './dialect.js'

const dialect = lensAt(createGeminiDialect(), '/gemini/v1beta/models/{model}:streamGenerateContent')
const open = () => dialect.openStream({ guard: wordGuard })
const refusal = (...events: readonly string[]): string | undefined => run(open(), stream(...events)).refusal?.code
const shown = (...events: readonly string[]): string => guarded(dialect, stream(...events))

describe('a provider that does not do as it should', () => {
  test.each([
    ['an event of another name', 'event: ping\ndata: {"candidates":[]}\n\n'],
    ['an event that has nothing of the format', 'data: {"weather":"SECRET"}\n\n'],
    ['a comment', ': SECRET\n\n'],
    ['an event without data', 'id: SECRET\n\n'],
  ])('%s is not passed on', (_, unknown) => {
    const lens = open()
    const { bytes } = run(lens, stream(said('a'), unknown, DONE))
    expect(bytes.toString()).toBe(said('a') + DONE)
    expect(lens.dropped).toBe(unknown.includes('data:') ? 1 : 0)
  })

  test.each([
    ['text behind the end of its candidate', [said('a', STOP), said('b')]],
    ['an event that is no JSON', [said('a'), 'data: {"candidates": [\n\n', DONE]],
    ['the end mark of another dialect', [said('a'), 'data: [DONE]\n\n']],
    ['an event that is an array', ['data: [{"candidates":[]}]\n\n', DONE]],
    ['a member twice', ['data: {"candidates":[],"candidates":[]}\n\n', DONE]],
    ['half a pair', [said('a').replace('"a"', '"\\ud83d"'), DONE]],
    ['texts without number side by side', Array.from({ length: 4100 }, (_, index) => said('x', { index }))],
  ])('%s is refused', (_, events) => {
    expect(refusal(...events)).toBe('upstream_failed')
  })

  test('a finding in the name of an argument is refused: a name cannot be edited', () => {
    expect(refusal(event([{ functionCall: { name: 'f', args: { SECRET: 1 } } }]), DONE)).toBe('obligation_failed')
  })

  test('a candidate that says it is another is taken at its word, as clients take it', () => {
    const out = shown(said('SEC', { index: 1 }), said('x'), said('RET', { index: 1, ...STOP }), DONE)
    expect(out).not.toContain('RET')
    expect(eventsOf(out).filter(({ candidates }) => candidates?.[0]?.index === 1)).toHaveLength(2)
  })

  test('an index that is none counts as the place in the array', () => {
    for (const index of [-1, 1.5, '0', null, undefined]) {
      const out = shown(said('SEC', { index }), said('RET', { index, ...STOP }))
      expect(out).not.toContain('SEC')
      expect(out).toContain('[gone]')
    }
  })

  test('two candidates of one index in one event are one', () => {
    const content = (text: string) => ({ content: { parts: [{ text }], role: 'model' }, index: 0 })
    const both = `data: ${JSON.stringify({ candidates: [content('SEC'), { ...content('RET'), ...STOP }] })}\n\n`
    expect(shown(both)).not.toContain('SEC')
  })

  test('text in a field that the format does not have is a text by its path, and may come in pieces', () => {
    const part = (spoken: string) => event([{ text: '' }, { hologram: { spoken } }])
    const out = shown(part('SEC'), part('RET SEC'), DONE)
    expect(out).not.toContain(WORD)
    expect(eventsOf(out).at(-2)?.candidates).toEqual([
      { content: { parts: [{}, { hologram: { spoken: 'SEC' } }] }, index: 0 },
    ])
    const beside = (later: string) => said('', { later })
    expect(shown(beside('SEC'), beside('RET'), DONE)).not.toContain('RET"')
  })

  test('text that stands where no text may is judged all the same', () => {
    for (const odd of ['SECRET', ['SECRET'], [['SECRET']], { content: 'SECRET' }, { content: { parts: 'SECRET' } }]) {
      const events = [`data: ${JSON.stringify({ candidates: [odd] })}\n\n`, DONE]
      expect(run(open(), stream(...events)).bytes.toString()).not.toContain(WORD)
    }
  })

  test('an error ends the stream: nothing behind it is passed on', () => {
    const error = 'data: {"error":{"code":503,"message":"a SECRET","status":"UNAVAILABLE"}}\n\n'
    const out = shown(said('SEC'), error, said('more', STOP))
    expect(eventsOf(out).at(-1)).toEqual({ error: { code: 503, message: 'a [gone]', status: 'UNAVAILABLE' } })
    expect(out).toContain('"text":"SEC"')
    expect(out).not.toContain('more')
  })

  test('a line that never ends is refused before it is large', () => {
    const lens = open()
    const piece = Buffer.alloc(1 << 16, 'x')
    lens.push(Buffer.from('data: '))
    let fed = 0
    for (; fed <= 16 << 20; fed += piece.length) {
      const got = lens.push(piece)
      if (!Buffer.isBuffer(got)) {
        expect(got.code).toBe('upstream_failed')
        break
      }
    }
    expect(fed).toBeGreaterThan(7 << 20)
    expect(fed).toBeLessThan(9 << 20)
  })

  test('a picture of some megabytes passes', () => {
    const picture = event([{ inlineData: { mimeType: 'image/png', data: 'A'.repeat(3 << 20) } }], STOP)
    expect(shown(picture) === picture).toBe(true)
  })

  test('candidates and arguments without number are not remembered', () => {
    const many = Array.from({ length: 5000 }, (_, index) => event([], { index }))
    const more = many.map((_, i) =>
      event([{ functionCall: { partialArgs: [{ jsonPath: `$.${i}`, willContinue: true }], willContinue: true } }]),
    )
    expect(refusal(...many, ...more, DONE)).toBe('upstream_failed')
  })
})

test('each text has a channel of its own, with its role', () => {
  const seen: string[] = []
  const guard = ({ name, role }: ChannelKind) => {
    seen.push(`${role} ${name}`)
    return wordGuard()
  }
  const parts = [{ text: 'a' }, { text: 'b', thought: true }, { executableCode: { language: 'PYTHON', code: 'c' } }]
  run(dialect.openStream({ guard }), stream(event(parts), event([{ text: 'd' }], { finishMessage: 'e', ...STOP })))
  expect(seen).toEqual([
    'assistant candidates/0/text',
    'reasoning candidates/0/thought 0/text',
    'tool-call candidates/0/content/parts/2/executableCode/code',
    'unknown candidates/0/finishMessage',
  ])
})
