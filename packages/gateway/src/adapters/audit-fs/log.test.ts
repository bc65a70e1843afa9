import { generateKeyPairSync } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  parseTilePath,
  parseVkey,
  prove,
  type VerifierKey,
  type VerifyOptions,
  verifyLog,
  verifyReceipt,
} from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuditUnavailable } from '../../spec/seams.js'
import { readEntries } from './entries.js'
import { type FsLog, type FsLogOptions, openFsLog } from './log.js'
import { folderReader, urlReader } from './reader.js'

const { privateKey: key } = generateKeyPairSync('ed25519')
const ORIGIN = 'gate.example/audit'
const entryOf = (index: number): string => `{"id":${index}}`

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'audit-fs-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

let folders = 0
const folder = () => join(root, String(folders++))
// The interval is long: a test says itself when a checkpoint comes.
const open = (dir: string, more: Partial<FsLogOptions> = {}): Promise<FsLog> =>
  openFsLog({ dir, origin: ORIGIN, key, checkpointIntervalMs: 600_000, ...more })

async function fill(log: FsLog, count: number): Promise<void> {
  const from = log.size
  await Promise.all(Array.from({ length: count }, (_, i) => log.append(entryOf(from + i)).durable))
}

async function filled(dir: string, ...counts: readonly number[]): Promise<FsLog> {
  const log = await open(dir)
  for (const count of counts) {
    await fill(log, count)
    await log.publish()
  }
  return log
}

function keyOf(log: FsLog): VerifierKey {
  const vkey = parseVkey(log.vkey)
  if (vkey === undefined) throw new Error('the log has no verifier key')
  return vkey
}

const verify = (dir: string, log: FsLog, options: VerifyOptions = {}) =>
  verifyLog(folderReader(dir), keyOf(log), { suite: nodeSuite, ...options })

async function texts(dir: string, from = 0): Promise<string[]> {
  const read: string[] = []
  for await (const { index, entry } of readEntries(dir, from)) {
    expect(index).toBe(from + read.length)
    read.push(entry.toString())
  }
  return read
}

const expected = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => entryOf(from + i))

describe('appending', () => {
  test('gives indexes in order at once, and one promise to all that arrive in one turn [log.group-commit]', async () => {
    const log = await open(folder())
    const [first, ...rest] = [0, 1, 2, 3].map((index) => log.append(entryOf(index)))
    if (first === undefined) throw new Error('nothing was appended')
    expect([first, ...rest].map((appended) => appended.index)).toEqual([0, 1, 2, 3])
    expect(rest[2]?.durable).toBe(first.durable)
    await Promise.all([first, ...rest].map((appended) => appended.durable))
    expect(log.size).toBe(4)
    await log.close()
  })

  test('an entry of 60 KiB is taken, a longer one is the caller’s fault and harms nothing [log.entry-cap]', async () => {
    const dir = folder()
    const log = await open(dir)
    expect(() => log.append('A'.repeat(60 * 1024 + 1))).toThrow(RangeError)
    await Promise.all(Array.from({ length: 40 }, () => log.append('A'.repeat(60 * 1024)).durable))
    await log.append('').durable
    await log.close()
    expect(await verify(dir, log)).toMatchObject({ kind: 'ok', size: 41 })
    expect((await texts(dir)).map((text) => text.length)).toEqual([...Array.from({ length: 40 }, () => 61_440), 0])
  })

  test('an entry that nobody waits for rides with the next one, or goes by itself soon', async () => {
    const dir = folder()
    const log = await open(dir)
    const riding = log.append('outcome', false)
    const next = log.append('intent')
    expect(riding.durable).toBe(next.durable)
    await next.durable
    await log.append('alone', false).durable
    expect(await texts(dir)).toEqual(['outcome', 'intent', 'alone'])
    await log.close()
  })

  test('with an interval a flush waits for it, and a stop does not', async () => {
    const log = await open(folder(), { flushIntervalMs: 20 })
    const appended = [log.append(entryOf(0)), log.append(entryOf(1))]
    expect(appended[0]?.durable).toBe(appended[1]?.durable)
    const from = performance.now()
    await appended[0]?.durable
    expect(performance.now() - from).toBeGreaterThan(10)
    await log.close()
    const slow = await open(folder(), { flushIntervalMs: 600_000 })
    const { durable } = slow.append(entryOf(0))
    await slow.close()
    await durable
  })

  test('a closed log takes nothing', async () => {
    const log = await open(folder())
    const closing = log.close()
    expect(() => log.append(entryOf(0))).toThrow(AuditUnavailable)
    await closing
    expect(() => log.append(entryOf(0))).toThrow(AuditUnavailable)
    await log.close()
  })
})

describe('checkpoints', () => {
  test('a new log is published empty', async () => {
    const dir = folder()
    const log = await open(dir)
    expect(await verify(dir, log)).toMatchObject({ kind: 'ok', size: 0 })
    await log.close()
    expect(await verify(dir, log)).toMatchObject({ kind: 'ok', size: 0 })
  })

  test('come within the interval', async () => {
    const dir = folder()
    const log = await open(dir, { checkpointIntervalMs: 10 })
    await fill(log, 3)
    await expect.poll(() => verify(dir, log)).toMatchObject({ kind: 'ok', size: 3 })
    await fill(log, 2)
    await expect.poll(() => verify(dir, log)).toMatchObject({ kind: 'ok', size: 5 })
    await log.close()
  })

  test.each([1, 2, 255, 256, 257, 511, 512, 513])(
    'a log of %i entries verifies, goes on and verifies',
    async (size) => {
      const dir = folder()
      let log = await filled(dir, size)
      expect(await verify(dir, log)).toMatchObject({ kind: 'ok', size })
      const before = Buffer.from(log.checkpoint)
      await log.close()
      log = await filled(dir, 1, 300)
      await log.close()
      expect(await verify(dir, log, { against: before, olderPartials: true })).toMatchObject({
        kind: 'ok',
        size: size + 301,
      })
      expect(await texts(dir)).toEqual(expected(0, size + 301))
    },
  )

  test('every published size keeps its partial tiles until the full one is there [log.partial-tiles]', async () => {
    const dir = folder()
    const log = await filled(dir, 10, 10)
    expect(await readdir(join(dir, 'tile/0/000.p'))).toEqual(['10', '20'])
    await fill(log, 300)
    await log.publish()
    expect(await readdir(join(dir, 'tile/0'))).toEqual(['000', '001.p'])
    expect(await readdir(join(dir, 'tile/entries'))).toEqual(['000', '001.p'])
    await log.close()
    expect(await readdir(join(dir, '.wal'))).toEqual([])
    expect((await readdir(dir)).sort()).toEqual(['.lock', '.wal', 'checkpoint', 'tile'])
  })

  test('the write-ahead log moves to another segment, and covered segments go', async () => {
    const dir = folder()
    const log = await open(dir)
    const large = 'A'.repeat(50 * 1024)
    for (let turn = 0; turn < 4; turn++) {
      await Promise.all(Array.from({ length: 90 }, () => log.append(large).durable))
      await log.publish()
    }
    const names = await readdir(join(dir, '.wal'))
    expect(names).not.toContain('0000000001.wal')
    expect(names.length).toBeLessThanOrEqual(2)
    await log.append(large).durable
    expect((await texts(dir, 359)).length).toBe(2)
    await log.close()
    expect(await verify(dir, log)).toMatchObject({ kind: 'ok', size: 361 })
  })
})

describe('reading', () => {
  test('gives what the checkpoint covers and what waits behind it, from any index', async () => {
    const dir = folder()
    const log = await filled(dir, 300)
    await fill(log, 20)
    for (const from of [0, 1, 255, 256, 299, 300, 310, 320]) expect(await texts(dir, from)).toEqual(expected(from, 320))
    expect(await verify(dir, log)).toMatchObject({ kind: 'ok', size: 300 })
    await log.close()
    expect(await texts(dir, 290)).toEqual(expected(290, 320))
  })

  test('receipts are made from the folder', async () => {
    const dir = folder()
    const log = await filled(dir, 300)
    const proven = await prove(folderReader(dir), 299, keyOf(log), { suite: nodeSuite })
    expect(proven.kind).toBe('ok')
    if (proven.kind !== 'ok') return
    expect(await verifyReceipt(proven.receipt, Buffer.from(entryOf(299)), keyOf(log))).toMatchObject({
      kind: 'ok',
      index: 299,
    })
    await log.close()
  })

  test('a log is verified over HTTP, with a bearer token, and no redirect takes the token away', async () => {
    const dir = folder()
    const log = await filled(dir, 300)
    const server = createServer(async (request, response) => {
      const path = (request.url ?? '').replace(/^\/log\//, '')
      if (request.headers.authorization !== 'Bearer auditor') response.writeHead(401).end('no')
      else if (path === 'tile/0/999') response.writeHead(302, { location: '/log/checkpoint' }).end()
      else {
        const data = await folderReader(dir)(path)
        response.writeHead(data === undefined ? 404 : 200).end(data)
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const prefix = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/log`)
    try {
      const reader = urlReader(prefix, { bearer: 'auditor' })
      expect(await verifyLog(reader, keyOf(log), { suite: nodeSuite })).toMatchObject({ kind: 'ok', size: 300 })
      expect(await reader('tile/0/998')).toBeUndefined()
      await expect(reader('tile/0/999')).rejects.toThrow()
      await expect(urlReader(prefix)('checkpoint')).rejects.toThrow('401')
    } finally {
      server.close()
      await log.close()
    }
  })
})

test('one byte flipped in any file is found, and the first entry that does not hold is named [log.verify-every-file] [log.verify-names-entry]', async () => {
  const dir = folder()
  const log = await filled(dir, 100, 200, 290)
  await log.close()
  const files = (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(dir.length + 1))
    .filter((path) => !path.startsWith('.'))
  expect(files.length).toBeGreaterThanOrEqual(9)
  const copy = folder()
  await cp(dir, copy, { recursive: true })
  for (const path of files) {
    const data = await readFile(join(copy, path))
    const bent = Buffer.from(data)
    const at = Math.floor(data.length / 2)
    bent[at] = (bent[at] ?? 0) ^ 1
    await writeFile(join(copy, path), bent)
    const verified = await verify(copy, log, { olderPartials: true })
    expect([path, verified.kind]).toEqual([path, 'broken'])
    const tile = parseTilePath(path)
    if (tile !== undefined && verified.kind === 'broken') {
      const span = tile.level === 1 ? 256 : 1
      expect(verified.at).toBeGreaterThanOrEqual(tile.index * 256 * span)
      expect(verified.at).toBeLessThan((tile.index * 256 + tile.width) * span)
    }
    await writeFile(join(copy, path), data)
  }
  expect(await verify(copy, log, { olderPartials: true })).toMatchObject({ kind: 'ok', size: 590 })
})
