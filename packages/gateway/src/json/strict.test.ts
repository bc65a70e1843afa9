import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isJsonObject, type Json, parseStrictJson } from './strict.js'

const LIMITS = { maxDepth: 16, maxBytes: 64 * 1024 }

function valueIn(source: string | Uint8Array): Json {
  const read = parseStrictJson(source, LIMITS)
  if (read.kind === 'fault') throw new Error(`fault: ${read.why} at ${read.at}`)
  return read.value
}

function faultIn(source: string | Uint8Array, limits = LIMITS): string {
  const read = parseStrictJson(source, limits)
  return read.kind === 'fault' ? read.why : `value ${JSON.stringify(read.value)}`
}

describe('agreement with JSON.parse', () => {
  test('whatever JSON.stringify writes is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 1, 3), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(!/[\ud800-\udfff]/u.test(text) && !/\\u[dD][89a-fA-F]/.test(text))
        expect(JSON.stringify(valueIn(Buffer.from(text)))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 400 },
    )
  })

  test('whatever it accepts, JSON.parse accepts with the same value', () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\ue0123.-+ \n\tatrfns'.split(''),
      '"a"',
      '"a":1',
      'null',
      'true',
      '\\u0041',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const text = parts.join('')
        const read = parseStrictJson(text, LIMITS)
        if (read.kind === 'value') expect(JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 3000 },
    )
  })

  test('text and bytes are read alike', () => {
    const text = '{"a":[1,-0.5e2,true,false,null,"é\\n\\ud83d\\ude00😀"]}'
    expect(valueIn(text)).toEqual(valueIn(Buffer.from(text)))
    expect(valueIn(text)).toEqual({ a: [1, -50, true, false, null, 'é\n😀😀'] })
  })
})

describe('what two readers could understand differently', () => {
  test.each([
    ['a member twice', '{"a":1,"a":1}', '{"a":1,"b":1}'],
    ['a member twice, once escaped', '{"a":1,"\\u0061":2}', '{"a":1,"\\u0062":2}'],
    [
      'a member twice, deep inside [token.no-duplicate-members]',
      '[{"x":{"a":1,"a":2}}]',
      '[{"x":{"a":1}},{"x":{"a":2}}]',
    ],
    ['`__proto__` twice', '{"__proto__":1,"__proto__":2}', '{"__proto__":1}'],
    ['a lone high surrogate', '"\\ud83d"', '"\\ud83d\\ude00"'],
    ['a lone low surrogate', '"\\ude00x"', '"\\ud83d\\ude00x"'],
    ['a lone surrogate as a name', '{"\\ud800":1}', '{"\\u00e9":1}'],
    ['surrogates the wrong way round', '"\\ude00\\ud83d"', '"\\ud83d\\ude00"'],
    ['a number beyond a double', '1e400', '1e300'],
    ['a negative one', '-1e999', '-1e99'],
    ['a leading zero', '01', '10'],
    ['a plus', '+1', '1'],
    ['a number that begins with a dot', '.5', '0.5'],
    ['NaN', 'NaN', '0'],
    ['a comment', '{}//', '{}'],
    ['a comma too many', '[1,]', '[1]'],
    ['a comma too many in an object', '{"a":1,}', '{"a":1}'],
    ['single quotes', "{'a':1}", '{"a":1}'],
    ['a raw line break in a string', '"a\nb"', '"a\\nb"'],
    ['an unknown escape', '"\\x41"', '"\\u0041"'],
    ['a short escape', '"\\u41"', '"\\u0041"'],
    ['text after the value', '{} {}', '{} '],
    ['no-break space', '\u00a0{}', ' {}'],
    ['nothing', '', '0'],
    ['a string without end', '"abc', '"abc"'],
    ['an object without end', '{"a":1', '{"a":1}'],
    ['an array without end', '[1', '[1]'],
  ])('%s is a fault, its neighbour is not', (_what, hostile, good) => {
    expect(parseStrictJson(hostile, LIMITS).kind).toBe('fault')
    expect(parseStrictJson(Buffer.from(hostile), LIMITS).kind).toBe('fault')
    expect(valueIn(good)).toEqual(JSON.parse(good))
  })

  test('a fault never repeats what was written', () => {
    expect(faultIn('{"secret-name":1,"secret-name":2}')).toBe('a member twice in one object')
  })
})

describe('bytes', () => {
  test.each([
    ['a BOM', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['a byte that is no UTF-8', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['half a character', [0x22, 0xc3, 0x22]],
    ['UTF-16', [0x7b, 0x00, 0x7d, 0x00]],
  ])('%s is a fault', (_what, bytes) => {
    expect(parseStrictJson(Uint8Array.from(bytes), LIMITS).kind).toBe('fault')
  })

  test('a view into a larger buffer is read from its own bytes alone', () => {
    const whole = Buffer.from('xx{"a":1}yy')
    expect(valueIn(new Uint8Array(whole.buffer, whole.byteOffset + 2, 7))).toEqual({ a: 1 })
  })
})

describe('limits', () => {
  test('depth', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(parseStrictJson(nested(16), LIMITS).kind).toBe('value')
    expect(faultIn(nested(17))).toBe('nested too deeply')
    expect(faultIn('['.repeat(50_000))).toBe('nested too deeply')
    // Siblings do not add up.
    expect(parseStrictJson(`[${new Array(100).fill('[{}]').join()}]`, { ...LIMITS, maxDepth: 3 }).kind).toBe('value')
  })

  test('size, in bytes also where a text is given', () => {
    expect(faultIn('"éé"', { ...LIMITS, maxBytes: 5 })).toBe('too large')
    expect(valueIn('"éé"')).toBe('éé')
    expect(faultIn(Buffer.from('"éé"'), { ...LIMITS, maxBytes: 5 })).toBe('too large')
    expect(parseStrictJson('"éé"', { ...LIMITS, maxBytes: 6 }).kind).toBe('value')
  })
})

test('`__proto__` and `constructor` are members like any other [token.proto-harmless]', () => {
  const value = valueIn('{"__proto__":{"admin":true},"a":{}}')
  if (!isJsonObject(value)) throw new Error('an object was written')
  expect(Object.getPrototypeOf(value)).toBeNull()
  expect(value['admin']).toBeUndefined()
  expect(Object.keys(value)).toEqual(['__proto__', 'a'])
  expect(isJsonObject(value['a']) && value['a']['constructor']).toBeUndefined()
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
})
