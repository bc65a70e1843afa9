import { describe, expect, test } from 'vitest'
import { DONE, event, eventsOf, STOP, said } from '../../../test/gemini-events.js'
import { guarded, run, stream, WORD, wordGuard } from '../../../test/guards.js'
import { lensAt } from '../../../test/lens.js'
import { createGeminiDialect } from './dialect.js'

const dialect = lensAt(createGeminiDialect(), '/gemini/v1beta/models/{model}:streamGenerateContent')

interface Call {
  readonly name?: string
  readonly partialArgs?: readonly { readonly jsonPath: string; readonly stringValue: string }[]
}

describe('arguments in pieces', () => {
  const call = (functionCall: object, more: object = {}): string => event([{ functionCall }], more)
  const begins = call({ name: 'mail', willContinue: true })
  const ends = call({})
  const piece = (jsonPath: string, stringValue: string, goesOn: boolean): string =>
    call({ partialArgs: [{ jsonPath, stringValue, ...(goesOn ? { willContinue: true } : {}) }], willContinue: true })

  /** Each call by its name, and what each of its arguments says. */
  function argumentsOf(out: string): readonly object[] {
    const calls: Record<string, string>[] = []
    for (const { candidates = [] } of eventsOf(out)) {
      for (const part of candidates[0]?.content?.parts ?? []) {
        const { name, partialArgs = [] } = (part['functionCall'] ?? {}) as Call
        if (name !== undefined) calls.push({ name })
        const now = calls.at(-1) ?? {}
        for (const { jsonPath, stringValue } of partialArgs) now[jsonPath] = (now[jsonPath] ?? '') + stringValue
      }
    }
    return calls
  }

  test('are joined by the path that they have in a call', () => {
    const events = [
      begins,
      piece('$.to', 'SEC', true),
      piece('$.body', 'a SE', true),
      piece('$.to', 'RET', false),
      piece('$.body', 'CRET', false),
      ends,
      said('', STOP),
    ]
    const out = guarded(dialect, stream(...events))
    expect(out).not.toContain('SEC')
    expect(argumentsOf(out)).toEqual([{ name: 'mail', '$.to': '[gone]', '$.body': 'a [gone]' }])
  })

  test('what is held goes out before the argument ends, the call does, or the candidate', () => {
    const held = (jsonPath: string): string =>
      JSON.stringify({
        functionCall: { partialArgs: [{ jsonPath, stringValue: 'SEC', willContinue: true }], willContinue: true },
      })
    for (const last of [[piece('$.a', '', false), ends, DONE], [ends, DONE], [DONE]]) {
      const out = guarded(dialect, stream(begins, piece('$.a', 'a SEC', true), ...last))
      expect(out).toContain(held('$.a'))
      expect(out.indexOf(held('$.a'))).toBeLessThan(out.indexOf(last[0] ?? ''))
    }
  })

  test('of the next call are another text', () => {
    const events = [begins, piece('$.a', 'SEC', true), ends, begins, piece('$.a', 'RET', true), ends, DONE]
    expect(argumentsOf(guarded(dialect, stream(...events)))).toEqual([
      { name: 'mail', '$.a': 'SEC' },
      { name: 'mail', '$.a': 'RET' },
    ])
  })

  test('behind the end of one are refused, since nobody would judge them together', () => {
    const events = [begins, piece('$.a', 'SEC', true), piece('$.a', '', false), piece('$.a', 'RET', true), ends, DONE]
    expect(run(dialect.openStream({ guard: wordGuard }), stream(...events)).refusal?.code).toBe('upstream_failed')
  })

  test('that come at once are judged at once, any number of them', () => {
    const all = Array.from({ length: 5000 }, (_, i) => piece(`$.list[${i}]`, 'a SECRET', false))
    const out = guarded(dialect, stream(begins, ...all, ends, DONE))
    expect(out).not.toContain(WORD)
    expect(out.match(/\[gone\]/g)).toHaveLength(5000)
  })
})
