import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mend, Unhider, unhide } from './escapes.js'

describe('unhide', () => {
  test.each([
    ['{"a":"\\u0034\\u0031"}', '{"a":"41"}'],
    ['{"a":"\\/x"}', '{"a":"/x"}'],
    ['{"a":"\\u0022\\u005c\\u000a"}', '{"a":"\\u0022\\u005c\\n"}'],
    ['{"a":"\\\\u0034"}', '{"a":"\\\\u0034"}'],
    ['{"a":"\\\\\\u0034"}', '{"a":"\\\\4"}'],
    ['{"a":"\\ud83d\\ude00"}', '{"a":"\\ud83d\\ude00"}'],
    ['{"a":"\\u00e9\\n"}', '{"a":"é\\n"}'],
  ])('%s reads %s', (json, plain) => {
    expect(unhide(json)).toBe(plain)
  })

  test('means the same to a parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = Array.from({ length: text.length }, (_, i) => {
          return `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`
        }).join('')
        expect(JSON.parse(unhide(`"${escaped}"`))).toBe(text)
      }),
    )
  })

  test('is the same in pieces', () => {
    const unit = fc.constantFrom('\\', 'u', '0', '3', '4', '"', '/', 'x', '\\u0041')
    fc.assert(
      fc.property(fc.array(unit), fc.array(fc.nat()), (some, at) => {
        const text = some.join('')
        const cuts = [...new Set(at.map((one) => one % (text.length + 1)))].sort((a, b) => a - b)
        const unhider = new Unhider()
        let out = ''
        let from = 0
        for (const cut of [...cuts, text.length]) {
          out += unhider.push(text.slice(from, cut))
          from = cut
        }
        expect(out + unhider.end()).toBe(unhide(text))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('mend', () => {
  test.each([
    ['{"a":"[gone]"}', '{"a":"4111"}', '{"a":"[gone]"}'],
    ['{"a":***1111}', '{"a":4111}', '{"a":"***1111"}'],
    ['{"a":[gone:pii.card],"b":2}', '{"a":4111,"b":2}', '{"a":["gone:pii.card"],"b":2}'],
    ['{"a":gone}', '{"a":4111', '{"a":gone}'],
    ['{"b":"x:, y"  ,"a":-***}', '{"b":"x:, y"  ,"a":-4}', '{"b":"x:, y"  ,"a":"-***"}'],
  ])('%s, made of %s, becomes %s', (edited, before, mended) => {
    expect(mend(edited, before)).toBe(mended)
  })

  test('leaves JSON whatever was put in', () => {
    fc.assert(
      fc.property(fc.string(), (words) => {
        expect(() => JSON.parse(mend(`{"a":${words}}`, '{"a":1}'))).not.toThrow()
      }),
    )
  })
})
