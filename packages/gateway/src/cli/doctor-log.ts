import { createPrivateKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeSigner } from '@ostiary/tlog/node'
import { type Disk, realDisk } from '../adapters/audit-fs/disk.js'
import { PROCESS } from '../adapters/audit-fs/layout.js'
import { takeProcessLock } from '../adapters/audit-fs/process-lock.js'
import { type FsLogRefusalCode, FsLogRefused } from '../adapters/audit-fs/refused.js'
import { restore } from '../adapters/audit-fs/restore.js'
import { logKey, logSecret, Spoilt } from '../compose/kept.js'
import { logHasBegun } from '../compose/log.js'
import { allLosses } from '../compose/losses.js'
import type { Config } from '../config/config.js'
import { type Ailment, codeOf } from './ailment.js'

/**
 * Opens the log as `start` does, by the very code, and changes nothing: each write goes nowhere. Not for a log that a gateway
 * is writing just now.
 */
export async function logAilments(config: Config): Promise<readonly Ailment[]> {
  const { dir } = config.audit.store
  try {
    // A log that has not begun is made by the first start, with all that belongs to it.
    if (!logHasBegun(dir)) return []
    const losses = await allLosses(config)
    if (losses.length > 0) return losses
    logSecret(config)
    await refuseIfHeld(dir)
    await restore(readOnly, dir, nodeSigner(config.audit.origin, createPrivateKey(logKey(config))))
    return []
  } catch (error) {
    if (error instanceof Spoilt) return [{ what: `audit: ${error.what}`, mend: error.mend }]
    if (error instanceof FsLogRefused) return [{ what: `audit: ${error.message}`, mend: MEND[error.code] }]
    const message = error instanceof Error ? error.message : codeOf(error)
    return [{ what: `audit: ${message}`, mend: `\`start\` fails at this too: let its user read and write ${dir}` }]
  }
}

const RECOVER =
  'copy the folder of the log away, then run `ostiary audit recover`: it takes what is whole, logs that, and says what it did'

const MEND: Readonly<Record<FsLogRefusalCode, string>> = {
  locked: 'stop that process, or let this configuration have a log of its own (audit.store)',
  origin_differs: 'write the origin of the log into audit.origin, or let this configuration have a log of its own',
  key_differs:
    'put the key back that signed it (audit.key, or audit.key.pem beside the store); where it is lost, `ostiary audit recover` goes on under the new one and logs that',
  lock_missing: RECOVER,
  lock_malformed: RECOVER,
  ahead_of_lock: RECOVER,
  checkpoint_differs: RECOVER,
  tiles_missing: RECOVER,
  tiles_differ: RECOVER,
  wal_corrupt: RECOVER,
  wal_gap: RECOVER,
  unrecoverable: 'put the log back from a backup, or begin a new one in another folder (audit.store) and keep this one',
}

async function nothing(): Promise<void> {}

const readOnly: Disk = {
  ...realDisk,
  openAppend: () => Promise.reject(new Error('this disk is only read')),
  append: (_fd, _data, _position, done) => done(new Error('this disk is only read')),
  write: nothing,
  sync: nothing,
  rename: nothing,
  makeFolder: nothing,
  truncate: nothing,
  remove: nothing,
}

/** Takes the lock of processes on a copy: only so the answer is that of `start`, and the log's own is not touched. */
async function refuseIfHeld(dir: string): Promise<void> {
  const lock = join(dir, PROCESS)
  if (!existsSync(lock)) return
  const aside = await mkdtemp(join(tmpdir(), 'ostiary-doctor-'))
  try {
    await copyFile(lock, join(aside, PROCESS))
    const release = await takeProcessLock(aside)
    await release()
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}
