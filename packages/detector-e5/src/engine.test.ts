import { afterEach, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from './engine.js'

const worker = new URL('../test/fake-worker.mjs', import.meta.url)
const open: Engine[] = []
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close()
})

async function engineOf(models = 'any'): Promise<Engine> {
  const engine = await createEngine({ models, worker })
  open.push(engine)
  return engine
}

const look = (engine: Engine, text: string, signal = new AbortController().signal) =>
  engine.look({ text, asks: ['person'], charge: '' }, signal).catch((error: { code: string }) => error.code)

describe('the engine', () => {
  it('gives what its worker says, one text after another', async () => {
    const engine = await engineOf()
    for (const text of ['a', 'bcd']) {
      expect(await look(engine, text)).toEqual({ person: [{ start: 0, end: text.length, score: 0.9 }] })
    }
  })

  it('does not start where the worker refuses its models, and says which file [transformer.damaged]', async () => {
    await expect(engineOf('refused')).rejects.toThrow('model.onnx: damaged')
    await expect(engineOf('falls')).rejects.toThrow('the thread of the e5 model')
  })

  it('stops where nobody waits any more, and goes on with the next text [transformer.bounded]', async () => {
    const engine = await engineOf()
    const left = new AbortController()
    setTimeout(() => left.abort(), 20)
    expect(await look(engine, 'wait', left.signal)).toBe('ABORTED')
    expect(await look(engine, 'x')).toMatchObject({ person: [{ end: 1 }] })
    expect(await look(engine, 'x', AbortSignal.abort())).toBe('ABORTED')
  })

  it('has failed where its worker does, and is never clean [transformer.bounded]', async () => {
    const engine = await engineOf()
    expect(await look(engine, 'fail')).toBe('THREW')
    expect(await look(engine, 'fall')).toBe('WORKER_LOST')
    // Not started again at once.
    expect(await look(engine, 'x')).toBe('WORKER_LOST')
  })
})
