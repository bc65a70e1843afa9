import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passagesOf } from './passages.js'

const bare = (text: string): string => text.replace(/\s/g, '')

describe('passages', () => {
  it('are cut after paragraphs where that can be', () => {
    const paragraph = (letter: string): string => `${letter.repeat(19)} `.repeat(20).trim()
    const text = ['a', 'b', 'c', 'd'].map(paragraph).join('\n\n')
    expect(passagesOf(text)).toEqual([
      `${paragraph('a')}\n\n${paragraph('b')}`,
      `${paragraph('c')}\n\n${paragraph('d')}`,
    ])
  })

  it.each([
    ['lines', 'a line of some words\n'],
    ['sentences', 'A sentence of some words. '],
    ['Chinese sentences', '一只苍鹭站在湖边。'],
    ['words', 'word '],
  ])('are cut after %s else', (_, piece) => {
    const passages = passagesOf(piece.repeat(1000))
    for (const passage of passages)
      expect(`${passage}${piece}`).toContain(`${piece.trim()}${piece}`.slice(-piece.length))
    for (const passage of passages) expect(passage.length % piece.length).toBe(piece.trim().length % piece.length)
  })

  it('are one at least, and hold a short text whole', () => {
    expect(passagesOf('')).toEqual([''])
    expect(passagesOf(' \n ')).toEqual([''])
    expect(passagesOf('  One.\n\nTwo. ')).toEqual(['One.\n\nTwo.'])
  })

  it('lose nothing but blanks, are bounded, and cut no character', () => {
    const unit = fc.constantFrom(
      'a',
      'bc',
      '. ',
      '\n',
      '\n\n',
      ' ',
      '🔑',
      '。',
      'word '.repeat(60),
      'x'.repeat(700),
      '🔑'.repeat(301),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('')
        const passages = passagesOf(text)
        expect(bare(passages.join(''))).toBe(bare(text))
        for (const passage of passages) {
          expect(passage.length).toBeLessThanOrEqual(1200)
          expect(Buffer.from(passage).toString()).toBe(passage)
        }
      }),
    )
  })
})
