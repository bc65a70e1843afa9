import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import type { SystemChange } from '../../spec/dialect.js'
import { createGeminiDialect } from './dialect.js'

const dialect = createGeminiDialect()
const NAMED = { model: 'm', query: '' }

function changed(
  body: string,
  change: Partial<SystemChange>,
  does = 'generateContent',
  edit?: readonly [string, string],
): string {
  const got = lensAt(dialect, `/gemini/v1beta/models/{model}:${does}`).read(Buffer.from(body), NAMED)
  if (got.kind === 'refuse') throw new Error(got.forLog)
  const { parts } = got.value
  const edits = edit === undefined ? [] : [{ index: parts.findIndex(({ text }) => text === edit[0]), text: edit[1] }]
  const system: SystemChange = { before: '', after: '', callers: 'keep', ...change }
  const out = String(got.value.edit({ model: undefined, edits, system }))
  expect(() => JSON.parse(out)).not.toThrow()
  return out
}

const OURS = { before: 'ours', after: 'last' }
const part = (text: string): string => JSON.stringify({ text })
const BOTH = `{"parts":[${part('ours')},${part('last')}]}`

describe("the operator's text", () => {
  test.each([
    ['where the caller says none', '{"contents":[]}', `{"systemInstruction":${BOTH},"contents":[]}`],
    [
      'where the caller says null',
      '{"contents":[],"system_instruction" : null}',
      `{"contents":[],"system_instruction" : ${BOTH}}`,
    ],
    [
      "around the caller's",
      '{"systemInstruction":{"parts":[ {"text":"theirs"} ],"role":"user"},"contents":[]}',
      `{"systemInstruction":{"parts":[${part('ours')}, {"text":"theirs"},${part('last')} ],"role":"user"},"contents":[]}`,
    ],
    [
      'around a single part, in snake case',
      '{"system_instruction":{"parts": {"text":"theirs"}},"contents":[]}',
      `{"system_instruction":{"parts": [${part('ours')},{"text":"theirs"},${part('last')}]},"contents":[]}`,
    ],
    [
      'in parts that are none',
      '{"systemInstruction":{"parts":[]},"contents":[]}',
      `{"systemInstruction":${BOTH},"contents":[]}`,
    ],
    [
      'where there are no parts',
      '{"systemInstruction":{},"contents":[]}',
      `{"systemInstruction":${BOTH},"contents":[]}`,
    ],
  ])('%s', (_, body, now) => {
    expect(changed(body, OURS)).toBe(now)
  })

  test("in place of the caller's, and of turns that say they are the system's", () => {
    const body =
      '{"systemInstruction":{"parts":[{"text":"theirs"}]},"contents":[{"role":"system","parts":[{"text":"more"}]},{"parts":[{"text":"hi"}]}]}'
    expect(changed(body, { ...OURS, callers: 'drop' })).toBe(
      `{"systemInstruction":${BOTH},"contents":[{"parts":[{"text":"hi"}]}]}`,
    )
    expect(changed(body, { callers: 'drop' }, 'generateContent', ['theirs', 'edited'])).toBe(
      '{"systemInstruction":null,"contents":[{"parts":[{"text":"hi"}]}]}',
    )
    expect(changed('{"contents":{"role":"developer","parts":[]}}', { callers: 'drop' })).toBe('{"contents":[]}')
    expect(changed('{"contents":[]}', { callers: 'drop' })).toBe('{"contents":[]}')
  })

  test('beside what else is edited', () => {
    const body = '{"systemInstruction":{"parts":{"text":"theirs"}},"contents":[]}'
    expect(changed(body, { before: 'ours' }, 'generateContent', ['theirs', 'now'])).toBe(
      `{"systemInstruction":{"parts":[${part('ours')},${part('now')}]},"contents":[]}`,
    )
  })

  test('in a request that is to be counted', () => {
    expect(changed('{"generateContentRequest":{"contents":[]}}', OURS, 'countTokens')).toBe(
      `{"generateContentRequest":{"systemInstruction":${BOTH},"contents":[]}}`,
    )
  })
})

test('an embedding has no place for it', () => {
  for (const does of ['embedContent', 'batchEmbedContents']) {
    const body = does === 'embedContent' ? '{"content":{}}' : '{"requests":[]}'
    const got = lensAt(dialect, `/gemini/v1beta/models/{model}:${does}`).read(Buffer.from(body), NAMED)
    expect(got.kind === 'proceed' && got.value.takesSystem).toBe(false)
  }
})
