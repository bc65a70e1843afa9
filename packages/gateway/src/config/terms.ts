import { readFileSync } from 'node:fs'
import type { TermType } from '../spec/index.js'
import type { TermConfig } from './config.js'
import { TERM_LENGTH_MAX } from './term-schema.js'

/** A list longer than that is a mistake, or wants a detector of its own. */
const TERMS_MAX = 1_000_000
const FILE_BYTES_MAX = 64 * 1024 * 1024

/** What the findings of a term are called. */
export function termType({ name }: Pick<TermConfig, 'name'>): TermType {
  return `term.${name}`
}

/**
 * All words of a term, those of its file too, blanks made one space. Throws where its file cannot be read, is no UTF-8 or has a line
 * that is too long: the message names the file and the line, and not what is in it, which may be what nobody should read.
 */
export function readTerms({ words, file }: TermConfig): readonly string[] {
  const lines = file === undefined ? [] : readLines(file)
  return [...new Set([...words, ...lines].map((word) => word.trim().replace(/\s+/g, ' ')))].filter(
    (word) => word !== '',
  )
}

function readLines(file: string): readonly string[] {
  const bytes = readFileSync(file)
  if (bytes.length > FILE_BYTES_MAX) throw new Error(`\`${file}\` is over 64MiB`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error(`\`${file}\` is not UTF-8`)
  }
  const lines = text.split(/\r?\n/)
  if (lines.length > TERMS_MAX) throw new Error(`\`${file}\` has more than ${TERMS_MAX} lines`)
  const long = lines.findIndex((line) => line.length > TERM_LENGTH_MAX)
  if (long !== -1) throw new Error(`\`${file}\` line ${long + 1} is longer than ${TERM_LENGTH_MAX} characters`)
  if (lines.every((line) => line.trim() === '')) throw new Error(`\`${file}\` is empty`)
  return lines
}
