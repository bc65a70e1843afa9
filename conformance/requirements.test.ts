import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { REQUIREMENTS } from './requirements.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const AREAS = [...new Set(Object.keys(REQUIREMENTS).map((id) => id.slice(0, id.indexOf('.'))))]
const CITED = new RegExp(`\\[((?:${AREAS.join('|')})\\.[a-z0-9-]+)\\]`, 'g')

/** Each test file of the packages, by its path. */
const FILES: readonly string[] = readdirSync(join(ROOT, 'packages'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.test\.ts$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
  .map((path) => join(ROOT, 'packages', path))

const citations = new Map<string, string[]>()
for (const file of FILES) {
  for (const [, id = ''] of readFileSync(file, 'utf8').matchAll(CITED)) {
    citations.set(id, [...(citations.get(id) ?? []), relative(ROOT, file)])
  }
}

describe('requirements', () => {
  it('have ids of one form, a source, and a sentence', () => {
    for (const [id, { source, says }] of Object.entries(REQUIREMENTS)) {
      expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*\.[a-z0-9-]+$/)
      expect(source, id).not.toBe('')
      expect(says, id).toMatch(/\s/)
      expect(says, id).not.toMatch(/\.$/)
    }
  })

  it.each(Object.keys(REQUIREMENTS))('%s is shown by a test', (id) => {
    expect(citations.get(id) ?? []).not.toEqual([])
  })

  it('are all that tests cite', () => {
    const unknown = [...citations].filter(([id]) => !(id in REQUIREMENTS))
    expect(unknown).toEqual([])
  })
})
