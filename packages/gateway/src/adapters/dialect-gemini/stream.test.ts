import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DONE, event, eventsOf, HEAD, STOP, said, thought } from '../../../test/gemini-events.js'
import { cut, guarded, run, stream, WORD, wordGuard } from '../../../test/guards.js'
import { lensAt } from '../../../test/lens.js'
import { createGeminiDialect } from './dialect.js'

const dialect = lensAt(createGeminiDialect(), '/gemini/v1beta/models/{model}:streamGenerateContent')
const CORPUS = new URL('./corpus/', import.meta.url)
const TRANSCRIPTS = readdirSync(CORPUS).map((name) => [name, readFileSync(new URL(name, CORPUS))] as const)

/** What a client makes of a stream: texts of a candidate, joined, thoughts apart. */
function texts(out: string): Record<string, string> {
  const all: Record<string, string> = {}
  for (const { candidates = [] } of eventsOf(out)) {
    for (const [at, { index = at, content }] of candidates.entries()) {
      for (const part of content?.parts ?? []) {
        if (typeof part['text'] !== 'string') continue
        const name = `${index} ${part['thought'] === true ? 'thought' : 'text'}`
        all[name] = (all[name] ?? '') + part['text']
      }
    }
  }
  return all
}

const open = () => dialect.openStream({ guard: wordGuard })
const shown = (chunks: readonly Buffer[]): string => guarded(dialect, chunks)

describe('without a guard', () => {
  test.each(TRANSCRIPTS)('%s passes as it came, in any cutting', (_, whole) => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => {
        const { bytes, refusal } = run(dialect.openStream({ guard: undefined }), cut(whole, at))
        expect(refusal).toBeUndefined()
        expect(bytes.equals(whole)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    ['before anybody finished', [said('a')]],
    ['while a second candidate goes on', [said('a'), said('b', { index: 1 }), said('', STOP)]],
    ['while a second one has only begun', [said('a'), said('', STOP), said('b', { index: 1 })]],
    [
      'where the reason is none',
      [said('a', { finishReason: '' }), said('a', { finishReason: 'FINISH_REASON_UNSPECIFIED' })],
    ],
    ['where the reason is within a text', [said('"finishReason": "STOP"')]],
  ])('a stream that ends %s is torn', (_, events) => {
    for (const guard of [undefined, wordGuard]) {
      expect(run(dialect.openStream({ guard }), stream(...events)).refusal?.code).toBe('upstream_failed')
    }
  })

  test.each([
    ['each candidate finished', [said('a'), said('b', { index: 1, ...STOP }), said('', STOP)]],
    ['something was said behind the end', [said('a', STOP), event([], { groundingMetadata: {} })]],
    ['the prompt was refused', ['data: {"promptFeedback": {"blockReason": "SAFETY"}}\r\n\r\n']],
    ['it stopped for another reason', [said('a', { finishReason: 'MAX_TOKENS' })]],
    ['the reason is in snake case', [said('a', { finish_reason: 'STOP' })]],
  ])('a stream is whole where %s', (_, events) => {
    for (const guard of [undefined, wordGuard]) {
      expect(run(dialect.openStream({ guard }), stream(...events)).refusal).toBeUndefined()
    }
  })

  test('only whole events leave, so that an event of ours is never the rest of half a one', () => {
    const lens = dialect.openStream({ guard: undefined })
    const [first, second] = [said('a'), said('b')]
    expect(String(lens.push(Buffer.from(first + second.slice(0, 20))))).toBe(first)
    expect(String(lens.push(Buffer.from(second.slice(20))))).toBe(second)
  })

  test('usage is that of the last event that tells', () => {
    const lens = dialect.openStream({ guard: undefined })
    run(lens, stream(said('a'), said('b', STOP, 7)))
    expect(lens.usage).toEqual({ inputTokens: 19, outputTokens: 7 })
  })
})

describe('guarded', () => {
  test('a word is found however its pieces fall, in each text of its own', () => {
    const piece = fc.constantFrom('SEC', 'RET', 'SECRET', 'S', 'E', ' and ', '😀', '"')
    const step = fc.record({ text: piece, index: fc.nat(1), thought: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.array(fc.nat(), { maxLength: 8 }), (steps, at) => {
        const events = steps.map(({ text, index, thought: isThought }) =>
          event([isThought ? { text, thought: true } : { text }], { index }),
        )
        const whole = Buffer.from(events.join('') + event([], { index: 0, ...STOP }) + event([], { index: 1, ...STOP }))
        const expected = texts(String(whole))
        for (const [name, text] of Object.entries(expected)) expected[name] = text.replaceAll(WORD, '[gone]')
        expect(texts(shown(cut(whole, at)))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  test('a text that came whole is edited as the same text in pieces is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('SEC', 'RET', 'SECRET', 'S', ' ', '\n', 'é'), { maxLength: 20 }),
        (pieces) => {
          const text = pieces.join('')
          const body = Buffer.from(
            JSON.stringify({ candidates: [{ content: { parts: [{ text }], role: 'model' }, ...STOP }] }),
          )
          const got = dialect.readAnswer(body)
          if (got.kind === 'refuse') throw new Error(got.forLog)
          const edits = got.value.parts.map((part, index) => ({ index, text: part.text.replaceAll(WORD, '[gone]') }))
          const [whole] = JSON.parse(String(got.value.edit(edits))).candidates
          const streamed = texts(shown(stream(...pieces.map((one) => said(one)), DONE)))['0 text'] ?? ''
          expect(streamed).toBe(whole.content.parts[0].text)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('what is held goes out in an event of its own, before the one that ends the candidate', () => {
    const out = eventsOf(shown(stream(said('it is SEC'), DONE)))
    expect(out).toEqual([
      ...eventsOf(said('it is ')),
      { candidates: [{ content: { parts: [{ text: 'SEC' }], role: 'model' }, index: 0 }], ...HEAD },
      ...eventsOf(DONE),
    ])
  })

  test('or in that one, where it has text of its own', () => {
    expect(eventsOf(shown(stream(said('it is SEC'), said('R', STOP))))).toEqual([
      ...eventsOf(said('it is ')),
      ...eventsOf(said('SECR', STOP)),
    ])
  })

  test('of a thought, as a thought; of the second candidate, as the second', () => {
    const events = [thought('hm SEC'), said('b SE', { index: 1 }), event([], { index: 1, ...STOP }), DONE]
    const own = eventsOf(shown(stream(...events))).filter((one) => !('usageMetadata' in one))
    expect(own.map(({ candidates }) => candidates)).toEqual([
      [{ content: { parts: [{ text: 'SE' }], role: 'model' }, index: 1 }],
      [{ content: { parts: [{ text: 'SEC', thought: true }], role: 'model' }, index: 0 }],
    ])
  })

  test('a signature stays with the thoughts that it closes, and is emptied where they were edited [content.seals]', () => {
    const closed = (text: string, thoughtSignature: string) => event([{ text, thought: true, thoughtSignature }])
    const thoughts = [
      thought('a SEC'),
      closed('RET', 'b25l'),
      closed('fine', 'dHdv'),
      thought('SEC'),
      closed('', 'dHJl'),
    ]
    const call = { functionCall: { name: 'f', args: { a: 'SECRET' } }, thoughtSignature: 'c2ln' }
    const out = eventsOf(
      shown(stream(...thoughts, event([call]), event([{ text: 'SECRET', thoughtSignature: 'dGV4' }], STOP))),
    )
    const parts = out.flatMap(({ candidates = [] }) => candidates.flatMap(({ content }) => content?.parts ?? []))
    expect(parts.filter((part) => 'thoughtSignature' in part)).toEqual([
      { text: '[gone]', thought: true, thoughtSignature: '' },
      { text: 'fine', thought: true, thoughtSignature: 'dHdv' },
      { text: '', thought: true, thoughtSignature: 'dHJl' },
      // The model's own state, without which newer models take no call back: it is not made over what stands beside it.
      { functionCall: { name: 'f', args: { a: '[gone]' } }, thoughtSignature: 'c2ln' },
      { text: '[gone]', thoughtSignature: 'dGV4' },
    ])
  })

  test('prose in place of the signature of a thought is text, and no part of the thought', () => {
    const out = eventsOf(
      shown(stream(event([{ text: 'SEC', thought: true, thoughtSignature: 'RET or a SECRET' }], STOP))),
    )
    expect(out[0]?.candidates?.[0]?.content?.parts).toEqual([
      { text: 'SEC', thought: true, thoughtSignature: 'RET or a [gone]' },
    ])
  })

  test('a thought behind the end of its candidate tears the stream, whatever signature came with the end', () => {
    const last = event([{ text: 'hm', thought: true, thoughtSignature: 'b25l' }], STOP)
    expect(run(open(), stream(last, thought('more'))).refusal?.forLog).toBe('text came for what had finished')
  })

  test('a text goes on behind a call and a thought', () => {
    const events = [said('SEC'), event([{ functionCall: { name: 'f', args: {} } }]), thought('hm'), said('RET', STOP)]
    expect(texts(shown(stream(...events)))['0 text']).toBe('[gone]')
  })

  test('what repeats the text is judged as a whole, and token by token it goes', () => {
    const more = {
      logprobsResult: { chosenCandidates: [{ token: 'SEC' }, { token: 'RET' }] },
      groundingMetadata: { groundingSupports: [{ segment: { text: 'a SECRET' } }] },
    }
    const out = shown(stream(said('a SECRET', { ...STOP, ...more })))
    expect(eventsOf(out)[0]?.candidates?.[0]).toMatchObject({
      content: { parts: [{ text: 'a [gone]' }] },
      logprobsResult: null,
      groundingMetadata: { groundingSupports: [{ segment: { text: 'a [gone]' } }] },
    })
  })

  test('arguments that come whole, at any depth, numbers and all', () => {
    const args = { a: 'SECRET', deep: [{ b: 'is SECRET' }], n: 3, long: 12345678 }
    const call = { functionCall: { name: 'f', args }, thoughtSignature: 'c2ln' }
    const gone = { a: '[gone]', deep: [{ b: 'is [gone]' }], n: 3, long: 12345678 }
    expect(eventsOf(shown(stream(event([call], STOP))))[0]?.candidates?.[0]?.content?.parts).toEqual([
      { functionCall: { name: 'f', args: gone }, thoughtSignature: 'c2ln' },
    ])
    const digits = () => ({ push: (text: string) => text.replaceAll('12345678', '[gone]'), end: () => '', held: 0 })
    const { bytes } = run(dialect.openStream({ guard: digits }), stream(event([call], STOP)))
    expect(bytes.toString()).toContain('"n":3,"long":"[gone]"')
  })

  test('several calls in a stream may have names of their own', () => {
    const call = (name: string) => event([{ functionCall: { name, args: {} } }])
    const whole = [call('one'), call('two'), DONE]
    expect(shown(stream(...whole))).toBe(whole.join(''))
  })

  test('usage is told, of events on the fast path too', () => {
    const lens = open()
    run(lens, stream(said('a', {}, 1), said('b', {}, 2), said('c', {}, 3)))
    expect(lens.usage).toEqual({ inputTokens: 19, outputTokens: 3 })
  })

  test('an event differs from one before it in its text and its counts alone: the fast way gives what the slow one gives', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom('SEC', 'RET', 'SECRET', '"', '\\'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        // A member that is new in each event fits no template, and leaves nothing else different.
        const text = (unlike: boolean): string =>
          pieces.map((one, i) => said(one, unlike ? { tokenCount: i } : { tokenCount: 0.5 }, i)).join('') + DONE
        const even = (out: string): string => out.replaceAll(/"tokenCount":[\d.]+/g, '"tokenCount":0')
        expect(even(shown([Buffer.from(text(false))]))).toBe(even(shown([Buffer.from(text(true))])))
      }),
      { numRuns: 200 },
    )
  })
})
