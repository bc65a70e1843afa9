import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FindingType, RemoteDetector } from '../../spec/index.js'

/** What `createDetector` of a detector's module is called with. */
export interface DetectorContext {
  readonly name: string
  /** What it is asked for, of what it can find. */
  readonly types: readonly FindingType[]
  /** Absolute path of the folder with its models; undefined: where it looks for them itself. */
  readonly models: string | undefined
  /** Texts at once. */
  readonly concurrency: number
}

export interface DetectorModule extends DetectorContext {
  /** The name of a package that is installed beside the gateway's, or the absolute path of an ES module. */
  readonly module: string
}

export interface LoadedDetector extends RemoteDetector {
  close(): Promise<void>
}

/** A module that is no detector, or cannot start; the message names it and the reason. */
class DetectorModuleFault extends Error {
  override readonly name: string = 'DetectorModuleFault'

  constructor(module: string, why: string) {
    super(`inspection.local: module ${module}: ${why}`)
  }
}

/** Text windows shorter than this could not overlap. */
const TEXT_MIN = 256

/**
 * Loads a detector that runs in this process beside the gateway's own thread, `createDetector(context)` of a module. It may do all
 * that the gateway may and is trusted like its own code; what it finds is checked like any detector's.
 */
export async function loadDetector({ module, ...context }: DetectorModule): Promise<LoadedDetector> {
  const fault = (why: string): DetectorModuleFault => new DetectorModuleFault(module, why)
  let made: unknown
  try {
    const loaded: unknown = await import(/* @vite-ignore */ isAbsolute(module) ? pathToFileURL(module).href : module)
    const create = isObject(loaded) ? loaded['createDetector'] : undefined
    if (typeof create !== 'function') throw fault('exports no function `createDetector`')
    made = await create(context)
  } catch (error) {
    throw error instanceof DetectorModuleFault ? error : fault(reasonOf(error))
  }
  if (!isDetector(made)) throw fault('`createDetector` gives no detector: `types`, `textMax` and `inspect` are needed')
  const { types } = made
  const missing = context.types.find((type) => !types.includes(type))
  if (missing !== undefined) throw fault(`does not find \`${missing}\``)
  if (made.textMax < TEXT_MIN) throw fault(`takes texts of ${made.textMax} characters, and not of ${TEXT_MIN}`)
  const detector = made
  return {
    name: context.name,
    types: context.types,
    labelsWithin: 'all',
    textMax: detector.textMax,
    inspect: (texts, signal, standings) => detector.inspect(texts, signal, standings),
    close: async () => void (await detector.close?.()),
  }
}

/** Why there is nothing to load by that name; undefined where there is. None of its code is run, so it may yet be no detector. */
export function moduleLack(module: string): string | undefined {
  if (isAbsolute(module)) return fileLack(module)
  let url: string
  try {
    url = import.meta.resolve(module)
  } catch (error) {
    const path = /\.[cm]?js$/.test(module) ? '; the path of a file begins with `./`' : ''
    return `the package \`${module}\` is not found beside the gateway (${codeOf(error)})${path}`
  }
  const isFile = URL.canParse(url) && new URL(url).protocol === 'file:'
  return isFile ? fileLack(fileURLToPath(url)) : undefined
}

function fileLack(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return `\`${path}\` is no file`
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    return `the file \`${path}\` cannot be read (${codeOf(error)})`
  }
}

function codeOf(error: unknown): string {
  return isObject(error) && 'code' in error ? String(error['code']) : 'unknown'
}

function isDetector(value: unknown): value is RemoteDetector & { close?: () => unknown } {
  if (!isObject(value)) return false
  const { close, inspect, textMax, types } = value
  const closes = close === undefined || typeof close === 'function'
  return closes && typeof inspect === 'function' && Number.isSafeInteger(textMax) && Array.isArray(types)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n', 1)[0] || error.name : 'threw what is no error'
}
