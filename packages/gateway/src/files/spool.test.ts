import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSpools, type Spool, type SpoolFile, unlinkedFiles } from './spool.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ostiary-spool-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function opened(open: () => Promise<SpoolFile> = unlinkedFiles(join(folder, 'spool'))): Promise<Spool> {
  const spool = await createSpools(open).open('ann')
  if (spool.kind === 'refuse') throw new Error(spool.forLog)
  return spool.value
}

it('a spool gives back what was written, as often as it is read, and leaves no name [files.spool]', async () => {
  const spool = await opened()
  expect(readdirSync(join(folder, 'spool'))).toEqual([])
  expect(statSync(join(folder, 'spool')).mode & 0o077).toBe(0)
  const written = randomBytes(700_001)
  // What is handed in may change afterwards.
  for (let at = 0; at < written.length; at += 99_999) {
    const lent = Buffer.from(written.subarray(at, at + 99_999))
    await spool.write(lent)
    lent.fill(0)
  }
  expect(await spool.finish()).toMatchObject({ value: createHash('sha256').update(written).digest('hex') })
  expect(spool.length).toBe(written.length)
  for (let times = 0; times < 2; times += 1) {
    const read: Buffer[] = []
    for await (const piece of spool.read()) read.push(Buffer.from(piece))
    expect(Buffer.concat(read).equals(written)).toBe(true)
  }
  await spool.close()
})

it('nothing of it lies on the disk as it is [files.spool]', async () => {
  const written: Buffer[] = []
  const write = async (bytes: Buffer, at: number, length: number): Promise<{ readonly bytesWritten: number }> => {
    written.push(Buffer.from(bytes.subarray(at, at + length)))
    return { bytesWritten: length }
  }
  const spool = await opened(async () => ({ write, close: async () => undefined }) as unknown as SpoolFile)
  await spool.write(Buffer.from('what somebody said '.repeat(20_000)))
  await spool.finish()
  const all = Buffer.concat(written)
  expect(all.length).toBe(spool.length)
  expect(all.includes('somebody')).toBe(false)
})

it('what was sealed gives its memory back once it is written, where the runtime can', async () => {
  const sealed: Buffer[] = []
  const write = async (bytes: Buffer, at: number, length: number): Promise<{ readonly bytesWritten: number }> => {
    sealed.push(bytes)
    return { bytesWritten: length - at }
  }
  const spool = await opened(async () => ({ write, close: async () => undefined }) as unknown as SpoolFile)
  await spool.write(Buffer.alloc(300_000))
  const left = 'transfer' in ArrayBuffer.prototype ? 0 : 128 * 1024
  expect(sealed.map(({ length }) => length)).toEqual([left, left])
})

it('a full disk refuses, whether it is full at once or later [files.spool]', async () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  const spools = createSpools(() => Promise.reject(full))
  expect(await spools.open('ann')).toMatchObject({ code: 'overloaded', forLog: 'spool: ENOSPC' })
  const file = { write: () => Promise.reject(full), close: async () => undefined } as unknown as SpoolFile
  const spool = await opened(async () => file)
  expect(await spool.write(Buffer.alloc(10))).toMatchObject({ kind: 'proceed' })
  expect(await spool.finish()).toMatchObject({ code: 'overloaded', forLog: 'spool: ENOSPC' })
  expect(await (await opened(async () => file)).write(Buffer.alloc(1_000_000))).toMatchObject({ code: 'overloaded' })
})

it('so many are open at a time, and no more', async () => {
  const spools = createSpools(unlinkedFiles(join(folder, 'spool')))
  const open: Spool[] = []
  for (let times = 0; times < 32; times += 1) {
    const one = await spools.open(`caller ${times % 8}`)
    if (one.kind === 'proceed') open.push(one.value)
  }
  expect(open).toHaveLength(32)
  expect(await spools.open('ann')).toMatchObject({ code: 'overloaded' })
  await open.pop()?.close()
  const again = await spools.open('ann')
  expect(again.kind).toBe('proceed')
  if (again.kind === 'proceed') open.push(again.value)
  for (const one of open) await one.close()
})

it('nobody has so many open that others have none [files.spool]', async () => {
  const spools = createSpools(unlinkedFiles(join(folder, 'spool')))
  const own: Spool[] = []
  for (;;) {
    const one = await spools.open('ann')
    if (one.kind === 'refuse') break
    own.push(one.value)
  }
  expect(own).toHaveLength(8)
  const others = await spools.open('bob')
  expect(others.kind).toBe('proceed')
  await own.pop()?.close()
  const again = await spools.open('ann')
  expect(again.kind).toBe('proceed')
  expect(await spools.open('ann')).toMatchObject({ code: 'overloaded' })
  for (const one of own) await one.close()
  for (const one of [others, again]) if (one.kind === 'proceed') await one.value.close()
})
