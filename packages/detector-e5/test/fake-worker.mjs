// Plays the worker of the engine: what it does, the text says.
import { parentPort, workerData } from 'node:worker_threads'

const { models, over } = workerData
const grades = { low: 0.2, medium: 0.5, high: 0.8 }
const thresholds = { person: 0.5, address: 0.5, planted: 0.5, injection: grades, against: grades }
if (models === 'refused') parentPort.postMessage({ kind: 'refused', why: 'model.onnx: damaged' })
else if (models === 'falls') throw new Error('no such thing')
else {
  parentPort.on('message', ({ id, text }) => {
    if (text === 'fall') process.exit(1)
    if (text === 'fail') parentPort.postMessage({ kind: 'failed', id, why: 'RangeError' })
    else if (text === 'wait') {
      const timer = setInterval(() => {
        if (Atomics.load(over, 0) !== id) return
        clearInterval(timer)
        parentPort.postMessage({ kind: 'done', id, answer: undefined })
      }, 5)
    } else
      parentPort.postMessage({ kind: 'done', id, answer: { person: [{ start: 0, end: text.length, score: 0.9 }] } })
  })
  parentPort.postMessage({ kind: 'ready', thresholds })
}
