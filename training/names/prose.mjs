// Texts in which next to nothing is to be found: what ships with the packages that are installed, and ordinary prompts.
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rowsOf } from '../../eval/data.mjs'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
/** Where people are named in a README. */
const PEOPLE =
  /copyright|author|licen[cs]e|contribut|maintain|credit|thank|sponsor|@[a-z]|\bby\b|github\.com|inspired|©/i

/** Paragraphs of the READMEs of installed packages, without those that may name people. */
export function readmes() {
  const texts = []
  const folders = readdirSync(MODULES).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(MODULES, name)).map((one) => join(name, one)) : [name],
  )
  for (const folder of folders.sort()) {
    // A link is a package of this repository: weights must not change with each word of its documentation.
    if (lstatSync(join(MODULES, folder)).isSymbolicLink()) continue
    let text
    try {
      text = readFileSync(join(MODULES, folder, 'README.md'), 'utf8')
    } catch {
      continue
    }
    for (const paragraph of text.slice(0, 60_000).split(/\n{2,}/)) {
      if (paragraph.length > 40 && paragraph.length < 1500 && !PEOPLE.test(paragraph)) texts.push(paragraph)
    }
  }
  return texts
}

/** The compiler's messages in other languages: prose in which German nouns have capitals. */
export function messages() {
  return ['cs', 'de', 'es', 'fr', 'it', 'pl', 'pt-br', 'tr'].flatMap((language) => {
    const file = join(MODULES, 'typescript/lib', language, 'diagnosticMessages.generated.json')
    return Object.values(JSON.parse(readFileSync(file, 'utf8')))
  })
}

/** Whether a row is kept aside, by its text: never trained on, never looked at one by one. */
export function isAside(text) {
  return createHash('sha256').update(text).digest()[0] % 4 === 0
}

/** Ordinary prompts of the part that may be trained on, without the share-alike ones. */
export function prompts() {
  return [...rowsOf('benign_general'), ...rowsOf('benign_hard')]
    .filter(({ licence, text }) => !/SA/.test(licence) && !isAside(text))
    .map(({ text }) => text)
}
