import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createAlone } from '../../packages/gateway/dist/patterns/alone.js'
import { createPatternDetector } from '../../packages/gateway/dist/patterns/detector.js'
import { join } from '../../packages/gateway/dist/patterns/raw.js'
import { rowsOf } from '../data.mjs'
import { row } from '../figures.mjs'

export const title = 'All pattern rules in one pass, against their expressions one after another'

const KIB = 1024
/** Turn by turn, and of each the best: what else the machine does hits both alike. */
const ROUNDS = 12
const SOURCES = [
  ['detector-secrets', 'secretRules'],
  ['detector-pii', 'piiRules'],
]

/** Prompts of 4 and 32 KiB, made of the rows one behind the other; processor time, checks and all. */
export async function measure() {
  const rules = await rulesOf()
  if (rules.length === 0) return [row('rules', 'none in this version')]
  const from = process.cpuUsage()
  const detector = createPatternDetector({ name: 'all', rules })
  const created = msSince(from)
  const alone = rules.map(createAlone)
  const onePass = (text) => detector.scan(text, 0, true).findings
  const oneByOne = (text) => join(alone.flatMap((find) => find(text, 0)))

  const rows = ['benign_general', 'benign_hard', 'injection', 'pii'].flatMap((name) =>
    rowsOf(name).map(({ text }) => text),
  )
  const differ = rows.filter((text) => JSON.stringify(onePass(text)) !== JSON.stringify(oneByOne(text))).length
  const all = rows.join('\n\n')
  const figures = [4, 32].flatMap((size) => {
    const prompts = cut(all, size * KIB).slice(0, 40)
    let pass = Number.POSITIVE_INFINITY
    let single = Number.POSITIVE_INFINITY
    for (let round = 0; round < ROUNDS; round++) {
      pass = Math.min(pass, usOf(prompts, onePass))
      single = Math.min(single, usOf(prompts, oneByOne))
    }
    return [
      row(`${size} KiB, one pass, best of ${ROUNDS}`, `${pass.toFixed(0)} µs`, size === 4 ? '150 µs' : undefined),
      row(`${size} KiB, one after another`, `${single.toFixed(0)} µs`),
      row(`${size} KiB, share`, (pass / single).toFixed(3), size === 32 ? '0.15' : undefined),
    ]
  })
  return [
    row('rules', rules.length),
    row('made in', `${created.toFixed(0)} ms`),
    row(`texts of ${rows.length} in which the two differ`, differ, '0'),
    ...figures,
  ]
}

async function rulesOf() {
  const all = []
  for (const [room, name] of SOURCES) {
    const file = new URL(`../../packages/gateway/dist/adapters/${room}/detector.js`, import.meta.url)
    if (!existsSync(fileURLToPath(file))) continue
    const { [name]: rules } = await import(file.href)
    all.push(...rules())
  }
  return all
}

/** Flat pieces of a text: no look at one pays for its making. */
function cut(text, length) {
  const pieces = []
  for (let at = 0; at + length <= text.length; at += length) {
    pieces.push(Buffer.from(text.slice(at, at + length), 'utf16le').toString('utf16le'))
  }
  return pieces
}

/** Microseconds of processor time to a prompt. */
function usOf(prompts, work) {
  const from = process.cpuUsage()
  for (const prompt of prompts) work(prompt)
  return (msSince(from) * 1000) / prompts.length
}

function msSince(from) {
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000
}
