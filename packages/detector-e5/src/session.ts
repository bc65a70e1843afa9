import type { Outputs } from './reading.js'
import type { Tokens } from './tokenizer.js'
import { pairsOf, windowsOf } from './windows.js'

// The runtime is installed by who wants these detectors: nothing here may need it to compile. This is what is used of it.

interface Tensor {
  readonly data: unknown
}

interface Session {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
}

interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> }
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor
}

/** Runs the model over windows of texts. Each gives undefined where `isOver` says in between that nobody waits any more. */
export interface Look {
  (tokens: Tokens, isOver: () => boolean): Promise<Outputs | undefined>
  /** How much a text goes against a system message: 0 to 1, the highest of what their pairs of windows say. */
  readonly against: (charge: Tokens, tokens: Tokens, isOver: () => boolean) => Promise<number | undefined>
}

const RUNTIME: string = 'onnxruntime-node'
const [BEGIN, END] = [0n, 2n]
/** Between two texts stand two of these. */
const PAIR = 2
const TAGS = 5

/** @throws where the runtime is not installed, or refuses the model */
export async function createLook(model: Uint8Array): Promise<Look> {
  const runtime = runtimeOf(await import(RUNTIME))
  // One thread: what a gateway has cores for is for the operator to say, by how many of these run at once.
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 }
  const session = await runtime.InferenceSession.create(model, options)
  const run = async (ids: readonly number[]): Promise<(name: string) => Float32Array> => {
    const window = BigInt64Array.from([BEGIN, ...ids.map(BigInt), END])
    const out = await session.run({ ids: new runtime.Tensor('int64', window, [1, window.length]) })
    return (name) => floats(out[name])
  }
  const overText = async (tokens: Tokens, isOver: () => boolean): Promise<Outputs | undefined> => {
    const { ids } = tokens
    const names = new Float32Array(ids.length * TAGS)
    const planted = new Float32Array(ids.length)
    const injection: { from: number; to: number; score: number }[] = []
    for (const { from, ownFrom, ownTo, to } of windowsOf(tokens)) {
      if (isOver()) return undefined
      const of = await run(ids.slice(from, to))
      // The first token is the mark of the beginning.
      const first = 1 + ownFrom - from
      const last = 1 + ownTo - from
      names.set(of('names').subarray(first * TAGS, last * TAGS), ownFrom * TAGS)
      planted.set(of('planted').subarray(first, last), ownFrom)
      injection.push({ from, to, score: shareOf(of('injection')[0]) })
    }
    return { names, planted, injection }
  }
  const against = async (charge: Tokens, tokens: Tokens, isOver: () => boolean): Promise<number | undefined> => {
    let most = 0
    for (const [above, below] of pairsOf(charge, tokens)) {
      if (isOver()) return undefined
      const of = await run([
        ...charge.ids.slice(above.from, above.to),
        PAIR,
        PAIR,
        ...tokens.ids.slice(below.from, below.to),
      ])
      most = Math.max(most, shareOf(of('against')[0]))
    }
    return most
  }
  return Object.assign(overText, { against })
}

function shareOf(logit = 0): number {
  return 1 / (1 + Math.exp(-logit))
}

function runtimeOf(module: unknown): Runtime {
  if (isRuntime(module)) return module
  const inner = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
  if (isRuntime(inner)) return inner
  throw new Error(`${RUNTIME} is not what it was`)
}

function isRuntime(value: unknown): value is Runtime {
  return typeof value === 'object' && value !== null && 'InferenceSession' in value && 'Tensor' in value
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new Error('the model gives other outputs than it should')
}
