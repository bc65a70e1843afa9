// Logistic regression over hashed features, by stochastic gradient descent with steps of their own for each weight (AdaGrad).
import { chance } from './grammar.mjs'

const GROUPS = 3

/** What `Features` took of a stretch, kept. */
export function sampleOf(features, label, weight = 1) {
  const length = features.ends[GROUPS - 1]
  return { indices: features.indices.slice(0, length), ends: Array.from(features.ends), label, weight }
}

function scaleOf(count) {
  return 1 / Math.sqrt(count + 4)
}

export function logitOf({ indices, ends }, { weights, bias }) {
  let sum = bias
  let from = 0
  for (let group = 0; group < GROUPS; group++) {
    let part = 0
    for (let at = from; at < ends[group]; at++) part += weights[indices[at]]
    sum += part * scaleOf(ends[group] - from)
    from = ends[group]
  }
  return sum
}

/** @param epochs passes over all samples, in an order of their own each */
export function train(samples, { buckets, epochs = 6, rate = 0.25, l2 = 2e-6, seed = 7, from } = {}) {
  const weights = from?.weights.slice() ?? new Float32Array(buckets)
  const squares = new Float32Array(buckets).fill(1e-3)
  let bias = from?.bias ?? 0
  let biasSquare = 1e-3
  const next = chance(seed)
  const order = samples.map((_, index) => index)
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    for (const index of order) {
      const sample = samples[index]
      const { indices, ends, label, weight } = sample
      if (weight === 0) continue
      const error = (1 / (1 + Math.exp(-logitOf(sample, { weights, bias }))) - label) * weight
      if (Math.abs(error) < 1e-3) continue
      let start = 0
      for (let group = 0; group < GROUPS; group++) {
        const scale = scaleOf(ends[group] - start)
        for (let at = start; at < ends[group]; at++) {
          const place = indices[at]
          const slope = error * scale + l2 * weights[place]
          squares[place] += slope * slope
          weights[place] -= (rate * slope) / Math.sqrt(squares[place])
        }
        start = ends[group]
      }
      biasSquare += error * error
      bias -= (rate * error) / Math.sqrt(biasSquare)
    }
  }
  return { weights, bias }
}

/** Logistic regression over a few numbers, by Newton's steps of a gradient that is small enough to take whole. */
export function combined(rows, labels, weights, { steps = 4000, rate = 0.05, l2 = 1e-3 } = {}) {
  const width = rows[0].length
  const w = new Float64Array(width + 1)
  const total = weights.reduce((sum, one) => sum + one, 0)
  for (let step = 0; step < steps; step++) {
    const slope = new Float64Array(width + 1)
    for (let i = 0; i < rows.length; i++) {
      let z = w[width]
      for (let k = 0; k < width; k++) z += w[k] * rows[i][k]
      const error = (1 / (1 + Math.exp(-z)) - labels[i]) * weights[i]
      for (let k = 0; k < width; k++) slope[k] += error * rows[i][k]
      slope[width] += error
    }
    for (let k = 0; k <= width; k++) w[k] -= rate * (slope[k] / total + (k < width ? l2 * w[k] : 0))
  }
  return Array.from(w)
}

/** Weights as bytes, and what a step of them is worth. */
export function quantised(weights) {
  let most = 0
  // The few largest would make all others coarse: they are cut.
  const sorted = Float32Array.from(weights, Math.abs).sort()
  most = sorted[Math.floor(sorted.length * 0.9999)] || 1
  const step = most / 127
  return { step, bytes: Int8Array.from(weights, (one) => Math.max(-127, Math.min(127, Math.round(one / step)))) }
}
