import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { piecesOf } from './pieces.js'

export interface TokenCounterParts {
  /** How long a count may take, the loading of the vocabulary apart. */
  readonly timeoutMs?: number
  /** How long the vocabulary stays loaded with nothing to count. */
  readonly idleMs?: number
}

export interface TokenCounter {
  /**
   * Counts by the vocabulary `o200k_base`, that of OpenAI's models since GPT-4o. Others make up to a third more or less of a text.
   *
   * @param atMost counting stops beyond it
   * @returns undefined where it took too long, or too many wait
   */
  count(texts: readonly string[], atMost: number): Promise<number | undefined>
  close(): Promise<void>
}

const TIMEOUT_MS = 1000
const IDLE_MS = 300_000
const LOAD_MS = 20_000
const WAITING_MAX = 64

// The vocabulary takes a third of a second to load and some 70 MB, and a long text takes longer than answers that stream can wait:
// both stay off the event loop, and start with the first prompt that nothing else tells. A text rather than a file: what is built
// and what is tested then run the same. A special token in a text is a text.
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads')
const { countTokens, setMergeCacheSize } = require(workerData)
setMergeCacheSize(0)
const asText = { disallowedSpecial: new Set() }
parentPort.on('message', ({ pieces, atMost }) => {
  let tokens = 0
  for (const piece of pieces) {
    if (tokens > atMost) break
    tokens += countTokens(piece, asText)
  }
  parentPort.postMessage(tokens)
})
parentPort.postMessage('ready')
`

interface Job {
  readonly pieces: readonly string[]
  readonly atMost: number
  readonly resolve: (tokens: number | undefined) => void
}

export function createTokenCounter({ timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS }: TokenCounterParts = {}): TokenCounter {
  const waiting: Job[] = []
  let worker: Worker | undefined
  let ready = false
  let running: Job | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function wait(ms: number, then: () => void): void {
    clearTimeout(timer)
    timer = setTimeout(then, ms).unref()
  }

  /** Whatever it was at gets no answer; what waits goes on with another one. */
  function drop(): void {
    const dropped = worker
    worker = undefined
    ready = false
    clearTimeout(timer)
    running?.resolve(undefined)
    running = undefined
    dropped?.removeAllListeners()
    dropped?.on('error', () => undefined)
    void dropped?.terminate()
  }

  function start(): void {
    const path = createRequire(import.meta.url).resolve('gpt-tokenizer/encoding/o200k_base')
    worker = new Worker(WORKER, { eval: true, workerData: path })
    worker.unref()
    worker.on('message', (said: unknown) => {
      if (said === 'ready') ready = true
      else if (typeof said === 'number') {
        running?.resolve(said)
        running = undefined
      }
      next()
    })
    worker.on('error', failed)
    wait(LOAD_MS, failed)
  }

  /** It cannot be loaded, or fell: nobody waits for it for ever. */
  function failed(): void {
    drop()
    for (const { resolve } of waiting.splice(0)) resolve(undefined)
  }

  function next(): void {
    if (!ready || running !== undefined) return
    running = waiting.shift()
    if (running === undefined) {
      wait(idleMs, drop)
      return
    }
    const { pieces, atMost } = running
    worker?.postMessage({ pieces, atMost })
    wait(timeoutMs, () => {
      drop()
      if (waiting.length > 0) start()
    })
  }

  return {
    count(texts, atMost) {
      if (closed || waiting.length >= WAITING_MAX) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        waiting.push({ pieces: texts.flatMap(piecesOf), atMost, resolve })
        if (worker === undefined) start()
        else next()
      })
    },
    async close() {
      closed = true
      failed()
    },
  }
}
