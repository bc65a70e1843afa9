import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TextGuard } from '../spec/detector.js'
import { type Refusal, refuse } from '../spec/refusal.js'
import { GuardedStream } from './guarded.js'
import { wholeNumber } from './path.js'
import { field, shape } from './shape.js'
import { SSE } from './sse.js'
import type { StreamFormat, StreamReading } from './stream-format.js'

/** Events that count, with one text; `{"done":"x"}` ends it. `reads` counts those that were read in full. */
function counting(): { format: StreamFormat; reads: () => number } {
  let reads = 0
  const open = (): StreamReading => {
    let shift = 0
    let last = -1
    return {
      usage: undefined,
      watches: () => true,
      isEndMark: (data) => data.equals(Buffer.from('END')),
      knows: () => true,
      see(_name, root) {
        reads++
        return { state: 'goes-on', ends: root['done'] === undefined ? [] : ['all'] }
      },
      pieceOf: (_root, _inside, key) =>
        key === 'text'
          ? {
              name: 'text',
              group: 'all',
              event(text) {
                shift++
                last++
                return { name: '', json: JSON.stringify({ n: last, text }) }
              },
            }
          : undefined,
      counted(name, value) {
        if (name !== 'n') return value
        last = value + shift
        return last
      },
      torn: (refusal: Refusal) => [{ name: '', json: JSON.stringify({ n: last + 1, error: refusal.code }) }],
    }
  }
  const plain = field('text')
  return {
    format: {
      framing: SSE,
      names: new Set(['']),
      shape: shape({ n: plain, used: plain, text: plain, done: field('enum'), pad: field('padding') }),
      counters: new Set(['n', 'used']),
      open,
    },
    reads: () => reads,
  }
}

function holdAll(): TextGuard {
  let all = ''
  return {
    held: 0,
    push(text) {
      all += text
      return ''
    },
    end: () => all,
  }
}

const letThrough = (): TextGuard => ({ held: 0, push: (text) => text, end: () => '' })

function run(lens: GuardedStream, chunks: readonly Buffer[]): string {
  const out = [...chunks.map((chunk) => lens.push(chunk)), lens.end()]
  return out
    .map((piece) => {
      if (!Buffer.isBuffer(piece)) throw new Error(piece.forLog)
      return piece.toString()
    })
    .join('')
}

const said = (n: number, text: string): string =>
  `data: {"n":${n},"used":${n * 7},"text":"${text}","pad":"${'p'.repeat(n % 5)}"}\n\n`

describe('counters', () => {
  test('do not keep an event off the fast path', () => {
    const { format, reads } = counting()
    const whole = `${Array.from({ length: 50 }, (_, n) => said(n, `word ${n}`)).join('')}data: END\n\n`
    expect(run(new GuardedStream(format, letThrough), [Buffer.from(whole)])).toBe(whole)
    expect(reads()).toBeLessThan(5)
  })

  test('count on behind an event of our own, on both paths and in any cutting', () => {
    const events = [
      said(0, 'a'),
      said(1, 'b'),
      said(2, 'c'),
      `data: {"n":3,"done":"yes"}\n\n`,
      `data: { "n" : 4 , "pad":"x"}\n\n`,
      'data: END\n\n',
    ]
    const whole = Buffer.from(events.join(''))
    const wanted = [
      '{"n":0,"used":0,"text":"","pad":""}',
      '{"n":1,"used":7,"text":"","pad":"p"}',
      '{"n":2,"used":14,"text":"","pad":"pp"}',
      '{"n":3,"text":"abc"}',
      '{"n":4,"done":"yes"}',
      '{ "n" : 5 , "pad":"x"}',
      'END',
    ].map((data) => `data: ${data}\n\n`)
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (at) => {
        const cuts = [0, ...new Set(at), whole.length].sort((a, b) => a - b)
        const chunks = cuts.slice(1).map((to, i) => Buffer.from(whole.subarray(cuts[i], to)))
        expect(run(new GuardedStream(counting().format, holdAll), chunks)).toBe(wanted.join(''))
      }),
    )
  })

  test.each(['01', '1.5', '1e3', '-1', '1234567890123456', '"1"', ''])('%s is no count, and is judged in full', (n) => {
    const { format } = counting()
    const odd = `data: {"n":${n},"used":1,"text":"x","pad":""}\n\n`
    const chunks = [said(0, 'a'), said(1, 'b'), odd].map((event) => Buffer.from(event))
    const lens = new GuardedStream(format, letThrough)
    const got = chunks.map((chunk) => lens.push(chunk))
    const valid = wholeNumber(parsed(n)) !== undefined || ['1.5', '1e3', '-1', '"1"'].includes(n)
    expect(Buffer.isBuffer(got[2])).toBe(valid)
    if (valid) expect(String(got[2])).toBe(odd)
    else expect(got[2]).toMatchObject({ code: 'upstream_failed' })
  })

  test('an event that ends a torn stream goes on counting', () => {
    const lens = new GuardedStream(counting().format, letThrough)
    for (const n of [0, 1, 2, 3]) lens.push(Buffer.from(said(n, 'x')))
    expect(String(lens.tear(refuse('content_blocked', '')))).toContain('"n":4,')
  })
})

function parsed(json: string): number | undefined {
  try {
    return JSON.parse(json) as number
  } catch {
    return undefined
  }
}
