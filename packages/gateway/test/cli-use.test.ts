import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, ostiary } from './command.js'

beforeAll(build, 180_000)

describe('wrong use ends with 2', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['start', '--nonsense']],
    [['dev', '--port', '70000']],
    [['token']],
    [['audit', 'verify', '--log', 'x']],
    [['audit', 'verify', '--log', 'x', '--vkey', 'no key']],
    [['audit', 'verify', '--vkey', 'x']],
    [['audit', 'verify', '--vkey', 'x', '--log', 'x', '--proof', 'x']],
    [['audit', 'prove', '--log', 'x', '--vkey', 'x', 'no-index']],
    [['signing-keys']],
    [['signing-keys', 'rotate', '--comprimised']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await ostiary(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).not.toContain('    at ')
    expect(stderr).not.toBe('')
  })

  test('but asking for help is no wrong use', async () => {
    const { code, stdout } = await ostiary(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('audit')
  })
})

test('version, as a command and as an option', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  for (const args of [['--version'], ['version']]) {
    expect(await ostiary(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  }
  expect((await ostiary(['version', '--json'])).lines()).toEqual([{ version }])
})
