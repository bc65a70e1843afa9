// The net that weighs figures of a text under a system message (`Against`), by Adam.
import { AGAINST, HIDDEN, INPUTS } from '../../packages/gateway/dist/adapters/detector-injection/charge/against.js'
import { chance } from './grammar.mjs'

/** @param samples `{ inputs, label, weight }`; `inputs` as `Against` has them, 1 the last */
export function trainNet(samples, { epochs = 100, rate = 0.004, decay = 0.1, batch = 64, seed = 5 } = {}) {
  const next = chance(seed)
  const weights = Float32Array.from({ length: AGAINST }, () => (next() - 0.5) * 0.3)
  const slope = new Float64Array(AGAINST)
  const mean = new Float64Array(AGAINST)
  const square = new Float64Array(AGAINST)
  const hidden = new Float64Array(HIDDEN)
  const last = INPUTS * HIDDEN
  const order = samples.map((_, index) => index)
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    const now = rate * (0.1 + 0.9 * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs)))
    for (let start = 0; start < order.length; start += batch) {
      slope.fill(0)
      const some = order.slice(start, start + batch)
      for (const index of some) {
        const { inputs, label, weight } = samples[index]
        hidden.fill(0)
        for (let i = 0; i < INPUTS; i++) {
          if (inputs[i] === 0) continue
          for (let h = 0; h < HIDDEN; h++) hidden[h] += inputs[i] * weights[i * HIDDEN + h]
        }
        let z = weights[last + HIDDEN]
        for (let h = 0; h < HIDDEN; h++) {
          hidden[h] = Math.tanh(hidden[h])
          z += hidden[h] * weights[last + h]
        }
        const error = ((1 / (1 + Math.exp(-z)) - label) * weight) / some.length
        slope[last + HIDDEN] += error
        for (let h = 0; h < HIDDEN; h++) {
          slope[last + h] += error * hidden[h]
          hidden[h] = error * weights[last + h] * (1 - hidden[h] * hidden[h])
        }
        for (let i = 0; i < INPUTS; i++) {
          if (inputs[i] === 0) continue
          for (let h = 0; h < HIDDEN; h++) slope[i * HIDDEN + h] += hidden[h] * inputs[i]
        }
      }
      step += 1
      const [a, b] = [1 - 0.9 ** step, 1 - 0.999 ** step]
      for (let k = 0; k < AGAINST; k++) {
        mean[k] += 0.1 * (slope[k] - mean[k])
        square[k] += 0.001 * (slope[k] * slope[k] - square[k])
        weights[k] -= now * (mean[k] / a / (Math.sqrt(square[k] / b) + 1e-8) + decay * weights[k])
      }
    }
  }
  return weights
}
