import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from './answer.js'
import { withholding } from './echo.js'
import { ProviderKey } from './provider-key.js'

const TEXT = ['abab', 'aba"c/dabra', 'and', 'more', 'of', 'it'].join('-')
/** As much of it as no answer may hold. */
const HALF = TEXT.slice(0, 16)
const echoes = new ProviderKey(TEXT).echoes()

/** What an answer lets through of these pieces, and how it ends. */
function through(pieces: readonly string[]): {
  readonly text: string
  readonly ended: string
  readonly aborted: boolean
} {
  let text = ''
  let ended = 'not'
  let aborted = false
  const inner: Answer = {
    head: () => true,
    data(chunk) {
      text += chunk.toString('latin1')
      return true
    },
    end() {
      ended = 'end'
    },
    failed(refusal) {
      ended = refusal.code
    },
  }
  const answer = withholding(inner, echoes)
  const upstream = {
    resume: () => undefined,
    abort() {
      aborted = true
    },
  }
  answer.head(200, { get: () => undefined }, upstream)
  for (const piece of pieces) answer.data(Buffer.from(piece, 'latin1'))
  answer.end()
  return { text, ended, aborted }
}

function cut(whole: string, at: readonly number[]): readonly string[] {
  const places = [...new Set(at.map((one) => one % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => whole.slice(from, places[index] ?? whole.length))
}

describe('an answer', () => {
  it('that holds the key ends there, and nothing of the key passes, however it is cut [provider.never-shown]', () => {
    const spellings = [TEXT, JSON.stringify(TEXT).slice(1, -1), JSON.stringify(TEXT).slice(1, -1).replace('/', '\\/')]
    fc.assert(
      fc.property(
        fc.constantFrom(...spellings),
        fc.string({ unit: fc.constantFrom('a', 'b', '-', ' ', '\n') }),
        fc.string(),
        fc.array(fc.nat()),
        (echo, before, after, at) => {
          const { text, ended, aborted } = through(cut(before + echo + after, at))
          expect(ended).toBe('upstream_failed')
          expect(aborted).toBe(true)
          // What passed is of what came before, but for what is no beginning of the key only together with it.
          expect((before + echo).startsWith(text)).toBe(true)
          expect(text.length).toBeLessThanOrEqual(before.length)
        },
      ),
    )
  })

  it('that does not passes byte for byte, however it is cut', () => {
    const unit = fc.constantFrom(...TEXT, ' ', '\n', 'é')
    fc.assert(
      fc.property(fc.array(unit), fc.array(fc.nat()), (units, at) => {
        const whole = units.join('')
        fc.pre(!whole.includes(HALF))
        expect(through(cut(whole, at))).toEqual({ text: whole, ended: 'end', aborted: false })
      }),
    )
  })

  it('that breaks off within the key passes where less than half of it was said, and else not', () => {
    const whole = `so far: ${HALF.slice(0, -1)}`
    expect(through([whole])).toEqual({ text: whole, ended: 'end', aborted: false })
    expect(through([`so far: ${HALF}`])).toEqual({ text: '', ended: 'upstream_failed', aborted: true })
    expect(through(['so far: ', HALF, '…'])).toEqual({ text: 'so far: ', ended: 'upstream_failed', aborted: true })
  })

  it('does not wait at the end of an event', () => {
    let seen = ''
    const data = (chunk: Buffer): boolean => {
      seen += chunk.toString()
      return true
    }
    const answer = withholding({ head: () => true, data, end: () => undefined, failed: () => undefined }, echoes)
    answer.data(Buffer.from(`data: {"x":"${TEXT.slice(0, 8)}"}\n\n`))
    expect(seen).toContain('\n\n')
  })
})

describe('a key that can be guessed', () => {
  it('is looked for in no answer: servers without keys are given words', () => {
    expect(new ProviderKey('EMPTY').echoes()).toEqual([])
    expect(new ProviderKey('x'.repeat(15)).echoes()).toEqual([])
    expect(new ProviderKey('x'.repeat(16)).echoes()).toHaveLength(1)
  })
})
