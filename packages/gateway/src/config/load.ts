import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from './config.js'
import type { Fault } from './fault.js'
import { objectionFlaws, pathText } from './objections.js'
import { relations } from './relations.js'
import { type Objection, type Shaped, shape } from './schema.js'
import { SecretValue } from './secret.js'
import { type Flaw, type Path, readTree, type Tree } from './yaml.js'

export type Environment = Readonly<Record<string, string | undefined>>

export interface LoadOptions {
  /** `start` needs every variable and every secret's file; `check` only warns of those that are missing. */
  readonly requireEnv: boolean
  /** Takes the reserved issuer of `ostiary dev`. */
  readonly allowDev?: boolean
}

export interface Loaded {
  /** Undefined exactly where there are faults. */
  readonly config: Config | undefined
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** Those of the faults or warnings that a variable of the environment mends. */
  readonly unset: readonly Fault[]
  /** For what is found out about a setting later, from the files that it names. */
  readonly faultAt: (path: Path, message: string) => Fault
}

const FILE_BYTES_MAX = 1024 * 1024

/** Reads and checks a configuration file. Faults and warnings come in the order of the file. */
export function loadConfig(file: string, env: Environment, options: LoadOptions): Loaded {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
    const way = code === 'ENOENT' ? ': `ostiary init` makes one, or name it with --config FILE' : ''
    return faulty(file, `the file cannot be read (${code})${way}`)
  }
  if (bytes.length > FILE_BYTES_MAX) return faulty(file, 'the file is larger than 1MiB')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown
    return faulty(file, 'the file is not UTF-8')
  }
  return configFromText(text, file, env, options)
}

/** The same for a text that stands, or would stand, at `file`. */
export function configFromText(text: string, file: string, env: Environment, options: LoadOptions): Loaded {
  const tree = readTree(text, env)
  const unset = tree.unset.map(({ path, names }) =>
    tree.places.flaw(path, `${pathText(path)}: ${names.map((name) => `\`${name}\``).join(', ')} is not set`),
  )
  const missing = options.requireEnv ? unset : []
  const hints = options.requireEnv ? [] : unset
  if (tree.flaws.length > 0) return loaded(file, tree, undefined, [...tree.flaws, ...missing], hints, unset)

  const shaped = shapeTree(tree, dirname(resolve(file)))
  if (shaped.kind === 'faulty') {
    const flaws = shaped.objections.flatMap((one) => objectionFlaws(one, tree.places))
    return loaded(file, tree, undefined, [...flaws, ...missing], hints, unset)
  }

  const parts = { places: tree.places, allowDev: options.allowDev === true, requireFiles: options.requireEnv, env }
  const remarks = relations(shaped.config, parts)
    // A stand-in is no name that anybody chose.
    .filter(({ path }) => !isUnset(tree, path))
    .map(({ kind, path, message }) => ({ kind, flaw: tree.places.flaw(path, `${pathText(path)}: ${message}`) }))
  const faults = remarks.filter((one) => one.kind === 'fault').map((one) => one.flaw)
  const warnings = remarks.filter((one) => one.kind === 'warning').map((one) => one.flaw)
  return loaded(file, tree, shaped.config, [...faults, ...missing], [...warnings, ...hints], unset)
}

// What stands in for a variable that is not set, tried in turn where the schema objects to the one before: so `check` can
// judge all the rest. None of it reaches a gateway, since `start` refuses.
const STAND_INS: readonly unknown[] = [
  'https://unset.example',
  '127.0.0.1',
  '1s',
  '1MiB',
  'fs:unset',
  'sqlite:unset',
  'postgres://unset.example/unset',
  'ES256',
  8787,
  false,
]

function shapeTree(tree: Tree, folder: string): Shaped {
  let shaped = shape(tree.value, folder)
  for (const standIn of STAND_INS) {
    if (shaped.kind === 'shaped') return shaped
    let changed = false
    for (const objection of shaped.objections) {
      const value = isUnset(tree, objection.path)
        ? (firstAllowed(objection) ?? standIn)
        : typedVariable(tree, objection)
      if (value === undefined) continue
      put(tree.value, objection.path, value)
      changed = true
    }
    if (!changed) return shaped
    shaped = shape(tree.value, folder)
  }
  return shaped
}

function isUnset(tree: Tree, path: Path): boolean {
  const key = JSON.stringify(path)
  return tree.unset.some((one) => JSON.stringify(one.path) === key)
}

function firstAllowed({ issue }: Objection): unknown {
  return issue.code === 'invalid_value' ? issue.values[0] : undefined
}

/** A variable's text as the number or boolean that is wanted where it stands; undefined where it is none. */
function typedVariable({ places, value }: Tree, { path, issue }: Objection): unknown {
  if (issue.code !== 'invalid_type' || places.get(path)?.interpolated !== true) return undefined
  const text = get(value, path)
  if (typeof text !== 'string') return undefined
  if (issue.expected === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  const isNumber = issue.expected === 'number' || issue.expected === 'int'
  return isNumber && /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined
}

function get(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) at = isObject(at) ? at[step] : undefined
  return at
}

function put(value: unknown, path: Path, leaf: unknown): void {
  const parent = get(value, path.slice(0, -1))
  const last = path.at(-1)
  if (isObject(parent) && last !== undefined) parent[last] = leaf
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null
}

function faulty(file: string, message: string): Loaded {
  return loaded(file, readTree('', {}), undefined, [{ line: 1, column: 1, message }], [], [])
}

function loaded(
  file: string,
  { places }: Tree,
  config: Config | undefined,
  faults: readonly Flaw[],
  warnings: readonly Flaw[],
  unset: readonly Flaw[],
): Loaded {
  const place = (flaws: readonly Flaw[]): Fault[] =>
    flaws.map((flaw) => ({ file, ...flaw })).sort((a, b) => a.line - b.line || a.column - b.column)
  return {
    config: config !== undefined && faults.length === 0 ? frozen(config) : undefined,
    faults: place(faults),
    warnings: place(warnings),
    unset: place(unset),
    faultAt: (path, message) => ({ file, ...places.flaw(path, `${pathText(path)}: ${message}`) }),
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof SecretValue) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
