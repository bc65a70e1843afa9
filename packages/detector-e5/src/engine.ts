import { Worker } from 'node:worker_threads'
import { DetectorFailed } from 'ostiary/spec'
import { ModelsError, type Thresholds } from './models.js'
import type { Answer, Job, Said } from './worker.js'

/** A text, what is looked for in it, and what the system message beside it says: `''` where there is none. */
export type Looked = Omit<Job, 'id'>

/** Looks at one text at a time. */
export interface Engine {
  readonly thresholds: Thresholds
  /** Rejects with `DetectorFailed`. Aborted, it stops at the next window. */
  look(looked: Looked, signal: AbortSignal): Promise<Answer>
  close(): Promise<void>
}

/** A worker that fell is not started again at once: what felled it may come again. */
const AGAIN_MS = 5000

export interface EngineParts {
  /** The folder that the models stand in. */
  readonly models: string
  /** Of the worker's code. */
  readonly worker: URL
}

/**
 * A thread with the model in it.
 *
 * @throws ModelsError where models are missing, damaged, of another version, or cannot be run here
 */
export async function createEngine({ models, worker: url }: EngineParts): Promise<Engine> {
  const over = new Int32Array(new SharedArrayBuffer(4))
  let last = 0
  let startedAt = 0
  let closed = false
  let running: { id: number; resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined
  const first = await start()
  const { thresholds } = first
  let ready: Worker | undefined = first.worker

  async function start(): Promise<{ readonly worker: Worker; readonly thresholds: Thresholds }> {
    startedAt = performance.now()
    const worker = new Worker(url, { workerData: { models, over } })
    const { thresholds } = await readyOf(worker).catch(async (error: unknown) => {
      await worker.terminate()
      throw error
    })
    worker.on('message', settle)
    worker.on('error', () => lost(worker))
    worker.on('exit', () => lost(worker))
    // A process that has nothing else to do ends.
    worker.unref()
    return { worker, thresholds }
  }

  function settle(said: Said): void {
    if (running === undefined || said.kind === 'ready' || said.kind === 'refused' || said.id !== running.id) return
    const { reject, resolve } = running
    running = undefined
    if (said.kind === 'failed') reject(new DetectorFailed('THREW'))
    else if (said.answer === undefined) reject(new DetectorFailed('ABORTED'))
    else resolve(said.answer)
  }

  function lost(worker: Worker): void {
    if (ready !== worker) return
    ready = undefined
    running?.reject(new DetectorFailed('WORKER_LOST'))
    running = undefined
  }

  return {
    thresholds,
    async look(looked, signal) {
      if (signal.aborted) throw new DetectorFailed('ABORTED')
      if (ready === undefined && !closed && performance.now() - startedAt > AGAIN_MS) {
        ready = await start().then(
          ({ worker }) => worker,
          () => undefined,
        )
      }
      const worker = ready
      if (worker === undefined || closed) throw new DetectorFailed('WORKER_LOST')
      last = last === 0x7fff_ffff ? 1 : last + 1
      const job: Job = { id: last, ...looked }
      const left = (): void => void Atomics.store(over, 0, job.id)
      signal.addEventListener('abort', left, { once: true })
      worker.ref()
      try {
        return await new Promise<Answer>((resolve, reject) => {
          running = { id: job.id, resolve, reject }
          worker.postMessage(job)
        })
      } finally {
        signal.removeEventListener('abort', left)
        worker.unref()
      }
    },
    async close() {
      closed = true
      await ready?.terminate()
    },
  }
}

function readyOf(worker: Worker): Promise<Extract<Said, { readonly kind: 'ready' }>> {
  const refused = (why: string): ModelsError => new ModelsError(why)
  return new Promise((resolve, reject) => {
    worker.once('message', (said: Said) => {
      if (said.kind === 'ready') resolve(said)
      else reject(refused(said.kind === 'refused' ? said.why : 'the thread of the e5 model answers nonsense'))
    })
    worker.once('error', () => reject(refused('the thread of the e5 model fell')))
    worker.once('exit', () => reject(refused('the thread of the e5 model ended')))
  })
}
