// Training of the tagger: maximum likelihood of a linear chain, by AdaGrad, one run at a time.
import {
  bagFeaturesOf,
  FEATURES_MAX,
  featuresOf,
  identitiesOf,
  LEFT,
  partOf,
  RIGHT,
  runFeatures,
} from '../../packages/gateway/dist/adapters/detector-names/features.js'
import { mayBe, mayFollow, TAGS } from '../../packages/gateway/dist/adapters/detector-names/tagger.js'

/** The run that was read last, as what training needs of it. */
export function exampleOf(reader, gold, mask) {
  const { tokens, count } = reader
  const out = new Int32Array(FEATURES_MAX)
  const run = runFeatures(tokens, count)
  const identities = new Int32Array(LEFT + count + RIGHT)
  identitiesOf(tokens, count, identities)
  const rows = []
  const ofBag = new Int32Array(FEATURES_MAX)
  for (let place = 0; place < count; place++) {
    const own = featuresOf(tokens, LEFT + place, run, identities, mask, out)
    const more = bagFeaturesOf(reader, partOf(tokens, LEFT + place), mask, ofBag)
    out.set(ofBag.subarray(0, more), own)
    rows.push(out.slice(0, own + more))
  }
  return { rows, gold, shapes: tokens.shape.slice(LEFT, LEFT + count) }
}

export function createTrainer(rows, { rate = 0.15, decay = 2e-7 } = {}) {
  const weights = new Float32Array(rows * TAGS)
  const squares = new Float32Array(rows * TAGS).fill(1e-3)
  const transitions = new Float64Array(TAGS * TAGS)
  const transitionSquares = new Float64Array(TAGS * TAGS).fill(1e-3)
  const most = 64
  const emissions = new Float64Array(most * TAGS)
  const forward = new Float64Array(most * TAGS)
  const backward = new Float64Array(most * TAGS)
  const follow = new Float64Array(TAGS * TAGS)

  function learn({ rows: features, gold, shapes }, weight) {
    const count = features.length
    for (let i = 0; i < TAGS * TAGS; i++)
      follow[i] = mayFollow(Math.floor(i / TAGS), i % TAGS) ? Math.exp(transitions[i]) : 0
    for (let p = 0; p < count; p++) {
      const score = new Float64Array(TAGS)
      for (const f of features[p]) for (let t = 0; t < TAGS; t++) score[t] += weights[f * TAGS + t]
      const top = Math.max(...score)
      for (let t = 0; t < TAGS; t++)
        emissions[p * TAGS + t] = mayBe(shapes[p], t) ? Math.exp(Math.max(-60, score[t] - top)) : 0
    }
    for (let p = 0; p < count; p++) {
      let sum = 0
      for (let to = 0; to < TAGS; to++) {
        let v = p === 0 ? follow[to] : 0
        if (p > 0)
          for (let from = 0; from < TAGS; from++) v += forward[(p - 1) * TAGS + from] * follow[from * TAGS + to]
        forward[p * TAGS + to] = v * emissions[p * TAGS + to]
        sum += forward[p * TAGS + to]
      }
      for (let t = 0; t < TAGS; t++) forward[p * TAGS + t] /= sum
    }
    for (let p = count - 1; p >= 0; p--) {
      let sum = 0
      for (let from = 0; from < TAGS; from++) {
        let v = p === count - 1 ? 1 : 0
        if (p < count - 1)
          for (let to = 0; to < TAGS; to++)
            v += follow[from * TAGS + to] * emissions[(p + 1) * TAGS + to] * backward[(p + 1) * TAGS + to]
        backward[p * TAGS + from] = v
        sum += v
      }
      for (let t = 0; t < TAGS; t++) backward[p * TAGS + t] /= sum
    }
    const pair = new Float64Array(TAGS * TAGS)
    const gradients = new Float64Array(TAGS * TAGS)
    for (let p = 0; p < count; p++) {
      let total = 0
      const marginal = new Float64Array(TAGS)
      for (let t = 0; t < TAGS; t++) {
        marginal[t] = forward[p * TAGS + t] * backward[p * TAGS + t]
        total += marginal[t]
      }
      for (let t = 0; t < TAGS; t++) {
        const gradient = weight * ((gold[p] === t ? 1 : 0) - marginal[t] / total)
        if (Math.abs(gradient) < 1e-4) continue
        for (const f of features[p]) {
          const at = f * TAGS + t
          squares[at] += gradient * gradient
          weights[at] += (rate * gradient) / Math.sqrt(squares[at]) - rate * decay * weights[at]
        }
      }
      // The chain: expected pairs against the one that is there.
      let pairs = 0
      for (let from = 0; from < TAGS; from++) {
        const before = p === 0 ? (from === 0 ? 1 : 0) : forward[(p - 1) * TAGS + from]
        for (let to = 0; to < TAGS; to++) {
          const v = before * follow[from * TAGS + to] * emissions[p * TAGS + to] * backward[p * TAGS + to]
          pair[from * TAGS + to] = v
          pairs += v
        }
      }
      for (let i = 0; i < TAGS * TAGS; i++) gradients[i] -= pair[i] / pairs
      gradients[(p === 0 ? 0 : gold[p - 1]) * TAGS + gold[p]] += 1
    }
    for (let i = 0; i < TAGS * TAGS; i++) {
      const gradient = weight * gradients[i]
      transitionSquares[i] += gradient * gradient
      transitions[i] += (rate * gradient) / Math.sqrt(transitionSquares[i])
    }
  }
  // What the last epochs end at, averaged: less of what the last few runs happened to be.
  const sums = new Float64Array(weights.length + transitions.length)
  let kept = 0
  const keep = () => {
    for (let i = 0; i < weights.length; i++) sums[i] += weights[i]
    for (let i = 0; i < transitions.length; i++) sums[weights.length + i] += transitions[i]
    kept++
  }
  const average = () => {
    for (let i = 0; i < weights.length; i++) weights[i] = sums[i] / kept
    for (let i = 0; i < transitions.length; i++) transitions[i] = sums[weights.length + i] / kept
  }
  return { weights, transitions, learn, keep, average }
}
