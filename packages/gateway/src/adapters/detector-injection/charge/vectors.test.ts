import { describe, expect, it } from 'vitest'
import { readModel } from '../model.js'
import { Reading } from '../reading.js'
import { Gist, product } from './gist.js'
import { Vectors } from './vectors.js'

const { vectors } = readModel()

function gistOf(text: string): Gist {
  const reading = new Reading()
  reading.read(text)
  const gist = new Gist(vectors, 8)
  gist.take(reading, { from: 0, to: reading.count })
  return gist
}

function nearness(one: string, other: string): number {
  return product(gistOf(one).direction, gistOf(other).direction)
}

describe('what words are about', () => {
  it.each([
    ['football', 'Fußball', 'Anwalt'],
    ['recipe', 'recette', 'voiture'],
    ['weather', 'погода', 'кредит'],
    ['password', 'contraseña', 'jardín'],
    ['music', '音乐', '银行'],
    ['bank', '은행', '날씨'],
  ])('is near in another language: %s, %s, not %s [injection.about]', (word, same, other) => {
    expect(nearness(word, same)).toBeGreaterThan(nearness(word, other) + 0.15)
  })

  it('is asked of the known word that an unknown one begins with, and of what stands behind an elision', () => {
    expect(nearness('musicxq', 'music')).toBeCloseTo(1)
    expect(nearness("l'avocat", 'avocat')).toBeCloseTo(1)
    expect(gistOf('zzqxv').count).toBe(0)
  })

  it('is nothing of words that every text has, of signs, and of no text', () => {
    for (const text of ['the and would', '. , !', '']) {
      expect(gistOf(text).count).toBe(0)
      expect([...gistOf(text).direction].every((one) => one === 0)).toBe(true)
    }
  })

  it('counts the words that tell the most, each once', () => {
    const gist = gistOf('guitar guitar violin piano cooking mortgage passport tulip elephant football weather')
    expect(gist.count).toBe(8)
    expect(new Set(gist.telling).size).toBe(8)
    const lengths = [...gist.telling].map((word) => vectors.lengths[word] ?? 0)
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a))
  })

  it('is not read of arrays that do not belong together', () => {
    const [words, centres] = [new Int8Array(8), new Int8Array(256 * 40)]
    expect(() => new Vectors({ words, codes: new Int8Array(19), centres })).toThrow('do not belong together')
    expect(() => new Vectors({ words, codes: new Int8Array(20), centres: new Int8Array(1) })).toThrow()
    expect(new Vectors({ words, codes: new Int8Array(20), centres }).lengths).toHaveLength(2)
  })
})
