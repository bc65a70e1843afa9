import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('nothing that index.ts reaches imports anything but its neighbours, nor uses what only Node has', () => {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const reached = new Set(['index.ts'])
  for (const name of reached) {
    const source = readFileSync(join(here, name), 'utf8')
    expect([name, /\b(?:Buffer|process|require)\b/.test(source)]).toEqual([name, false])
    for (const [, from = ''] of source.matchAll(/\bfrom '([^']+)'/g)) {
      expect([name, from]).toEqual([name, expect.stringMatching(/^\.\/[a-z0-9-]+\.js$/)])
      reached.add(from.slice(2).replace(/js$/, 'ts'))
    }
  }
  expect(reached.size).toBeGreaterThan(12)
  expect(reached.has('node.ts')).toBe(false)
})
