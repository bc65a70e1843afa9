import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { MODELS_KIND, MODELS_VERSION, readModels } from './models.js'

const folder = mkdtempSync(join(tmpdir(), 'e5-models-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MODEL = Buffer.from('not really a model')
const TOKENIZER = Buffer.from(JSON.stringify({ pieces: ['a'], scores: [0], unknown: 0, characters: '' }))
const GRADES = { low: 0.2, medium: 0.5, high: 0.8 }
const THRESHOLDS = { person: 0.5, address: 0.6, planted: 0.7, injection: GRADES, against: GRADES }
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function write(more: Readonly<Record<string, unknown>> = {}): void {
  const files = { 'model.onnx': digest(MODEL), 'tokenizer.json': digest(TOKENIZER) }
  writeFileSync(join(folder, 'model.onnx'), MODEL)
  writeFileSync(join(folder, 'tokenizer.json'), TOKENIZER)
  const manifest = { kind: MODELS_KIND, version: MODELS_VERSION, files, thresholds: THRESHOLDS, ...more }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

describe('models', () => {
  beforeEach(() => write())

  it('are read where all is as the manifest says', () => {
    const { model, thresholds } = readModels(folder)
    expect(Buffer.from(model).equals(MODEL)).toBe(true)
    expect(thresholds).toEqual(THRESHOLDS)
  })

  it.each(['model.onnx', 'tokenizer.json'])(
    'with a damaged %s are refused by its name [transformer.damaged]',
    (name) => {
      writeFileSync(join(folder, name), 'other')
      expect(() => readModels(folder)).toThrow(`${join(folder, name)}: damaged`)
      rmSync(join(folder, name))
      expect(() => readModels(folder)).toThrow(`${join(folder, name)}: cannot be read`)
    },
  )

  it.each([
    ['another kind', { kind: 'other' }, 'no manifest of e5 models'],
    ['another version', { version: MODELS_VERSION + 1 }, 'models of another version'],
    ['no thresholds under a system message', { thresholds: { ...THRESHOLDS, against: undefined } }, 'damaged manifest'],
    ['no thresholds', { thresholds: undefined }, 'damaged manifest'],
    [
      'thresholds out of order',
      { thresholds: { ...THRESHOLDS, injection: { low: 0.9, medium: 0.5, high: 0.8 } } },
      'damaged manifest',
    ],
    ['no files', { files: 1 }, 'damaged manifest'],
  ])('with %s are refused [transformer.damaged]', (_, more, why) => {
    write(more)
    expect(() => readModels(folder)).toThrow(`${join(folder, 'manifest.json')}: ${why}`)
  })

  it('that are not there are refused, and it is said how they are made [transformer.damaged]', () => {
    expect(() => readModels(join(folder, 'none'))).toThrow('npm run models:build')
  })
})
