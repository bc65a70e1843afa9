import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JSON_LIMITS, type Located, pointer, readLocated, splice } from './located.js'

function read(text: string): Located {
  const got = readLocated(Buffer.from(text))
  if (got.kind === 'fault') throw new Error(got.code)
  return got
}

function code(bytes: string | Buffer, limits = JSON_LIMITS): string {
  const got = readLocated(Buffer.from(bytes as string), limits)
  return got.kind === 'fault' ? got.code : 'read'
}

describe('readLocated', () => {
  test('gives what JSON.parse gives, and where each string stands', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        if (code(text) === 'surrogate') return
        const got = read(text)
        expect(JSON.stringify(got.value)).toBe(JSON.stringify(JSON.parse(text)))
        for (const place of got.strings) expect(JSON.parse(text.slice(place.start, place.end))).toBe(place.value)
        for (const one of got.containers) expect(JSON.parse(text.slice(one.start, one.end))).toEqual(one.value)
      }),
      { numRuns: 300 },
    )
  })

  test('never reads what JSON.parse refuses, and never reads it otherwise', () => {
    const pieces = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '"b"',
        '\\',
        'u',
        '\\u0041',
        '0',
        '1',
        '-',
        '.',
        'e',
        '+',
        ' ',
        '\n',
      ],
      ...[
        'true',
        'null',
        'false',
        '{"a":1}',
        '[1,2]',
        '"\\n"',
        '01',
        '1.5e3',
        '-0',
        '\t',
        '\u00e9',
        '\u{1f600}',
        '\ufeff',
      ],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (some) => {
        const text = some.join('')
        const got = readLocated(Buffer.from(text))
        let parsed: unknown
        try {
          parsed = JSON.parse(text)
        } catch {
          expect(got.kind).toBe('fault')
          return
        }
        if (got.kind === 'located') expect(JSON.stringify(got.value)).toBe(JSON.stringify(parsed))
        else expect(['duplicate', 'surrogate', 'number']).toContain(got.code)
      }),
      { numRuns: 3000 },
    )
  })

  const cases: readonly (readonly [string, refused: string, passes: string])[] = [
    ['duplicate', '{"a":{"b":1,"b":2}}', '{"a":{"b":1,"c":2}}'],
    ['duplicate', '{"a":1,"\\u0061":2}', '{"a":1,"\\u0062":2}'],
    ['duplicate', '{"__proto__":1,"__proto__":2}', '{"__proto__":1,"constructor":2}'],
    ['surrogate', '"\\ud83d"', '"\\ud83d\\ude00"'],
    ['surrogate', '"\\ude00\\ud83d"', '"\\\\ud83d"'],
    ['trailing', '{} x', '{} \r\n'],
    ['trailing', '{}{}', '[{},{}]'],
    ['control', '"a\nb"', '"a\\nb"'],
    ['control', '"a\\\\\u0000"', '"a\\\\\\u0000"'],
    ['escape', '"\\x41"', '"\\u0041"'],
    ['escape', '"\\u00g0"', '"\\u00f0"'],
    ['number', '1e400', '1e308'],
    ['number', '[-1e999]', '[-1e99]'],
    ['syntax', '\ufeff{}', '{"a":"\ufeff"}'],
    ['trailing', '01', '10'],
    ['syntax', '[01]', '[0,1]'],
    ['syntax', '-', '-1'],
    ['syntax', '1.', '1.0'],
    ['syntax', '1e', '1e1'],
    ['syntax', '.5', '0.5'],
    ['syntax', '[1,]', '[1]'],
    ['syntax', '{"a":1,}', '{"a":1}'],
    ['syntax', '{a:1}', '{"a":1}'],
    ['syntax', "'a'", '"a"'],
    ['syntax', '"a', '"a"'],
    ['syntax', '"a\\"', '"a\\\\"'],
    ['syntax', 'nul', 'null'],
    ['syntax', 'NaN', '0'],
    ['syntax', '', '""'],
    ['syntax', '[', '[]'],
  ]
  test.each(cases)('refuses %s: %j, but reads its neighbour %j', (why, refused, passes) => {
    expect(code(refused)).toBe(why)
    expect(code(passes)).toBe('read')
  })

  test('refuses what is no UTF-8', () => {
    expect(code(Buffer.from([0x22, 0xff, 0x22]))).toBe('encoding')
    expect(code(Buffer.from([0x22, 0xc0, 0x80, 0x22]))).toBe('encoding')
    expect(code(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('encoding')
    expect(code(Buffer.from([0x22, 0xc3, 0xa9, 0x22]))).toBe('read')
  })

  test('stops at the depth limit, whatever comes behind it', () => {
    expect(code('['.repeat(64) + ']'.repeat(64))).toBe('read')
    expect(code('['.repeat(65) + ']'.repeat(65))).toBe('depth')
    expect(code(Buffer.alloc(10 << 20, '['))).toBe('depth')
    expect(code('{"a":'.repeat(100_000))).toBe('depth')
  })

  test('counts strings, names and containers, but no numbers', () => {
    const limits = { depthMax: 8, placesMax: 10 }
    expect(code(JSON.stringify(new Array(1000).fill(0.5)), limits)).toBe('read')
    expect(code(JSON.stringify(new Array(8).fill('')), limits)).toBe('read')
    expect(code(JSON.stringify(new Array(20).fill('')), limits)).toBe('count')
    expect(code(JSON.stringify(new Array(20).fill({})), limits)).toBe('count')
    expect(code(JSON.stringify(Object.fromEntries(new Array(20).fill(0).map((_, i) => [`a${i}`, i]))), limits)).toBe(
      'count',
    )
  })

  test('keeps names of the language as members like any other', () => {
    const { value } = read('{"__proto__":{"polluted":true},"constructor":1}')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    for (const inherited of ['toString', 'hasOwnProperty', 'valueOf'])
      expect(inherited in (value as object)).toBe(false)
    expect(Object.isFrozen(Object.getPrototypeOf(value))).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('is linear in backslashes and quotes', () => {
    const from = performance.now()
    expect(code(`"${'\\"'.repeat(500_000)}"`)).toBe('read')
    expect(code(`[${'"",'.repeat(300_000)}"\\\\"]`)).toBe('read')
    expect(performance.now() - from).toBeLessThan(5000)
  })

  test('reads from a buffer at any offset', () => {
    for (let shift = 0; shift < 8; shift++) {
      const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from('{"a":"b\u0001"}')]).subarray(shift)
      expect(code(bytes)).toBe('control')
    }
  })
})

describe('places', () => {
  test('are given in document order, names before their values, as pointers of RFC 6901', () => {
    const { strings } = read('{"a/b":["x",{"m~n":"y"}],"":"z"}')
    expect(strings.map((one) => `${one.isName ? 'name' : 'value'} ${pointer(one.inside, one.key)}`)).toEqual([
      'name /a~1b',
      'value /a~1b/0',
      'name /a~1b/1/m~0n',
      'value /a~1b/1/m~0n',
      'name /',
      'value /',
    ])
    expect(read('"alone"').strings[0]?.inside).toBeUndefined()
    expect(pointer(undefined)).toBe('')
  })

  test('take other text without a change elsewhere', () => {
    const text = '{ "a" : "\\u0041b" ,\t"ü":["c", 1.0e0] }'
    const { strings } = read(text)
    const values = strings.filter((one) => !one.isName)
    const splices = values.map(({ start, end, value }) => ({ start, end, json: JSON.stringify(`<${value}>`) }))
    expect(splice(text, splices)).toBe('{ "a" : "<Ab>" ,\t"ü":["<c>", 1.0e0] }')
    expect(splice(text, [])).toBe(text)
  })
})
