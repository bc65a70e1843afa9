import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TokenizerFile } from './tokenizer.js'

/** Models that are not what this version runs. The message names the file, and may be shown. */
export class ModelsError extends Error {
  override readonly name: string = 'ModelsError'
}

/** Scores from which on something counts, fixed when the models were built, on texts that no figure is read off. */
export interface Thresholds {
  readonly person: number
  readonly address: number
  /** Of what stands in retrieved data. */
  readonly planted: number
  /** Of a user's words. */
  readonly injection: Grades
  /** Of a user's words under a system message. */
  readonly against: Grades
}

/** The lowest score of each grade. */
export interface Grades {
  readonly low: number
  readonly medium: number
  readonly high: number
}

/** What a folder of models holds, all of it checked. */
export interface Models {
  readonly model: Uint8Array
  readonly tokenizer: TokenizerFile
  readonly thresholds: Thresholds
}

export const MODELS_KIND = 'ostiary-detector-e5'
export const MODELS_VERSION = 2

/**
 * Reads the models that `npm run models:build` wrote.
 *
 * @throws ModelsError where a file is missing, damaged, or of another version
 */
export function readModels(folder: string): Models {
  const path = join(folder, 'manifest.json')
  const manifest = parsed(path, bytesOf(path))
  if (!isRecord(manifest) || manifest['kind'] !== MODELS_KIND)
    throw new ModelsError(`${path}: no manifest of e5 models`)
  if (manifest['version'] !== MODELS_VERSION) {
    throw new ModelsError(
      `${path}: models of another version: this one runs version ${MODELS_VERSION}; build them anew`,
    )
  }
  const { files, thresholds } = manifest
  if (!isRecord(files) || !isThresholds(thresholds)) throw new ModelsError(`${path}: damaged manifest`)
  const model = checked(folder, 'model.onnx', files)
  const tokenizer = parsed(join(folder, 'tokenizer.json'), checked(folder, 'tokenizer.json', files))
  if (!isTokenizer(tokenizer)) throw new ModelsError(`${join(folder, 'tokenizer.json')}: no tokenizer`)
  return { model, tokenizer, thresholds }
}

function checked(folder: string, name: string, files: Readonly<Record<string, unknown>>): Buffer {
  const path = join(folder, name)
  const bytes = bytesOf(path)
  if (createHash('sha256').update(bytes).digest('hex') !== files[name]) {
    throw new ModelsError(`${path}: damaged, or not the file that the manifest was written for`)
  }
  return bytes
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    throw new ModelsError(`${path}: cannot be read; \`npm run models:build\` makes the models`)
  }
}

function parsed(path: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new ModelsError(`${path}: no JSON`)
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isScore(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1
}

function isThresholds(value: unknown): value is Thresholds {
  if (!isRecord(value)) return false
  const { address, against, injection, person, planted } = value
  return isScore(person) && isScore(address) && isScore(planted) && isGrades(injection) && isGrades(against)
}

function isGrades(value: unknown): value is Grades {
  if (!isRecord(value)) return false
  const { high, low, medium } = value
  return isScore(low) && isScore(medium) && isScore(high) && low <= medium && medium <= high
}

function isTokenizer(value: unknown): value is TokenizerFile {
  if (!isRecord(value)) return false
  const { characters, pieces, scores, unknown } = value
  return (
    typeof characters === 'string' &&
    Array.isArray(pieces) &&
    pieces.every((one) => typeof one === 'string') &&
    Array.isArray(scores) &&
    scores.length === pieces.length &&
    scores.every((one) => typeof one === 'number') &&
    typeof unknown === 'number'
  )
}
