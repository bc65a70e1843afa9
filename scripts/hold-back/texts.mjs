import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The vocabulary is the gateway's own dependency. */
const ofGateway = createRequire(join(ROOT, 'packages/gateway/package.json'))
const { decodeGenerator, encode } = ofGateway('gpt-tokenizer/encoding/o200k_base')
const PARAGRAPH_MIN = 80
const GENERAL = 'benign_general.jsonl'

/** Prose of this repository: paragraphs of its documents, without tables, code and lists of links. */
function ownProse() {
  const documents = [
    ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
    ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ].filter((name) => name.endsWith('.md'))
  return documents
    .flatMap((name) =>
      readFileSync(join(ROOT, name), 'utf8')
        .replaceAll(/^```[\s\S]*?^```$/gm, '')
        .split(/\n{2,}/),
    )
    .filter((one) => one.length >= PARAGRAPH_MIN && !/^[|#]/.test(one))
}

/** General prompts of others, where they are: read at measuring time, and kept nowhere. */
function generalProse() {
  const folder = process.env.OSTIARY_SHARED_DATA
  const file = folder === undefined ? undefined : join(folder, GENERAL)
  if (file === undefined || !existsSync(file)) return []
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return rows.map((line) => JSON.parse(line).text)
}

/** Texts in which no detector finds anything, each in the tokens in which a model would say it. */
export function cleanProse(detectors) {
  const isClean = (text) => detectors.every(({ detector }) => detector.scan(text, 0, true).findings.length === 0)
  return [
    ['prose of this repository', ownProse()],
    ['general prompts', generalProse()],
  ]
    .filter(([, texts]) => texts.length > 0)
    .map(([name, texts]) => ({ name, texts: texts.filter(isClean).map((text) => [...decodeGenerator(encode(text))]) }))
}
