import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readOpenFrom } from './open-from.js'

const top = mkdtempSync(join(tmpdir(), 'ostiary-open-from-'))
afterAll(() => rmSync(top, { recursive: true }))

function folder(name: string): string {
  mkdirSync(join(top, name))
  return join(top, name)
}

describe('where start-up looks for open intents', () => {
  it('is kept with the log, so that no other log’s place counts [replicas.log]', () => {
    const [long, short] = [folder('long'), folder('short')]
    const first = readOpenFrom(long, 1000)
    expect(first.at).toBe(0)
    first.remember(900)
    expect(first.at).toBe(900)
    expect(readOpenFrom(long, 1000).at).toBe(900)
    expect(readOpenFrom(short, 1000).at).toBe(0)
  })

  it('is never behind the end of the log', () => {
    const dir = folder('cut')
    readOpenFrom(dir, 1000).remember(900)
    expect(readOpenFrom(dir, 12).at).toBe(12)
  })

  it.each(['', '-1', '1e9', 'nothing', '9'.repeat(40), '1\n2'])('is the beginning where the file says %j', (text) => {
    const dir = folder(`spoilt-${Buffer.from(text).toString('hex')}`)
    writeFileSync(join(dir, '.open-from'), text)
    expect(readOpenFrom(dir, 1000).at).toBe(0)
  })

  it('is not written again where it is the same', () => {
    const dir = folder('same')
    const place = readOpenFrom(dir, 10)
    place.remember(5)
    writeFileSync(join(dir, '.open-from'), '7\n')
    place.remember(5)
    expect(readFileSync(join(dir, '.open-from'), 'utf8')).toBe('7\n')
  })
})
