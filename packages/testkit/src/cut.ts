/** Numbers from 0 to 1 that are the same in every run: a cutting that fails today fails tomorrow. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Lengths of the prefixes at which something of this length is cut: all at once, one by one, and at random. */
export function cuttings(length: number, random: () => number, count: number): readonly (readonly number[])[] {
  const oneByOne = Array.from({ length }, (_, index) => index + 1)
  const drawn = Array.from({ length: count }, () => {
    const share = random() ** 3
    return oneByOne.filter((at) => at === length || random() < share)
  })
  return [[length], oneByOne, ...drawn]
}
