import { describe, expect, it } from 'vitest'
import { beside } from './columns.js'

const SENT = { head: 'sent', text: 'user: one two three four five six seven eight nine ten\nuser: end' }
const GOT = { head: 'got', text: 'x'.repeat(40) }

describe('two texts beside each other', () => {
  it('stand in columns that are as wide as the terminal lets them be', () => {
    expect(beside(SENT, GOT, 75, '  ')).toEqual([
      '  sent                                │ got',
      '    user: one two three four five six │   xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      '    seven eight nine ten              │   xxxxxxx',
      '    user: end                         │',
    ])
    const wide = beside(SENT, GOT, 10_000, '  ')
    expect(wide).toHaveLength(3)
    expect(Math.max(...wide.map((line) => line.length))).toBeLessThanOrEqual(140)
  })

  it('lose no character, whatever the width', () => {
    for (let columns = 72; columns < 160; columns++) {
      const lines = beside(SENT, GOT, columns, '')
      expect(lines.every((line) => [...line].length <= columns)).toBe(true)
      const [left, right] = [0, 1].map((at) =>
        lines
          .map((line) => line.split('│')[at]?.trim())
          .join(' ')
          .trim(),
      )
      expect(left?.replaceAll(/\s+/g, ' ')).toBe(`sent ${SENT.text.replace('\n', ' ')}`)
      expect(right?.replaceAll(' ', '')).toBe(`got${GOT.text}`)
    }
  })

  it('cut no character in two', () => {
    const lines = beside({ head: 'a', text: '😀'.repeat(50) }, { head: 'b', text: '' }, 80, '')
    expect(lines.join('')).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/)
  })

  it('stand one above the other where the terminal is narrow, or there is none', () => {
    const above = [
      '  sent',
      '    user: one two three four five six seven eight nine ten',
      '    user: end',
      '  got',
      `    ${GOT.text}`,
    ]
    expect(beside(SENT, GOT, 71, '  ')).toEqual(above)
    expect(beside(SENT, GOT, undefined, '  ')).toEqual(above)
  })
})
