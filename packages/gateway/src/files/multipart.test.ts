import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Refusal } from '../spec/index.js'
import { boundaryOf, FormReader } from './multipart.js'

const B = 'a-boundary'
const part = (headers: string, content: string): string => `--${B}\r\n${headers}\r\n\r\n${content}\r\n`
const FIELD = part('Content-Disposition: form-data; name="purpose"', 'batch')
const FILE_HEADERS =
  'Content-Disposition: form-data; name="file"; filename="a.jsonl"\r\nContent-Type: application/jsonl'
const END = `--${B}--\r\n`

interface Read {
  readonly parts: readonly { readonly name: string; readonly isFile: boolean; readonly content: string }[]
  readonly refusal: Refusal | undefined
}

function readAll(pieces: readonly Buffer[]): Read {
  const reader = new FormReader(B)
  const parts: { name: string; isFile: boolean; content: string }[] = []
  for (const piece of pieces) {
    for (const event of reader.push(piece)) {
      if (event.kind === 'refuse') return { parts, refusal: event }
      if (event.kind === 'part') parts.push({ name: event.name, isFile: event.isFile, content: '' })
      const last = parts.at(-1)
      if (event.kind === 'bytes' && last !== undefined) last.content += event.bytes.toString('latin1')
    }
  }
  return { parts, refusal: reader.end() }
}

const whole = (text: string): Read => readAll([Buffer.from(text, 'latin1')])

describe('a form', () => {
  it('reads the same in any cutting [files.multipart]', () => {
    const content = fc.string({ unit: fc.constantFrom('\r', '\n', '-', '--a-bound', 'x', '{}'), maxLength: 40 })
    fc.assert(
      fc.property(content, fc.array(fc.nat(400), { maxLength: 12 }), (said, cuts) => {
        fc.pre(!`\r\n${said}`.includes(`\r\n--${B}`))
        const form = Buffer.from(`${FIELD}${part(FILE_HEADERS, said)}${END}`)
        const at = [0, ...cuts.map((cut) => Math.min(cut, form.length)).sort((a, b) => a - b), form.length]
        const read = readAll(at.slice(1).map((to, index) => form.subarray(at[index], to)))
        expect(read.refusal).toBeUndefined()
        expect(read.parts).toEqual([
          { name: 'purpose', isFile: false, content: 'batch' },
          { name: 'file', isFile: true, content: said },
        ])
      }),
    )
  })

  it.each([
    ['text before it', `hello\r\n${FIELD}${END}`],
    ['a newline before it', `\r\n${FIELD}${END}`],
    ['text behind it', `${FIELD}${END}${FIELD}`],
    ['a second end', `${FIELD}${END}${END}`],
    ['no end', FIELD],
    ['half a boundary at its end', `${FIELD}--${B}-`],
    ['padding behind a boundary', FIELD.replace(`--${B}\r\n`, `--${B} \r\n`) + END],
    ['a longer boundary within a part', part(FILE_HEADERS, `{}\r\n--${B}x\r\n`) + END],
    ['a bare newline for a header line', FIELD.replace('\r\n\r\n', '\n\n') + END],
    ['a header twice', part(`${FILE_HEADERS}\r\nContent-Type: text/plain`, '{}') + END],
    ['a folded header', part('Content-Disposition: form-data;\r\n name="file"; filename="a"', '{}') + END],
    ['an encoding', part(`${FILE_HEADERS}\r\nContent-Transfer-Encoding: base64`, 'e30=') + END],
    ['a form within it', part(FILE_HEADERS.replace('application/jsonl', 'multipart/mixed; boundary=b'), '') + END],
    ['a name twice in one header', part('Content-Disposition: form-data; name="a"; name="file"', '{}') + END],
    [
      'an extended name of a file',
      part('Content-Disposition: form-data; name="file"; filename*=UTF-8\'\'a', '{}') + END,
    ],
    ['an escaped quote', part('Content-Disposition: form-data; name="file"; filename="a\\"b"', '{}') + END],
    ['no name', part('Content-Disposition: form-data; filename="a"', '{}') + END],
    ['another disposition', part('Content-Disposition: attachment; name="file"; filename="a"', '{}') + END],
    ['headers that are no UTF-8', part('Content-Disposition: form-data; name="file"; filename="\xff"', '{}') + END],
    ['headers without end', `--${B}\r\nX: ${'x'.repeat(5000)}`],
    ['many parts', Array.from({ length: 40 }, (_, at) => FIELD.replace('purpose', `p${at}`)).join('') + END],
  ])('is refused with %s [files.multipart]', (_, text) => {
    const { refusal } = whole(text)
    expect(refusal?.code).toBe('invalid_request')
    expect(refusal?.message).not.toContain(B)
  })
})

describe('the boundary', () => {
  it.each([
    [`multipart/form-data; boundary=${B}`, B],
    [`multipart/form-data; boundary="${B}"`, B],
    ['Multipart/Form-Data;boundary=x', 'x'],
  ])('of %s is read', (type, boundary) => {
    expect(boundaryOf(type)).toMatchObject({ value: boundary })
  })

  it.each([
    undefined,
    'application/json',
    'multipart/form-data',
    'multipart/mixed; boundary=a',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/form-data; boundary="a b"',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'multipart/form-data; charset=utf-7; boundary=a',
  ])('of %s is none', (type) => {
    expect(boundaryOf(type)).toMatchObject({ code: 'unsupported_media_type' })
  })
})
