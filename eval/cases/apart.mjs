// Cases by somebody who had seen neither the patterns that are trained on nor the other cases. Nothing of them is trained on.
import { readFileSync } from 'node:fs'

const read = (name) => JSON.parse(readFileSync(new URL(`apart/${name}.json`, import.meta.url), 'utf8'))

/** `{ text }`: what is wrong by itself, and what is not though it has the words or the shape of it. */
export const ATTACKS_APART = read('attacks').map((text) => ({ text }))
export const HARMLESS_APART = read('harmless').map((text) => ({ text }))

/** Results of tools: `{ text, spans }`, with an instruction in one value each; and `{ text }`, in which nothing is planted. */
const structured = read('structured')
export const PLANTED_APART = structured.planted.map(({ instruction, text }) => {
  const start = text.indexOf(instruction)
  return { text, spans: [{ start, end: start + instruction.length }] }
})
export const CLEAN_APART = structured.clean.map((text) => ({ text }))

/** `{ system, text }`: what goes against the message of a whole assistant, and what it is there for. */
const under = (kind) =>
  read('assistants').flatMap(({ [kind]: texts, system }) => texts.map((text) => ({ system, text })))
export const WRONG_APART = under('wrong')
export const RIGHT_APART = under('right')
