import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { formatVkey, parseVkey, verifyLog } from '@ostiary/tlog'
import { nodeSigner, nodeSuite } from '@ostiary/tlog/node'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEntries } from './entries.js'
import { openFsLog } from './log.js'
import { folderReader } from './reader.js'

const { privateKey: key } = generateKeyPairSync('ed25519')
const ORIGIN = 'gate.example/audit'
const ROUNDS = 8

/** Appends for ever, a few entries a turn, and says each index once its entry is durable. */
const CHILD = `
import { writeSync } from 'node:fs'
import { openFsLog } from './adapters/audit-fs/log.js'
let pem = ''
for await (const part of process.stdin) pem += part
const log = await openFsLog({ dir: process.argv[2], origin: '${ORIGIN}', key: pem, checkpointIntervalMs: 4 })
for (let turn = 0; ; turn++) {
  const waiting = Array.from({ length: turn % 40 }, (_, i) => {
    const appended = log.append('turn ' + turn + ' ' + i + ' ' + 'x'.repeat((turn * 31 + i * 7) % 3000))
    return appended.durable.then(() => appended.index)
  })
  const said = await Promise.all(waiting)
  if (said.length > 0) writeSync(1, said.join('\\n') + '\\n')
  await new Promise((resolve) => setTimeout(resolve, turn % 3))
}
`

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'audit-kill-'))
  // The child runs these sources, not a build: a test must never pass on yesterday's.
  const here = fileURLToPath(new URL('.', import.meta.url))
  const tlog = fileURLToPath(new URL('../../../../tlog/src', import.meta.url))
  await transpile(here, join(root, 'adapters/audit-fs'))
  await transpile(join(here, '../../spec'), join(root, 'spec'))
  await transpile(tlog, join(root, 'node_modules/@ostiary/tlog'))
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  const exports = { '.': './index.js', './node': './node.js' }
  await writeFile(join(root, 'node_modules/@ostiary/tlog/package.json'), JSON.stringify({ type: 'module', exports }))
  await writeFile(join(root, 'child.js'), CHILD)
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function transpile(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
  for (const name of await readdir(from)) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
    const source = await readFile(join(from, name), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions })
    await writeFile(join(to, `${basename(name, '.ts')}.js`), outputText)
  }
}

function start(dir: string): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'child.js'), dir], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin?.end(key.export({ format: 'pem', type: 'pkcs8' }))
  return child
}

test(`killed ${ROUNDS} times while it appends, a log keeps every acknowledged entry and verifies each time [log.crash]`, async () => {
  const dir = join(root, 'log')
  const vkey = parseVkey(formatVkey(nodeSigner(ORIGIN, key).vkey))
  if (vkey === undefined) throw new Error('no key')
  let highest = -1
  let against: Uint8Array | undefined
  const sizes: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const child = start(dir)
    const lines = createInterface({ input: child.stdout ?? process.stdin })
    const said: number[] = []
    lines.on('line', (line) => {
      said.push(Number(line))
      // Somewhere within a turn, at another place each round.
      if (said.length === 1) setTimeout(() => child.kill('SIGKILL'), 15 + round * 17)
    })
    await once(child, 'exit')
    await new Promise((resolve) => setTimeout(resolve, 10))

    expect(said.length).toBeGreaterThan(0)
    expect(said[0]).toBeGreaterThan(highest)
    highest = Math.max(highest, ...said)
    let next = 0
    for await (const { index, entry } of readEntries(dir)) {
      expect(index).toBe(next++)
      expect(entry.toString()).toMatch(/^turn [0-9]+ [0-9]+ x*$/)
    }
    expect(next).toBeGreaterThan(highest)
    const verified = await verifyLog(folderReader(dir), vkey, {
      suite: nodeSuite,
      olderPartials: true,
      ...(against === undefined ? {} : { against }),
    })
    expect(verified.kind === 'broken' ? verified.what : verified.kind).toBe('ok')
    against = await readFile(join(dir, 'checkpoint'))
    sizes.push(next)
  }
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  const log = await openFsLog({ dir, origin: ORIGIN, key })
  expect(log.size).toBe(sizes.at(-1))
  await log.close()
})
