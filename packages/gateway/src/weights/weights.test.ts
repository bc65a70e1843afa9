import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readWeights, weightsFile } from './weights.js'

const folder = mkdtempSync(join(tmpdir(), 'weights-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KIND = { name: 'sample', version: 2 }
const WEIGHTS = {
  about: { threshold: 0.5 },
  arrays: new Map([
    ['a', Int8Array.from([1, -2, 3])],
    ['b', Int8Array.from([-128, 127])],
  ]),
}

function written(bytes: Buffer): string {
  const path = join(folder, 'w.bin')
  writeFileSync(path, bytes)
  return path
}

describe('a weights file', () => {
  it('gives back what was written', () => {
    expect(readWeights(written(weightsFile(KIND, WEIGHTS)), KIND)).toEqual(WEIGHTS)
  })

  it('is refused by name where a single byte is another, wherever it stands [weights.damaged]', () => {
    const bytes = weightsFile(KIND, WEIGHTS)
    const body = bytes.indexOf(0x0a) + 1
    for (let at = body; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      expect(() => readWeights(written(damaged), KIND)).toThrow(`${join(folder, 'w.bin')}: damaged weights`)
    }
    for (const cut of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0])])]) {
      expect(() => readWeights(written(cut), KIND)).toThrow('damaged weights')
    }
    for (const none of [Buffer.alloc(0), Buffer.from('{}\n'), Buffer.from('not JSON\n'), bytes.subarray(0, 20)]) {
      expect(() => readWeights(written(none), KIND)).toThrow('no weights file')
    }
  })

  it('is refused where it is of another kind or version, or is not there [weights.damaged]', () => {
    const path = written(weightsFile(KIND, WEIGHTS))
    expect(() => readWeights(path, { ...KIND, version: 3 })).toThrow(
      `${path}: weights of another version: this one reads sample 3`,
    )
    expect(() => readWeights(path, { ...KIND, name: 'other' })).toThrow('this one reads other 2')
    expect(() => readWeights(join(folder, 'none.bin'), KIND)).toThrow('cannot be read')
  })
})
