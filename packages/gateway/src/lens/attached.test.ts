import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JSON_LIMITS, type JsonObject } from '../json/located.js'
import type { RequestView } from '../spec/dialect.js'
import { type AttachedText, textOf } from './attached.js'
import { createLens, QUIET } from './lens.js'
import { field, listOf, shape } from './shape.js'

function attached(data: string, mediaType?: string): AttachedText | undefined {
  return textOf({ inside: { data } as JsonObject, key: 'data', mediaType })
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('is text', () => {
  test.each([
    ['text/plain'],
    ['text/csv; charset=utf-8'],
    ['TEXT/Markdown'],
    ['application/json'],
    ['application/vnd.api+json'],
    ['application/x-ndjson'],
    ['application/x-yaml'],
  ])('%s', (type) => {
    expect(attached(base64('héllo'), type)?.text).toBe('héllo')
    expect(attached(`data:${type.replace(' ', '')};base64,${base64('héllo')}`)?.text).toBe('héllo')
  })

  test('in the alphabet of URLs, and without padding', () => {
    const text = 'ÿÿþ?>~~'
    expect(attached(Buffer.from(text).toString('base64url'), 'text/plain')?.text).toBe(text)
    expect(attached(base64('a').replaceAll('=', ''), 'text/plain')?.text).toBe('a')
  })
})

describe('is none', () => {
  test.each([
    ['says nothing', base64('x'), undefined],
    ['says it is a picture', base64('x'), 'image/png'],
    ['says two things', `data:image/png;base64,${base64('x')}`, 'text/plain'],
    ['says two things, the other way', `data:text/plain;base64,${base64('x')}`, 'application/pdf'],
    ['a drawing in XML', base64('<svg/>'), 'image/svg+xml'],
    ['a document spelt in ASCII', base64('{\\rtf1 x}'), 'text/rtf'],
    ['that document, called plain', base64(' {\\rtf1 x}'), 'text/plain'],
    ['a PDF in ASCII, called plain', base64('junk\n%PDF-1.4 x'), 'text/plain'],
    ['no UTF-8', Buffer.from([0x68, 0xff]).toString('base64'), 'text/plain'],
    ['another encoding', base64('x'), 'text/plain; charset=utf-16'],
    ['a parameter that may say anything', base64('x'), 'text/plain; name=4111111111111111'],
    ['control characters', Buffer.from('a\u0000b').toString('base64'), 'text/plain'],
    ['no base64', '!!!!', 'text/plain'],
    ['base64 with spaces', 'aGVs bG8h', 'text/plain'],
    ['both alphabets', '-_+/', 'text/plain'],
    ['padding amid', 'YQ==YQ==', 'text/plain'],
    ['too little padding', 'YQ=', 'text/plain'],
    ['half a byte', 'YWJjZ', 'text/plain'],
    ['a data URL without base64', 'data:text/plain,hello', undefined],
  ])('what %s', (_, data, type) => {
    expect(attached(data, type)).toBeUndefined()
  })
})

test('an edited text is spelt as the data was, and reads back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text)),
      fc.constantFrom('base64', 'base64url'),
      fc.constantFrom('', 'data:text/plain;base64,', 'data:text/csv;charset=utf-8;base64,'),
      (text, spelling, prefix) => {
        const data = prefix + Buffer.from(text).toString(spelling as 'base64')
        const read = attached(data, 'text/plain')
        if (read === undefined) return expect(text).toMatch(/%PDF-|\{\\rtf|%!PS/)
        expect(read.text).toBe(text)
        expect(read.encoded(text)).toBe(data)
        expect(attached(read.encoded(`${text} and more`), 'text/plain')?.text).toBe(`${text} and more`)
      },
    ),
  )
})

const PART = shape(
  { type: field('enum'), media: field('id'), data: field('blob') },
  {
    uninspectable: true,
    attached: (part) => ({ inside: part, key: 'data', mediaType: String(part['media']) }),
  },
)
const lens = createLens(
  {
    request: shape({ model: field('checked'), parts: field('text', listOf(PART)) }, {}),
    facts: () => ({ ...QUIET, model: 'm' }),
    namesModel: true,
    answer: shape({}),
    usage: () => undefined,
    stream: undefined,
  },
  JSON_LIMITS,
)

function view(parts: readonly object[]): RequestView {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', parts })), { model: undefined, query: '' })
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

function dataIn(body: Buffer): string {
  const { parts } = JSON.parse(body.toString()) as { parts: { data: string }[] }
  return Buffer.from(parts[0]?.data ?? '', 'base64').toString()
}

describe('through a lens [content.attachments]', () => {
  test('text is a part with its address, and what is none is uninspectable', () => {
    const seen = view([
      { type: 'file', media: 'text/plain', data: base64('hidden words') },
      { type: 'file', media: 'application/pdf', data: base64('hidden words') },
    ])
    expect(seen.parts.map(({ text, address }) => [text, address])).toEqual([['hidden words', '/parts/0/data']])
    expect(seen.uninspectable).toEqual(['/parts/1'])
  })

  test('an empty one says nothing', () => {
    const seen = view([{ type: 'file', media: 'text/plain', data: '' }])
    expect([seen.parts, seen.uninspectable]).toEqual([[], []])
  })

  test('an edit is carried out within the data', () => {
    const seen = view([{ type: 'file', media: 'text/plain', data: base64('my PASSWORD') }])
    expect(dataIn(seen.edit({ model: undefined, edits: [{ index: 0, text: 'my [gone]' }] }))).toBe('my [gone]')
  })

  test('escapes in JSON hide nothing, and JSON stays JSON where a number goes', () => {
    const seen = view([{ type: 'file', media: 'application/json', data: base64('{"a":"\\u0034111","n":42}') }])
    expect(seen.parts[0]?.text).toBe('{"a":"4111","n":42}')
    const edited = seen.edit({ model: undefined, edits: [{ index: 0, text: '{"a":"x","n":[redacted:pii.card]}' }] })
    expect(JSON.parse(dataIn(edited))).toEqual({ a: 'x', n: '[redacted:pii.card]' })
  })

  test('so do lines of JSON', () => {
    const seen = view([{ type: 'file', media: 'application/jsonl', data: base64('{"n":41}\n{"n":42}\n') }])
    const edited = seen.edit({ model: undefined, edits: [{ index: 0, text: '{"n":41}\n{"n":[redacted:pii.card]}\n' }] })
    expect(dataIn(edited)).toBe('{"n":41}\n{"n":"[redacted:pii.card]"}\n')
  })
})
