import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseVkey, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readEntries } from './entries.js'
import { type FsLog, openFsLog } from './log.js'
import { folderReader } from './reader.js'
import { recoverFsLog } from './recover.js'

const { privateKey: key } = generateKeyPairSync('ed25519')
const { privateKey: otherKey } = generateKeyPairSync('ed25519')
const ORIGIN = 'gate.example/audit'

let root: string
/** A closed log of 300 entries, published at 100 and at 300. */
let closed: string
/** The same, killed with 20 more entries in two flushes of its write-ahead log. */
let killed: string
let dir: string
let folders = 0

interface Opened {
  readonly origin?: string
  readonly key?: KeyObject
}

const open = (at: string, more: Opened = {}): Promise<FsLog> =>
  openFsLog({ dir: at, origin: ORIGIN, key, checkpointIntervalMs: 600_000, ...more })

async function fill(log: FsLog, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => log.append(`${log.size + i}`).durable))
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'audit-refusals-'))
  const first = join(root, 'first')
  const log = await open(first)
  await fill(log, 100)
  await log.publish()
  await fill(log, 200)
  await log.publish()
  await fill(log, 10)
  await fill(log, 10)
  killed = join(root, 'killed')
  await cp(first, killed, { recursive: true })
  await rm(join(killed, '.pid'))
  await log.close()
  closed = join(root, 'closed')
  await cp(killed, closed, { recursive: true })
  await (await open(closed)).close()
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function copyOf(from: string): Promise<string> {
  const to = join(root, String(++folders))
  await cp(from, to, { recursive: true })
  return to
}

async function wal(): Promise<string> {
  const names = await readdir(join(dir, '.wal'))
  return join(dir, '.wal', names.at(-1) ?? '')
}

async function flip(path: string, at: number): Promise<void> {
  const data = await readFile(path)
  data[at] = (data[at] ?? 0) ^ 1
  await writeFile(path, data)
}

async function verified(by: KeyObject = key): Promise<number> {
  const log = await open(dir, { key: by })
  await log.close()
  const vkey = parseVkey(log.vkey)
  if (vkey === undefined) throw new Error('no key')
  const result = await verifyLog(folderReader(dir), vkey, { suite: nodeSuite, olderPartials: true })
  if (result.kind === 'broken') throw new Error(result.what)
  return result.size
}

async function count(): Promise<number> {
  let entries = 0
  for await (const { index } of readEntries(dir)) expect(index).toBe(entries++)
  return entries
}

const recover = (more: Opened = {}) => recoverFsLog({ dir, origin: ORIGIN, key, ...more })
const refusedAs = (code: string) => expect.objectContaining({ name: 'FsLogRefused', code }) as Error

describe('one log, one process [log.one-writer]', () => {
  beforeEach(async () => {
    dir = await copyOf(closed)
  })

  test('a second opener is refused while the first has it, and welcome afterwards', async () => {
    const log = await open(dir)
    await expect(open(dir)).rejects.toThrow(refusedAs('locked'))
    await expect(recover()).rejects.toThrow(refusedAs('locked'))
    await log.close()
    expect(await verified()).toBe(320)
  })

  test('what a killed process left is taken away, its number given out again or not', async () => {
    const stat = await readFile(`/proc/${process.pid}/stat`, 'utf8').catch(() => undefined)
    for (const left of stat === undefined ? ['999999999 - -\n'] : [`${process.pid} 1 -\n`, '999999999 1 -\n']) {
      await writeFile(join(dir, '.pid'), left)
      expect(await verified()).toBe(320)
      expect(await readdir(dir)).not.toContain('.pid')
    }
  })

  test('a holder that cannot be read may be alive', async () => {
    await writeFile(join(dir, '.pid'), '')
    await expect(open(dir)).rejects.toThrow(refusedAs('locked'))
  })
})

describe('after a kill', () => {
  beforeEach(async () => {
    dir = await copyOf(killed)
  })

  test('the entries that no checkpoint covers keep their indexes', async () => {
    expect(await count()).toBe(320)
    const log = await open(dir)
    expect([log.committedSize, log.size]).toEqual([300, 320])
    expect(log.append('next').index).toBe(320)
    await log.close()
    expect(await verified()).toBe(321)
    expect(await count()).toBe(321)
  })

  test('a tail torn at any place is cut off, and nothing before it [log.torn-tail]', async () => {
    const { length } = await readFile(await wal())
    // The last flush was entries 310 to 319.
    for (const cut of [1, 10, 50, 60]) {
      await truncate(await wal(), length - cut)
      const log = await open(dir)
      expect(log.size).toBe(310)
      await log.close()
      expect(await verified()).toBe(log.size)
      dir = await copyOf(killed)
    }
    await writeFile(await wal(), Buffer.concat([await readFile(await wal()), Buffer.alloc(500)]))
    expect(await verified()).toBe(320)
  })

  test('tiles that the lock covers and a crash left unwritten are written again', async () => {
    const log = await open(dir)
    await log.publish()
    const after = await copyOf(dir)
    await log.close()
    // As if the crash had come right behind the swap.
    dir = await copyOf(killed)
    await cp(join(after, '.lock'), join(dir, '.lock'))
    expect(await verified()).toBe(320)
  })

  test('damage before the end is refused; recovery keeps what came before it, and the rest aside', async () => {
    const path = await wal()
    // The frame of entries 300 on: everything before is under the checkpoint.
    const frames = [...(await readFile(path)).toString('latin1').matchAll(/\u00ffOW1/g)].map((match) => match.index)
    await flip(path, (frames.at(-2) ?? 0) + 25)
    await expect(open(dir)).rejects.toThrow(refusedAs('wal_corrupt'))
    const recovery = await recover()
    expect(recovery.size).toBeGreaterThanOrEqual(300)
    expect(recovery.size).toBeLessThan(320)
    expect(recovery.aside.some((name) => name.startsWith('.wal/'))).toBe(true)
    expect(await readdir(join(dir, recovery.asideFolder ?? ''))).toContain('.wal')
    expect(await verified()).toBe(recovery.size)
  })

  test('a segment that is gone is a gap', async () => {
    const path = await wal()
    const data = await readFile(path)
    const frames = [...data.toString('latin1').matchAll(/\u00ffOW1/g)].map((match) => match.index)
    await writeFile(path, data.subarray(frames.at(-1)))
    await expect(open(dir)).rejects.toThrow(refusedAs('wal_gap'))
    expect(await recover()).toMatchObject({ size: 300, committedSize: 300, keyChanged: false })
    expect(await verified()).toBe(300)
  })
})

describe('a start is refused [log.refuses-start]', () => {
  beforeEach(async () => {
    dir = await copyOf(closed)
  })

  test('with another key; recovery takes the new key over and says so', async () => {
    await expect(open(dir, { key: otherKey })).rejects.toThrow(refusedAs('key_differs'))
    expect(await verified()).toBe(320)
    expect(await recover({ key: otherKey })).toMatchObject({
      size: 320,
      committedSize: 320,
      keyChanged: true,
      rewritten: [],
    })
    await expect(open(dir)).rejects.toThrow(refusedAs('key_differs'))
    expect(await verified(otherKey)).toBe(320)
  })

  test('under another origin, and recovery does not make one log of two', async () => {
    await expect(open(dir, { origin: 'other.example/audit' })).rejects.toThrow(refusedAs('origin_differs'))
    await expect(recover({ origin: 'other.example/audit' })).rejects.toThrow(refusedAs('origin_differs'))
    expect(await verified()).toBe(320)
  })

  test('without its lock, or with one that was edited', async () => {
    const lock = await readFile(join(dir, '.lock'))
    await rm(join(dir, '.lock'))
    await expect(open(dir)).rejects.toThrow(refusedAs('lock_missing'))
    for (const bad of [
      '',
      'applied x\n',
      lock.toString().replace('320', '32'),
      lock.toString().replace('applied 3', 'applied 9'),
    ]) {
      await writeFile(join(dir, '.lock'), bad)
      await expect(open(dir)).rejects.toThrow(refusedAs('lock_malformed'))
    }
    expect(await recover()).toMatchObject({ size: 320, publishedSize: 320 })
    expect(await verified()).toBe(320)
  })

  test('with a lock older than what is published', async () => {
    await cp(join(killed, '.lock'), join(dir, '.lock'))
    await expect(open(dir)).rejects.toThrow(refusedAs('ahead_of_lock'))
    // Nor is it enough to take the published checkpoint away: the tiles tell.
    await rm(join(dir, 'checkpoint'))
    await expect(open(dir)).rejects.toThrow(refusedAs('ahead_of_lock'))
    expect(await recover()).toMatchObject({ size: 320, committedSize: 300 })
    expect(await verified()).toBe(320)
  })

  test('with tiles that are missing or differ', async () => {
    const tile = join(dir, 'tile/0/001.p/64')
    await flip(tile, 5)
    await expect(open(dir)).rejects.toThrow(refusedAs('tiles_differ'))
    await rm(tile)
    await expect(open(dir)).rejects.toThrow(refusedAs('tiles_missing'))
    // Hash tiles follow from the entries.
    expect(await recover()).toMatchObject({ size: 320, rewritten: ['tile/0/001.p/64'] })
    expect(await verified()).toBe(320)
  })

  test('where signed entries are gone or altered not even recovery helps, and it touches nothing', async () => {
    const bundle = join(dir, 'tile/entries/001.p/64')
    await flip(bundle, 3)
    const before = (await readdir(dir, { recursive: true })).sort()
    await expect(recover()).rejects.toThrow(refusedAs('unrecoverable'))
    await rm(bundle)
    await expect(recover()).rejects.toThrow(refusedAs('unrecoverable'))
    const after = (await readdir(dir, { recursive: true })).sort()
    expect(after).toEqual(before.filter((name) => name !== 'tile/entries/001.p/64'))
  })

  test('with a published checkpoint of somebody else', async () => {
    const elsewhere = join(root, 'elsewhere')
    const log = await open(elsewhere)
    await fill(log, 10)
    await log.close()
    await cp(join(elsewhere, 'checkpoint'), join(dir, 'checkpoint'))
    // Smaller than ours it is a reader's matter; ours is published again.
    expect(await verified()).toBe(320)
    const longer = await open(elsewhere)
    // Other entries, as many.
    await Promise.all(Array.from({ length: 310 }, () => longer.append('other').durable))
    await longer.close()
    await cp(join(elsewhere, 'checkpoint'), join(dir, 'checkpoint'))
    expect(await readFile(join(dir, 'checkpoint'), 'utf8')).toContain('\n320\n')
    await expect(open(dir)).rejects.toThrow(refusedAs('checkpoint_differs'))
    await writeFile(join(dir, 'checkpoint'), 'no note')
    await expect(open(dir)).rejects.toThrow(refusedAs('checkpoint_differs'))
  })
})
