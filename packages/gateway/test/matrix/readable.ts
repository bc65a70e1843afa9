import { isDeepStrictEqual } from 'node:util'

/** What a reader of JSON values can put together: texts by the place where they stand, pieces joined. */
type Readable = ReadonlyMap<string, readonly string[]>

/** Members that mean nothing and are new in each event. */
const PADDING = new Set(['obfuscation', 'p'])
/** Members that tell which of several texts a piece is of. */
const INDEX = ['output_index', 'content_index', 'summary_index', 'index', 'contentBlockIndex'] as const

function readable(values: readonly unknown[]): Readable {
  const texts = new Map<string, string[]>()
  for (const value of values) walk(value, '', texts)
  return texts
}

function walk(value: unknown, path: string, texts: Map<string, string[]>): void {
  if (typeof value === 'string') put(texts, path, value)
  else if (typeof value === 'number') put(texts, `${path} as bytes`, String.fromCharCode(value % 0x110000))
  else if (Array.isArray(value)) for (const one of value) walk(one, `${path}[]`, texts)
  else if (typeof value === 'object' && value !== null) {
    const object = value as Readonly<Record<string, unknown>>
    const which = INDEX.map((name) => object[name]).filter((one) => typeof one === 'number')
    const here = which.length === 0 ? path : `${path}#${which.join('.')}`
    for (const [name, inner] of Object.entries(object)) {
      if (PADDING.has(name)) continue
      put(texts, `${here} names`, name)
      walk(inner, `${here}/${name}`, texts)
    }
  }
}

function put(texts: Map<string, string[]>, path: string, text: string): void {
  const held = texts.get(path)
  if (held === undefined) texts.set(path, [text])
  else held.push(text)
}

/** Where half of the value or more can be read: as it stands, pieces joined, in JSON within strings, in base64, in bytes. */
export function leaksIn(values: readonly unknown[], value: string): readonly string[] {
  const windows = Array.from({ length: value.length / 2 + 1 }, (_none, at) => value.slice(at, at + value.length / 2))
  const has = (text: string): boolean => windows.some((one) => text.includes(one))
  const found: string[] = []
  for (const [path, pieces] of readable(values)) {
    const joined = pieces.join('')
    const decoded = pieces.map((one) => Buffer.from(one.slice(one.lastIndexOf(',') + 1), 'base64').toString('latin1'))
    if ([joined, ...decoded].some(has)) found.push(path)
    else if (joined.includes('\\') && has(joined.replace(/\\u00([0-9a-f]{2})/gi, unescaped))) found.push(path)
  }
  return found
}

function unescaped(_whole: string, code: string): string {
  return String.fromCharCode(Number.parseInt(code, 16))
}

export interface Differences {
  /** Members that say nothing any more. */
  readonly emptied: readonly string[]
  /** Whatever else is not as it should be. */
  readonly other: readonly string[]
}

/** How a body differs from what was expected. */
export function differencesIn(expected: unknown, got: unknown): Differences {
  const emptied: string[] = []
  const other: string[] = []
  const compare = (one: unknown, two: unknown, path: string): void => {
    if (
      isDeepStrictEqual(one, two) ||
      (typeof one === 'string' && typeof two === 'string' && plain(one) === plain(two))
    )
      return
    if (isEmpty(two)) emptied.push(lastOf(path))
    else if (Array.isArray(one) && Array.isArray(two) && one.length === two.length) {
      for (const [at, inner] of one.entries()) compare(inner, two[at], `${path}[]`)
    } else if (isObject(one) && isObject(two) && isDeepStrictEqual(Object.keys(one), Object.keys(two))) {
      for (const [name, inner] of Object.entries(one)) compare(inner, two[name], `${path}/${name}`)
    } else other.push(path)
  }
  compare(expected, got, '')
  return { emptied: [...new Set(emptied)], other }
}

/** How a stream's texts differ from what was expected; how they are cut into events is of no weight. */
export function differencesInStream(expected: readonly unknown[], got: readonly unknown[]): Differences {
  const [wanted, found] = [readable(expected), readable(got)]
  const emptied: string[] = []
  const other: string[] = []
  for (const path of new Set([...wanted.keys(), ...found.keys()])) {
    if (path.endsWith(' names') || path.endsWith(' as bytes')) continue
    const [one, two] = [wanted.get(path) ?? [], found.get(path) ?? []]
    if (plain(one.join('')) === plain(two.join('')) || isDeepStrictEqual(distinct(one), distinct(two))) continue
    if (two.join('') === '') emptied.push(lastOf(highestEmpty(path, found)))
    else other.push(path)
  }
  return { emptied: [...new Set(emptied)], other }
}

/** The outermost member around it that says nothing. */
function highestEmpty(path: string, found: Readable): string {
  const around = path.slice(0, path.lastIndexOf('/'))
  const speaks = [...found].some(
    ([one, pieces]) => one.startsWith(`${around}/`) && !one.endsWith(' as bytes') && pieces.join('') !== '',
  )
  return speaks || around === '' ? path : highestEmpty(around, found)
}

/** JSON within a string means the same with another letter behind an escape. */
function plain(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((one) => one !== ''))].sort()
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function lastOf(path: string): string {
  return (
    path
      .split('/')
      .findLast((one) => one !== '')
      ?.replace(/[^\w].*$/, '') ?? path
  )
}
