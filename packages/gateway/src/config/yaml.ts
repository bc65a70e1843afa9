import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
} from 'yaml'
import { interpolate } from './interpolate.js'

export type Path = readonly (string | number)[]

interface Place {
  /** Offset of the key, or of the item in a list. */
  readonly key: number
  readonly value: number
  /** A scalar as written, before interpolation: an environment's value is never printed. */
  readonly source: string | undefined
  readonly quoted: boolean
  readonly interpolated: boolean
}

export interface Flaw {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** A file as plain data, and where each piece of it stood. */
export interface Tree {
  readonly value: unknown
  readonly flaws: readonly Flaw[]
  /** Variables that are not set: their paths hold a stand-in. */
  readonly unset: readonly { readonly path: Path; readonly names: readonly string[] }[]
  readonly places: Places
}

/** More than any true configuration; aliases that multiply reach it soon. */
const NODES_MAX = 20_000
const DEPTH_MAX = 32

export class Places {
  readonly #lines: LineCounter
  readonly #places = new Map<string, Place>()

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  set(path: Path, place: Place): void {
    this.#places.set(JSON.stringify(path), place)
  }

  get(path: Path): Place | undefined {
    return this.#places.get(JSON.stringify(path))
  }

  /** Where the value stands; for what is missing, where the nearest thing around it begins. */
  flaw(path: Path, message: string): Flaw {
    const place = this.get(path)
    return place === undefined ? this.keyFlaw(path.slice(0, -1), message) : this.at(place.value, message)
  }

  keyFlaw(path: Path, message: string): Flaw {
    const place = this.get(path)
    if (place !== undefined) return this.at(place.key, message)
    return path.length === 0 ? this.at(0, message) : this.keyFlaw(path.slice(0, -1), message)
  }

  at(offset: number, message: string): Flaw {
    const { line, col } = this.#lines.linePos(offset)
    // A file without any line has no position in the counter.
    return { line: Math.max(1, line), column: Math.max(1, col), message }
  }
}

export function readTree(text: string, env: Readonly<Record<string, string | undefined>>): Tree {
  const lines = new LineCounter()
  const places = new Places(lines)
  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false, stringKeys: true })
  const ill = [...document.errors, ...document.warnings]
  if (ill.length > 0) {
    // What follows the first break of the grammar is mostly its echo.
    const first = ill.find((one) => one.code !== 'DUPLICATE_KEY')
    const told = ill.filter((one) => one === first || one.code === 'DUPLICATE_KEY')
    const flaws = told.map((one) => places.at(one.pos[0], yamlMessage(one.code, one.message, text.slice(one.pos[0]))))
    return { value: undefined, flaws, unset: [], places }
  }
  const reader = new TreeReader(document, places, env)
  const value = document.contents === null ? undefined : reader.read(document.contents, [], 0, 0)
  return { value, flaws: reader.flaws, unset: reader.unset, places }
}

/** @param from the file from the place of the complaint on */
function yamlMessage(code: string, message: string, from: string): string {
  if (code === 'DUPLICATE_KEY') return `the key${named(from)} stands twice in its map`
  if (code === 'RESOURCE_EXHAUSTION') return 'the file is nested too deeply'
  const hint = code === 'MULTILINE_IMPLICIT_KEY' ? ': a colon may be missing' : ''
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1).split('\n', 1)[0]}${hint}`
}

/** The key that a text begins with, in backticks; nothing where it is written in a way that needs a parser. */
function named(from: string): string {
  const [, double, single, plain] =
    /^(?:"([^"\\\n]*)"|'([^'\n]*)'|([^\s"'?&*!|>{}[\],#:][^\n:]*?))\s*:/.exec(from) ?? []
  const key = double ?? single ?? plain
  return key === undefined ? '' : ` \`${key}\``
}

class TreeReader {
  readonly flaws: Flaw[] = []
  readonly unset: { path: Path; names: readonly string[] }[] = []
  readonly #document: Document.Parsed
  readonly #places: Places
  readonly #env: Readonly<Record<string, string | undefined>>
  #nodes = 0

  constructor(document: Document.Parsed, places: Places, env: Readonly<Record<string, string | undefined>>) {
    this.#document = document
    this.#places = places
    this.#env = env
  }

  read(node: Node, path: Path, key: number, depth: number): unknown {
    const at = node.range?.[0] ?? key
    if (isAlias(node)) return this.#follow(node, path, key, depth, at)
    this.#nodes++
    if (this.#nodes > NODES_MAX || depth > DEPTH_MAX) {
      const what = depth > DEPTH_MAX ? 'nested too deeply' : 'too large once its aliases are followed'
      // Once is enough to say it, and to stop.
      if (this.#nodes !== Number.POSITIVE_INFINITY) this.flaws.push(this.#places.at(at, `the file is ${what}`))
      this.#nodes = Number.POSITIVE_INFINITY
      return undefined
    }
    if (isScalar(node)) return this.#scalar(node, path, key, at)
    this.#places.set(path, { key, value: at, source: undefined, quoted: false, interpolated: false })
    if (isSeq<Node>(node)) {
      return node.items.map((item, index) => this.read(item, [...path, index], item.range?.[0] ?? at, depth + 1))
    }
    if (!isMap<Scalar<string>, Node | null>(node)) return undefined
    const value: Record<string, unknown> = {}
    for (const { key: name, value: inner } of node.items) {
      const keyAt = name.range?.[0] ?? at
      if (name.value === '__proto__') {
        this.flaws.push(this.#places.at(keyAt, 'unknown key `__proto__`'))
      } else {
        value[name.value] = this.read(inner ?? emptyAt(keyAt), [...path, name.value], keyAt, depth + 1)
      }
    }
    return value
  }

  #follow(alias: Alias, path: Path, key: number, depth: number, at: number): unknown {
    const target = alias.resolve(this.#document)
    if (target !== undefined) return this.read(target, path, key, depth + 1)
    this.flaws.push(this.#places.at(at, `unknown alias \`*${alias.source}\``))
    return undefined
  }

  #scalar(node: Scalar, path: Path, key: number, at: number): unknown {
    const source = node.source ?? String(node.value)
    const found = typeof node.value === 'string' ? interpolate(node.value, this.#env) : ({ kind: 'plain' } as const)
    const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE
    this.#places.set(path, { key, value: at, source, quoted, interpolated: found.kind !== 'plain' })
    switch (found.kind) {
      case 'plain':
        return node.value
      case 'text':
        return found.text
      case 'unset':
        this.unset.push({ path, names: found.names })
        return 'unset'
      case 'fault':
        this.flaws.push(this.#places.at(at, found.message))
        return undefined
    }
  }
}

function emptyAt(offset: number): Scalar {
  const empty = new Scalar(null)
  empty.range = [offset, offset, offset]
  return empty
}
