// Texts from patterns: `{a|b}` is one of both, `<NAME>` one of a list of words, nested as one likes. By a seed, so that the same
// patterns give the same texts.

/** A generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function pick(list, next) {
  return list[Math.floor(next() * list.length)]
}

/** One text of a pattern. */
export function say(pattern, words, next) {
  let text = pattern
  // A name is the same wherever it stands in one text.
  const named = new Map()
  for (let i = 0; i < 80; i++) {
    const filled = text.replace(/<([A-Z_]+)>/, (_, name) => {
      if (words[name] === undefined) throw new Error(`no words <${name}>`)
      if (!name.endsWith('NAME')) return pick(words[name], next)
      if (!named.has(name)) named.set(name, pick(words[name], next))
      return named.get(name)
    })
    const chosen = filled.replace(/\{([^{}]*)\}/, (_, inner) => pick(inner.split('|'), next))
    if (chosen === text) break
    text = chosen
  }
  // `¦`, `⟨` and `⟩` stand for signs that patterns are made of.
  const plain = text.replaceAll('¦', '|').replaceAll('⟨', '{').replaceAll('⟩', '}')
  return plain
    .replace(/ +/g, ' ')
    .replace(/ ([,.;:?!])/g, '$1')
    .trim()
}

/** `count` different texts of each pattern, as far as it has so many. */
export function texts(patterns, words, count, seed) {
  const next = chance(seed)
  const all = []
  for (const [index, pattern] of patterns.entries()) {
    const some = new Set()
    for (let i = 0; i < count * 3 && some.size < count; i++) some.add(say(pattern, words, next))
    for (const text of some) all.push({ text, template: index })
  }
  return all
}

/** FNV-1a. */
export function hashOf(text) {
  let hash = 2166136261
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 16777619)
  return hash >>> 0
}
