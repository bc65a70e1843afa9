export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const { length } = sorted
  return length === 0 ? Number.NaN : (sorted[(length - 1) >> 1] + sorted[length >> 1]) / 2
}

/** In another order each round, so that no target always follows the same other. */
export function shuffled(values) {
  const all = [...values]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[all[i], all[j]] = [all[j], all[i]]
  }
  return all
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
