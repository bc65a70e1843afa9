// Documents made from the templates: texts with the spans that are to be found in them.
import { createFillers, LOCALES } from './fillers.mjs'
import { pick, seeded } from './random.mjs'
import { sentence } from './sentences.mjs'
import { ENGLISH, NONE, OTHERS, TASKS } from './templates.mjs'
import { startWithTitle, titledSentence } from './titles.mjs'

const TYPES = {
  P: 'person',
  F: 'person',
  L: 'person',
  PU: 'person',
  TP: 'person',
  FU: 'person',
  LU: 'person',
  A: 'address',
  A1: 'address',
  S: 'address',
  X2: 'address',
}

/** `count` documents; a third of them hold nothing. */
export function documents(count, seed, asides = []) {
  const random = seeded(seed)
  const fillers = createFillers(random)
  const codes = Object.values(LOCALES).flat()
  return Array.from({ length: count }, () => {
    const share = random()
    if (share < 0.36) return filled(pick(random, NONE), 'en_US')
    if (share < 0.6) return filled(sentence(random), random() < 0.5 ? pick(random, LOCALES.en) : pick(random, codes))
    if (share < 0.8)
      return filled(pick(random, ENGLISH), random() < 0.5 ? pick(random, LOCALES.en) : pick(random, codes))
    if (share < 0.85) {
      const { language, template } = titledSentence(random)
      return filled(template, pick(random, random() < 0.8 ? LOCALES[language] : codes))
    }
    const language = pick(random, Object.keys(OTHERS))
    return filled(pick(random, OTHERS[language]), pick(random, LOCALES[language]))
  })

  /** What people write above a text that they paste, and now and then prose that has nothing to do with it. */
  function before() {
    const share = random()
    if (share < 0.25) return `${pick(random, TASKS)}${pick(random, ['\n\n', '\n', ' ', ' "', " '"])}`
    return share < 0.32 && asides.length > 0
      ? `${pick(random, asides)
          .slice(-90)
          .replace(/^\S*\s/, '')}${pick(random, ['\n', '\n\n', ' '])}`
      : ''
  }

  function filled(template, code) {
    const faker = fillers.fakerOf(code)
    let text = before()
    const spans = []
    for (const part of template.split(/(\{[A-Za-z0-9]+\})/)) {
      const slot = part.slice(1, -1)
      const fill = part.startsWith('{') ? (fillers.labelled[slot] ?? fillers.plain[slot]) : undefined
      if (fill === undefined) {
        text += part
        continue
      }
      const value = attempt(() => fill(faker)) ?? fill(fillers.fakerOf('en_US'))
      if (slot in fillers.labelled)
        spans.push({
          start: TYPES[slot] === 'person' ? startWithTitle(text, text.length, value) : text.length,
          end: text.length + value.length,
          type: TYPES[slot],
        })
      text += value
    }
    const share = random()
    if (share < 0.08) {
      const lower = text.toLowerCase()
      if (lower.length === text.length) text = lower
    } else if (share < 0.11) {
      const upper = text.toUpperCase()
      if (upper.length === text.length) text = upper
    }
    return { text, spans }
  }
}

/** A locale may lack what a form asks for: no states, no postcodes. */
function attempt(make) {
  try {
    return make()
  } catch {
    return undefined
  }
}
