import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentencesOf } from './pieces.js'
import { Reading } from './reading.js'

const reading = new Reading()

function sentencesIn(text: string): readonly string[] {
  reading.read(text)
  return sentencesOf(reading).map(({ from, to }) => text.slice(reading.starts[from], reading.ends[to - 1]))
}

describe('a line', () => {
  it.each([
    'The keeper locks the gate at night and\nopens it again before the first boat.',
    'Ring the bell (twice),\nthen wait at the pier.',
    '  -q     Do not tell the harbour\n         master of boats that leave.',
    'The lamp burns with oil\r\nof the whale.',
    'Die Fähre wartet auf den\nöstlichen Zug.',
    'Паром ждёт поезда с\nвостока.',
    'Most boats take the channel\n(it is deep) or stay.',
    'Call it with --depth=4 or\nwithout any option.',
  ])('that had no room for the next word goes on: %j [injection.lines]', (text) => {
    expect(sentencesIn(text)).toEqual([text.trim()])
  })

  it.each([
    ['of a sentence that ends', 'The gate is locked.\nring the bell.'],
    ['with room for more', 'oil\nring the bell at the gate.'],
    ['before a blank one', 'The keeper locks the gate and\n\nopens it again.'],
    ['before a capital', 'The keeper locks the gate\nOpen it again.'],
    ['before an item of a list', 'The keeper locks the gate\n- opens it.'],
    ['before a row of a table', 'The keeper locks the gate\n| a | b |'],
    ['that announces', 'The keeper locks these gates:\nnorth and south.'],
    ['of code', 'const gate = keeper.lock\nopens(gate)'],
    ['before code', 'the keeper locks the gate\nif (open) {'],
  ])('%s ends a sentence [injection.lines]', (_, text) => {
    expect(sentencesIn(text)).toHaveLength(2)
  })

  it('in a block of code ends what is one of it, and goes on again behind it [injection.lines]', () => {
    const text = '```\nkeeper locks gate\nopens it\n```\nThe keeper locks the gate and\nopens it.'
    expect(sentencesIn(text)).toEqual([
      '```',
      'keeper locks gate',
      'opens it',
      '```',
      'The keeper locks the gate and\nopens it.',
    ])
  })
})

describe('sentences', () => {
  it('have each word once, in order, whatever the text and what was read before it [injection.lines]', () => {
    const part = fc.constantFrom(
      'the gate and',
      'opens',
      '```',
      '|',
      'x =',
      '=',
      '`',
      '\n',
      '\r\n',
      ' ',
      '. ',
      '\ud800',
    )
    const texts = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, texts, (before, text) => {
        const fresh = new Reading()
        fresh.read(text)
        reading.read(before)
        reading.read(text)
        const sentences = sentencesOf(reading)
        expect(sentences).toEqual(sentencesOf(fresh))
        let at = 0
        for (const { from, to } of sentences) {
          expect(from).toBe(at)
          expect(to).toBeGreaterThan(from)
          at = to
        }
        expect(at).toBe(reading.count)
      }),
    )
  })
})
