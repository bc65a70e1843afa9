import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ResultSink, ShownColumn, ShownRows } from '../pipeline/reads/call.js'
import { refuse } from '../spec/index.js'
import { rowsSink } from './result-sink.js'
import { createOwnCaller } from './within/caller.js'

const COLUMNS: readonly ShownColumn[] = [
  { name: 'c', type: 'text', cells: 'text', classification: { level: 'internal', categories: [] }, isChanged: false },
]
const BYTES_MAX = 1024 * 1024

interface Opened {
  readonly sink: ResultSink<ShownColumn, ShownRows>
  readonly body: () => string
  /** SHA-256 of each piece, as the log was told of it. */
  readonly told: readonly string[]
}

function opened(accept: string): Opened {
  const { answered, caller } = createOwnCaller(BYTES_MAX, new AbortController().signal)
  const told: string[] = []
  const tell = (bytes: Buffer): void => void told.push(hash('sha256', bytes, 'hex'))
  const meter = { responseSent: tell, responseSentWhole: tell }
  const sink = rowsSink({ id: 'r', headers: { accept }, caller }, meter)
  sink.begin({ columns: COLUMNS, receipt: undefined, isChanged: false })
  return { sink, told, body: () => answered()?.body.toString() ?? 'no whole answer' }
}

describe('results that are given at once', () => {
  it('keep what each has, though their memory is used again and again', () => {
    const results = Array.from({ length: 60 }, (_, nth) => {
      const { body, sink, told } = opened('application/json')
      const rows = Array.from({ length: 1 + (nth % 7) * 100 }, (_, at) => [`${nth} ${at} ${'x'.repeat(nth)}`])
      void sink.rows(rows)
      // Some are held while others come and go, as between two pages.
      if (nth % 3 > 0) sink.end(false)
      return { body, rows, sink, told, isHeld: nth % 3 === 0 }
    })
    for (const { isHeld, sink } of results) if (isHeld) sink.end(true)
    for (const { body, isHeld, rows, told } of results) {
      expect(JSON.parse(body())).toMatchObject({ rows, truncated: isHeld, complete: true })
      expect(told).toEqual([hash('sha256', body(), 'hex')])
    }
  })

  it('leave in pieces where there are more pages than one', () => {
    for (const accept of ['application/json', 'application/x-ndjson']) {
      const { body, sink, told } = opened(accept)
      void sink.rows([])
      for (const text of ['one', 'two', 'three']) void sink.rows([[text]])
      sink.end(false)
      expect(told.length).toBeGreaterThan(2)
      const text = accept === 'application/json' ? body() : body().split('\n').join(',')
      expect(text).toMatch(/\["one"\],\["two"\],\["three"\]/)
    }
  })

  it('that end in the middle say so', () => {
    const { body, sink } = opened('application/json')
    void sink.rows([['one']])
    void sink.rows([['two']])
    sink.refuse(refuse('upstream_failed', 'it broke'), undefined)
    const said: unknown = JSON.parse(body())
    expect(said).toMatchObject({ rows: [['one'], ['two']], error: { code: 'upstream_failed' } })
    expect(said).not.toHaveProperty('complete')
  })
})
