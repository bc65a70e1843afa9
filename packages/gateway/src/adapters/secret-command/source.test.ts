import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { secretSourceSuite } from '@ostiary/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { type CommandSecretParts, createCommandSecret } from './source.js'

const folder = mkdtempSync(join(tmpdir(), 'ostiary-command-'))
afterAll(() => rmSync(folder, { recursive: true }))
const HELD = ['only', 'the', 'command', 'knows'].join('-')

function run(script: string, parts: Partial<CommandSecretParts> = {}): Promise<string> | string {
  const argv = ['/bin/sh', '-c', script]
  const env = { PATH: process.env['PATH'] }
  const ended = new AbortController().signal
  return createCommandSecret({ argv, cwd: folder, env, freshMs: 60_000, timeoutMs: 10_000, ended, ...parts }).read()
}

secretSourceSuite('command', () => {
  const path = join(folder, 'suite')
  const ended = new AbortController().signal
  return {
    source: createCommandSecret({
      argv: ['/bin/cat', path],
      cwd: folder,
      env: {},
      freshMs: 1000,
      timeoutMs: 5000,
      ended,
    }),
    put: (text) => (text === undefined ? rmSync(path, { force: true }) : writeFileSync(path, text)),
    remove: () => rmSync(path, { force: true }),
  }
})

describe('a command', () => {
  it('gets its arguments as they are: there is no shell', async () => {
    const said = await run('', { argv: ['/bin/echo', `$HOME;'"`, '`id`', '$(id)'] })
    expect(said).toBe(`$HOME;'" \`id\` $(id)`)
  })

  it('sees of the environment what it is given, and runs in the folder it is given', async () => {
    const said = await run('pwd; env', { env: { PATH: '/usr/bin:/bin', GIVEN: 'yes', ABSENT: undefined } })
    const lines = String(said).split('\n')
    expect(lines).toContain('GIVEN=yes')
    expect(said).toContain(folder.split('/').at(-1))
    const names = lines.slice(1).map((line) => line.split('=')[0] ?? '')
    // The last three are the shell's own.
    expect(names.filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD'].includes(name)).sort()).toEqual(['GIVEN', 'PATH'])
  })

  it.each([
    ['fails, whatever it printed', `echo ${HELD}; echo ${HELD} >&2; exit 3`, 'the command `sh` ended with 3'],
    ['is killed', `echo ${HELD}; kill -9 $$`, 'the command `sh` ended with SIGKILL'],
    ['prints nothing', 'exit 0', 'the command `sh` printed nothing'],
    ['prints without end', `yes ${HELD}`, 'the command `sh` printed more than 16KiB'],
  ])('that %s gave nothing, and nothing of it is told', async (_, script, said) => {
    const error = await Promise.resolve(run(script)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'SecretUnreadable', message: said })
  })

  it('that prints to its standard error too gave what it printed', async () => {
    expect(await run(`echo noise >&2; echo ${HELD}`)).toBe(HELD)
  })

  it('that is not there is named without its arguments', async () => {
    const argv = ['/no/such/program', HELD]
    await expect(run('', { argv })).rejects.toThrow('the command `program` cannot be run (ENOENT)')
    await expect(run('', { argv })).rejects.not.toThrow(HELD)
  })

  it.each([
    ['its time is over', (): Partial<CommandSecretParts> => ({ timeoutMs: 300 }), 'gave nothing within 300 ms'],
    ['the gateway ends', (): Partial<CommandSecretParts> => ({ ended: AbortSignal.timeout(300) }), 'was ended'],
  ])('is ended with all that it began when %s', async (_, parts, said) => {
    const mark = join(folder, `mark-${said.length}`)
    const script = `(while true; do echo . >> ${mark}; sleep 0.05; done) & echo ${HELD}; wait`
    await expect(run(script, parts())).rejects.toThrow(said)
    await sleep(100)
    expect(existsSync(mark)).toBe(true)
    const before = readFileSync(mark).length
    await sleep(300)
    expect(readFileSync(mark).length).toBe(before)
  })
})
