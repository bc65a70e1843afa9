// What runs beside the gateway's own thread: tokens, the model, and what its numbers mean.
import { parentPort, workerData } from 'node:worker_threads'
import { readModels, type Thresholds } from './models.js'
import { injectionIn, namesIn, type Outputs, plantedIn, type Stretch } from './reading.js'
import { createLook } from './session.js'
import { createTokenizer, type Tokens } from './tokenizer.js'

export interface WorkerData {
  /** The folder of the models: read here, so that the other thread keeps nothing of them. */
  readonly models: string
  /** The job that nobody waits for any more. */
  readonly over: Int32Array
}

export interface Job {
  readonly id: number
  readonly text: string
  readonly asks: readonly Ask[]
  /** What the system message beside it says. */
  readonly charge: string
}

/** What is looked for in a text. */
export type Ask = 'person' | 'address' | 'planted' | 'injection' | 'against'

export type Answer = Readonly<Partial<Record<Ask, readonly Stretch[]>>>

/** `undefined`: nobody waited any more. An error is its name alone: a message could quote the text. */
export type Said =
  | { readonly kind: 'ready'; readonly thresholds: Thresholds }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'done'; readonly id: number; readonly answer: Answer | undefined }
  | { readonly kind: 'failed'; readonly id: number; readonly why: string }

const say = (said: Said): void => parentPort?.postMessage(said)
const { models, over } = workerData as WorkerData
const NOTHING: Outputs = { names: new Float32Array(0), planted: new Float32Array(0), injection: [] }

try {
  const { model, thresholds, tokenizer } = readModels(models)
  const tokenize = createTokenizer(tokenizer)
  const look = await createLook(model)
  parentPort?.on('message', async ({ asks, charge, id, text }: Job) => {
    try {
      const tokens = tokenize(text)
      const isOver = (): boolean => Atomics.load(over, 0) === id
      const outputs = tokens.ids.length === 0 ? NOTHING : await look(tokens, isOver)
      const against = asks.includes('against') ? await look.against(tokenize(charge), tokens, isOver) : 0
      const isWhole = outputs !== undefined && against !== undefined
      say({
        kind: 'done',
        id,
        answer: isWhole ? answerOf({ text, tokens, outputs, against, asks, thresholds }) : undefined,
      })
    } catch (error) {
      say({ kind: 'failed', id, why: error instanceof Error ? error.name : 'threw' })
    }
  })
  say({ kind: 'ready', thresholds })
} catch (error) {
  say({ kind: 'refused', why: error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'threw' })
}

interface Looked {
  readonly text: string
  readonly tokens: Tokens
  readonly outputs: Outputs
  readonly against: number
  readonly asks: readonly Ask[]
  readonly thresholds: Thresholds
}

function answerOf({ against, asks, outputs, text, thresholds, tokens }: Looked): Answer {
  const names = namesIn(text, tokens, outputs, thresholds)
  const whole = injectionIn(text, tokens, outputs)
  const all: Record<Ask, () => readonly Stretch[]> = {
    person: () => names.person,
    address: () => names.address,
    planted: () => plantedIn(text, tokens, outputs, thresholds.planted),
    injection: () => (whole === undefined ? [] : [whole]),
    against: () => (against === 0 ? [] : [{ start: 0, end: text.length, score: against }]),
  }
  return Object.fromEntries(asks.map((ask) => [ask, all[ask]()]))
}
