import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseVkey, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { expect, test } from 'vitest'
import { openFsLog } from './log.js'
import { folderReader } from './reader.js'

test('smoke', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'l-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const log = await openFsLog({ dir, origin: 'x.example/audit', key: privateKey })
  const N = 20000
  const e = Buffer.alloc(1000, 65)
  const c0 = process.cpuUsage(),
    t0 = performance.now()
  let last
  for (let i = 0; i < N; i++) {
    last = log.append(e)
    if (i % 20 === 0) await last.durable
  }
  await last!.durable
  const c = process.cpuUsage(c0)
  console.log('ms', performance.now() - t0, 'cpu/append us', (c.user + c.system) / N)
  const big = []
  const c1 = process.cpuUsage(),
    t1 = performance.now()
  for (let i = 0; i < 20000; i++) big.push(log.append(e))
  const t2 = performance.now()
  await big.at(-1)!.durable
  const cc = process.cpuUsage(c1)
  console.log('bulk sync us', ((t2 - t1) * 1000) / 20000, 'total cpu us', (cc.user + cc.system) / 20000)
  const t3 = performance.now()
  await log.publish()
  console.log('publish ms', performance.now() - t3)
  await log.close()
  const t4 = performance.now()
  const v = await verifyLog(folderReader(dir), parseVkey(log.vkey)!, { suite: nodeSuite })
  console.log(v, performance.now() - t4)
  const t5 = performance.now()
  await verifyLog(folderReader(dir), parseVkey(log.vkey)!)
  console.log('web suite', performance.now() - t5)
  expect(v.kind).toBe('ok')
  await rm(dir, { recursive: true })
})
