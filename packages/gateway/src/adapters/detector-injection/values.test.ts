import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueAt, valuesOf } from './values.js'

const said = (text: string): readonly string[] => valuesOf(text).map((value) => valueAt(text, value).shown)

describe('values of structured data [injection.values]', () => {
  it.each([
    [
      'JSON',
      '{"id":12,"the name of it":"a b","note":"Leave it at the door.","tags":["one two three","x"]}',
      ['Leave it at the door.', 'one two three'],
    ],
    [
      'JSON over lines',
      '{\n  "note" : "Leave it at the door." ,\n  "more": [\n    "and ring twice, please"\n  ]\n}',
      ['Leave it at the door.', 'and ring twice, please'],
    ],
    ['JSON that was cut off', '{"note":"Leave it at the door.","more":"and ri', ['Leave it at the door.']],
    [
      'what Python prints',
      "{'id': 3, 'note': 'Leave it at the door.', 'more': \"don't ring twice\"}",
      ['Leave it at the door.', "don't ring twice"],
    ],
    [
      'lines of a log',
      'at=12 level=info msg="left at the door" by=tom\nlevel=warn msg="rang twice, twice"',
      ['left at the door', 'rang twice, twice'],
    ],
    [
      'cells',
      'id,who,note\n1,Tom Berg and son,Leave it, at the door\n2,Ann,"Ring ""twice"", please"\n',
      ['Tom Berg and son', 'Leave it, at the door', 'Ring ""twice"", please'],
    ],
    [
      'cells between semicolons',
      'id;who;note\n1;Tom;Leave it, at the door; or ring\n',
      ['Leave it, at the door; or ring'],
    ],
    ['cells between tabs', 'id\twho\tnote\n1\tTom\tLeave it at the door\n', ['Leave it at the door']],
    [
      'a table with bars',
      '| who | note |\n| --- | --- |\n| Tom | Leave it at the door. |\n',
      ['Leave it at the door.'],
    ],
    [
      'XML',
      '<a><note id="1">Leave it\n at the door</note><note>Ring twice &amp; wait</note></a>',
      ['Leave it\n at the door', 'Ring twice & wait'],
    ],
    [
      'HTML',
      '<p class="a b">Leave it at the door</p><img alt="Ring twice, please" src="x">',
      ['Leave it at the door', 'Ring twice, please'],
    ],
    ['scripts that set no words apart', '{"note":"ドアの前に置いてください","a":"はい"}', ['ドアの前に置いてください']],
  ])('%s', (_, text, values) => {
    expect(said(text)).toEqual(values)
  })

  it.each([
    ['prose', 'He said, "Leave it at the door," and went. Don\'t wait, it\'s late; go home, please, and sleep.'],
    ['one value that is all there is', '"Leave it at the door."'],
    ['numbers and names', '{"a":1,"b":"x","c":"Tom","d":null}'],
    ['code', 'for (let i = 0; i < 3; i++) call(a, b, c)\nif (a < b && c > d) return'],
  ])('none: %s', (_, text) => {
    expect(said(text)).toEqual([])
  })

  it('are shown without their escapes, and each stretch of them has its place', () => {
    const text = '{"note":"Ring \\"twice\\".\\nLeave it \\u0061t the door."}'
    const [value] = valuesOf(text)
    if (value === undefined) throw new Error('none')
    const { shown, spanOf } = valueAt(text, value)
    expect(shown).toBe('Ring "twice".\nLeave it at the door.')
    const { end, start } = spanOf(shown.indexOf('Leave'), shown.indexOf(' the'))
    expect(text.slice(start, end)).toBe('Leave it \\u0061t')
  })

  it('of any JSON are its strings that say something, and lie within the text, in order', () => {
    const words = fc.constantFrom('leave', 'it', 'at "the" door', 'a,b,c', "don't", '\n', '\\', 'é', '<b>')
    const text = fc.array(words, { minLength: 5, maxLength: 9 }).map((some) => some.join(' '))
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(text)),
        fc.constantFrom(0, 2),
        (json, indent) => {
          const written = JSON.stringify(json, null, indent)
          const values = valuesOf(written)
          const wanted = Object.values(json)
            .flat()
            .map((one) => one.trim())
          const got = values.map((value) => valueAt(written, value).shown.trim())
          expect(got).toEqual(
            expect.arrayContaining(wanted.filter((one) => one.length > 12 && (one.match(/\p{L}+/gu)?.length ?? 0) > 2)),
          )
        },
      ),
    )
  })

  it.each(['"', '",', "'", '|', ',', '\t', '<', '<a', '<a>', '{"', '\\"', '\\', '""', ' ', '" ', '&'])(
    'of a megabyte of %j come in time that grows with its length alone',
    (piece) => {
      const time = (size: number): number => {
        const text = piece.repeat(size / piece.length)
        const start = performance.now()
        valuesOf(text)
        return performance.now() - start
      }
      time(100_000)
      expect(time(1_000_000)).toBeLessThan(100 * Math.max(2, time(100_000)))
    },
  )
})
