import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseVkey, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuditUnavailable } from '../../spec/seams.js'
import { type Disk, realDisk } from './disk.js'
import { readEntries } from './entries.js'
import { openFsLog } from './log.js'
import { folderReader } from './reader.js'

const { privateKey: key } = generateKeyPairSync('ed25519')
const ORIGIN = 'gate.example/audit'

let root: string
beforeAll(async () => {
  // Every step is failed in its turn, hundreds of logs: in memory, where the system has such a place.
  root = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'audit-faults-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

type Fault = (step: number, op: string) => 'fail' | 'tear' | undefined

/** A disk whose steps are counted, and fail where the test says. */
function faulty(fault: Fault): Disk & { readonly steps: string[] } {
  const steps: string[] = []
  const broken = () => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
  const step = (op: string) => {
    steps.push(op)
    return fault(steps.length, op)
  }
  async function guarded<T>(op: string, run: () => Promise<T>): Promise<T> {
    if (step(op) !== undefined) throw broken()
    return await run()
  }
  return {
    ...realDisk,
    steps,
    openAppend: (path) => guarded('openAppend', () => realDisk.openAppend(path)),
    append(fd, data, position, done) {
      const how = step('append')
      if (how === undefined) realDisk.append(fd, data, position, done)
      else if (how === 'fail') process.nextTick(done, broken())
      else realDisk.append(fd, data.subarray(0, data.length >> 1), position, () => done(broken()))
    },
    async write(path, data) {
      const how = step('write')
      if (how === undefined) return await realDisk.write(path, data)
      if (how === 'tear') await realDisk.write(path, data.subarray(0, data.length >> 1))
      throw broken()
    },
    sync: (path) => guarded('sync', () => realDisk.sync(path)),
    rename: (from, to) => guarded('rename', () => realDisk.rename(from, to)),
    remove: (path) => guarded('remove', () => realDisk.remove(path)),
    makeFolder: (path) => guarded('makeFolder', () => realDisk.makeFolder(path)),
  }
}

interface Run {
  readonly acknowledged: ReadonlyMap<number, string>
  readonly fatal: number
  readonly opened: boolean
  readonly refused: boolean
}

/** Appends and publishes in turns until the end or until the log fails. */
async function run(dir: string, disk: Disk): Promise<Run> {
  const acknowledged = new Map<number, string>()
  let fatal = 0
  let refused = false
  const options = { dir, origin: ORIGIN, key, disk, checkpointIntervalMs: 600_000, onFatal: () => void fatal++ }
  const log = await openFsLog(options).catch(() => undefined)
  if (log === undefined) return { acknowledged, fatal, opened: false, refused }
  try {
    for (const count of [3, 260]) {
      for (let flush = 0; flush < 2; flush++) {
        const waiting = Array.from({ length: count }, (_, i) => {
          const text = `entry ${flush}/${i}`
          const { index, durable } = log.append(text)
          return durable.then(() => void acknowledged.set(index, text))
        })
        await Promise.all(waiting)
      }
      await log.publish()
    }
  } catch (error) {
    expect(error).toBeInstanceOf(AuditUnavailable)
    expect(fatal).toBe(1)
    expect(() => log.append('late')).toThrow(AuditUnavailable)
    refused = true
  }
  await log.close().catch((error: unknown) => {
    expect(error).toBeInstanceOf(AuditUnavailable)
    refused = true
  })
  return { acknowledged, fatal, opened: true, refused }
}

/** After whatever happened: the log opens, has every acknowledged entry under its index, and verifies. */
async function checkAfter(dir: string, acknowledged: ReadonlyMap<number, string>): Promise<void> {
  const log = await openFsLog({ dir, origin: ORIGIN, key })
  await log.append('after').durable
  await log.close()
  const entries: string[] = []
  for await (const { entry } of readEntries(dir)) entries.push(entry.toString())
  for (const [index, text] of acknowledged) expect(entries[index]).toBe(text)
  expect(entries.at(-1)).toBe('after')
  const vkey = parseVkey(log.vkey)
  if (vkey === undefined) throw new Error('no key')
  const verified = await verifyLog(folderReader(dir), vkey, { suite: nodeSuite, olderPartials: true })
  expect(verified).toMatchObject({ kind: 'ok', size: entries.length })
}

let steps: string[] = []
beforeAll(async () => {
  const disk = faulty(() => undefined)
  const done = await run(join(root, 'whole'), disk)
  expect(done).toMatchObject({ opened: true, refused: false, fatal: 0 })
  expect(done.acknowledged.size).toBe(526)
  await checkAfter(join(root, 'whole'), done.acknowledged)
  steps = disk.steps
})

describe.each([
  [
    'fails once',
    (at: number): Fault =>
      (step) =>
        step === at ? 'fail' : undefined,
  ],
  [
    'fails from there on, as in a crash',
    (at: number): Fault =>
      (step) =>
        step >= at ? 'fail' : undefined,
  ],
  [
    'is torn half-way and the disk is gone',
    (at: number): Fault =>
      (step) =>
        step >= at ? 'tear' : undefined,
  ],
] satisfies [string, (at: number) => Fault][])('each single step of the disk %s [log.disk-faults]', (name, faultAt) => {
  test('no acknowledged entry is lost, and the log goes on', async () => {
    expect(new Set(steps)).toEqual(new Set(['makeFolder', 'openAppend', 'append', 'write', 'sync', 'rename', 'remove']))
    for (let at = 1; at <= steps.length; at++) {
      // Only what writes can be torn.
      if (faultAt(at)(at, '') === 'tear' && !['append', 'write'].includes(steps[at - 1] ?? '')) continue
      const dir = join(root, `${name}-${at}`)
      const done = await run(dir, faulty(faultAt(at)))
      // Nobody was told that all is well.
      expect([at, done.opened, done.refused, done.fatal]).toEqual([at, done.opened, done.opened, done.opened ? 1 : 0])
      await checkAfter(dir, done.acknowledged)
      await rm(dir, { recursive: true, force: true })
    }
  }, 120_000)
})

test('entries that waited for a failed flush are all rejected, and the process goes on', async () => {
  const dir = join(root, 'waiting')
  const fatal: Error[] = []
  const disk = faulty((_, op) => (op === 'append' ? 'fail' : undefined))
  const log = await openFsLog({ dir, origin: ORIGIN, key, disk, onFatal: (error) => void fatal.push(error) })
  const waiting = [1, 2, 3].map((i) => log.append(String(i)).durable)
  const ends = await Promise.allSettled(waiting)
  expect(ends.map((end) => end.status)).toEqual(['rejected', 'rejected', 'rejected'])
  for (const end of ends) expect(end.status === 'rejected' && end.reason).toBeInstanceOf(AuditUnavailable)
  expect(fatal.length).toBe(1)
  await log.close()
  await checkAfter(dir, new Map())
})

test('a second sequencer that the process lock cannot see stops at the swap [log.one-writer]', async () => {
  const dir = join(root, 'two')
  const fatal: Error[] = []
  const log = await openFsLog({ dir, origin: ORIGIN, key, onFatal: (error) => void fatal.push(error) })
  await log.append('ours').durable
  const elsewhere = join(root, 'two-elsewhere')
  await cp(dir, elsewhere, { recursive: true })
  await rm(join(elsewhere, '.pid'))
  await checkAfter(elsewhere, new Map([[0, 'ours']]))
  await cp(join(elsewhere, '.lock'), join(dir, '.lock'))
  await expect(log.publish()).rejects.toThrow(AuditUnavailable)
  expect(fatal.map((error) => error.message)).toEqual([expect.stringContaining('moved by somebody else')])
  await log.close()
})

test('where tiles are not written, the log takes nothing more once 256 MB wait, and goes on when they are', async () => {
  const dir = join(root, 'slow-tiles')
  let release = (): void => undefined
  const stuck = new Promise<void>((resolve) => {
    release = resolve
  })
  const disk: Disk = {
    ...realDisk,
    async write(path, data) {
      if (path.includes('/tile/')) await stuck
      await realDisk.write(path, data)
    },
  }
  const log = await openFsLog({ dir, origin: ORIGIN, key, disk, checkpointIntervalMs: 1 })
  const entry = 'x'.repeat(60 * 1024)
  await log.append(entry).durable
  let taken = 1
  const fill = async (): Promise<void> => {
    for (; taken < 10_000; taken += 50) await Promise.all(Array.from({ length: 50 }, () => log.append(entry).durable))
  }
  await expect(fill()).rejects.toThrow(AuditUnavailable)
  expect(taken * entry.length).toBeGreaterThan(250 * 1024 * 1024)
  release()
  await log.publish()
  await log.append('after').durable
  await log.close()
}, 60_000)
