import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuthorize } from './authorize-body.js'

function textOf(context: unknown, write = JSON.stringify): string {
  const body = { action: 'callTool', resource: { type: 'Tool', id: 'mail' }, context }
  const read = readAuthorize(Buffer.from(write(body)))
  if (read.kind === 'refuse') throw new Error(read.message)
  return read.value.text
}

/** All that is said in a JSON value: texts, names, numbers, and nothing that is only a sign. */
function saidIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(saidIn)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => [name, ...saidIn(inner)])
  }
  return typeof value === 'string' ? [value] : typeof value === 'number' ? [JSON.stringify(value)] : []
}

// Without lone surrogates, which strict JSON has none of.
const text = fc.string({ unit: 'grapheme' })

describe('the text of arguments', () => {
  it('has every text, name and number, wherever it stands and however it is written', () => {
    const key = text.filter((name) => name !== '__proto__')
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('any'), { maxLength: 4 }),
      object: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
    })).any
    fc.assert(
      fc.property(value, fc.boolean(), (args, isFirst) => {
        const context = isFirst ? { arguments: args, purpose: 'p' } : { purpose: 'p', arguments: args }
        for (const write of [JSON.stringify, spelt]) {
          const all = textOf(context, write)
          for (const one of saidIn(args)) expect(all).toContain(one)
        }
      }),
    )
  })

  it('has what is in JSON in a text, without its escapes, at any depth', () => {
    const inner = JSON.stringify({ a: 'x\n"AKIA"', b: [JSON.stringify({ c: 'tab\there' })] })
    expect(textOf({ arguments: inner }).split('\n')).toContain('"AKIA"')
    expect(textOf({ arguments: { payload: inner } })).toContain('tab\there')
  })

  it('keeps the digits of numbers that no double holds, and writes out those in other notations', () => {
    const write = (): string =>
      '{"action":"callTool","resource":{"type":"Tool","id":"m"},"context":{"arguments":[41111111111111111111,4.9e3]}}'
    expect(textOf({}, write)).toBe('41111111111111111111\n4.9e3\n4900')
  })

  it('is not what stands beside them', () => {
    expect(textOf({ purpose: 'support', arguments: 'x' })).toBe('x')
    expect(textOf({ arguments: 7, purpose: 'support' })).toBe('7')
    expect(textOf({ purpose: 'support' })).toBe('')
    expect(textOf({ arguments: { context: { arguments: 'y' } } })).toBe('y\ncontext\narguments')
  })
})

/** The same document with every character of its strings escaped. */
function spelt(value: unknown): string {
  return JSON.stringify(value).replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => {
    const said = JSON.parse(`"${inner}"`) as string
    const codes = Array.from({ length: said.length }, (__, at) => said.charCodeAt(at).toString(16).padStart(4, '0'))
    return `"${codes.map((code) => `\\u${code}`).join('')}"`
  })
}
