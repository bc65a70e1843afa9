import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../packages/gateway/src/', import.meta.url))
const SOURCES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !/[.]test(-d)?[.]ts$/.test(path),
)

/** Files of the gateway that have this in them. */
function having(pattern: RegExp): readonly string[] {
  return SOURCES.filter((path) => pattern.test(readFileSync(SRC + path, 'utf8')))
}

it('who knows the types of the stages casts nothing through `unknown`: that would claim that a stage was passed', () => {
  const knowing = having(/\bfrom '[./]+exchange\.js'/)
  expect(knowing).toContain('pipeline/pipeline.ts')
  const casting = having(/\bas (unknown|never)\s+as\b|\bas never\b/)
  expect(casting).toContain('exchange.ts')
  expect(casting.filter((path) => knowing.includes(path))).toEqual([])
})

it('nothing is copied by `Object.assign`: the compiler would take the copy of a recorded exchange for one', () => {
  expect(having(/\bObject\.assign\(/)).toEqual([])
})

it('the compiler is never told to look away', () => {
  expect(having(/@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/)).toEqual([])
})
