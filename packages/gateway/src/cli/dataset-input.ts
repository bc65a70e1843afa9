import { constants, createReadStream, type Stats } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { extname, normalize } from 'node:path'
import type { Written } from '../documents/document.js'
import { DOCUMENT_FORMATS, type DocumentFormat, readWritten } from '../documents/reading.js'
import { codeOf } from './ailment.js'
import { CommandError, EXIT } from './output.js'

/** A file of documents. */
export interface DocumentFile {
  /** As it was named. */
  readonly name: string
  readonly format: DocumentFormat
}

const FORMATS: ReadonlyMap<string, DocumentFormat> = new Map<string, DocumentFormat>([
  ['.txt', 'text'],
  ['.text', 'text'],
  ['.md', 'markdown'],
  ['.markdown', 'markdown'],
  ['.json', 'json'],
  ['.jsonl', 'json'],
  ['.ndjson', 'json'],
  ['.csv', 'csv'],
])

/** Files as they were named, all of them there: nothing is ingested of some while others are misspelt. */
export async function documentFiles(
  names: readonly string[],
  format: string | undefined,
): Promise<readonly DocumentFile[]> {
  const said = DOCUMENT_FORMATS.find((one) => one === format)
  if (format !== undefined && said === undefined)
    throw new CommandError(`--format is one of ${DOCUMENT_FORMATS.join(', ')}`, EXIT.usage)
  return await Promise.all(
    names.map(async (name) => {
      const found = await stat(name).catch((error: unknown) => {
        throw unreadable(name, error)
      })
      const wrong = wrongFile(found)
      if (wrong !== undefined) throw new CommandError(`${name}: ${wrong}`)
      const known = said ?? FORMATS.get(extname(name).toLowerCase())
      if (known === undefined)
        throw new CommandError(`${name}: say what it is, with --format ${DOCUMENT_FORMATS.join('|')}`, EXIT.usage)
      await access(name, constants.R_OK).catch((error: unknown) => {
        throw unreadable(name, error)
      })
      return { name, format: known }
    }),
  )
}

/** What is no file at all, such as a pipe, is read all the same. */
function wrongFile(found: Stats): string | undefined {
  if (found.isDirectory()) return 'this is a folder: name the files that are in it'
  return found.isFile() && found.size === 0 ? 'the file is empty: there is no document in it' : undefined
}

const BATCH_DOCUMENTS = 100
const BATCH_CHARACTERS = 1024 * 1024

/**
 * The documents of a file, some at a time, each with its id: the same file under the same name has the same ones. Throws at what is
 * wrong with it, once those before it were given.
 */
export async function* batchesOf(
  { name, format }: DocumentFile,
  textColumns: readonly string[] | undefined,
): AsyncGenerator<readonly Written[]> {
  const parts = { format, source: normalize(name), ...(textColumns === undefined ? {} : { textColumns }) }
  let batch: Written[] = []
  let characters = 0
  try {
    for await (const step of readWritten(createReadStream(name), parts)) {
      if (step.kind === 'refuse') {
        if (batch.length > 0) yield batch
        throw new CommandError(`${name}: ${step.message}`)
      }
      const { length } = JSON.stringify(step.value)
      if (batch.length === BATCH_DOCUMENTS || (batch.length > 0 && characters + length > BATCH_CHARACTERS)) {
        yield batch
        batch = []
        characters = 0
      }
      batch.push(step.value)
      characters += length
    }
  } catch (error) {
    throw error instanceof CommandError ? error : unreadable(name, error)
  }
  if (batch.length > 0) yield batch
}

function unreadable(name: string, error: unknown): CommandError {
  return new CommandError(`${name}: cannot be read (${codeOf(error)})`)
}
