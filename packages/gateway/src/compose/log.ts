import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readEntries } from '../adapters/audit-fs/entries.js'
import { CHECKPOINT, LOCK, WAL } from '../adapters/audit-fs/layout.js'
import { openFsLog } from '../adapters/audit-fs/log.js'
import { folderReader } from '../adapters/audit-fs/reader.js'
import { FsLogRefused } from '../adapters/audit-fs/refused.js'
import { type EventKind, eventOf } from '../audit/event.js'
import { openIntents } from '../audit/recover.js'
import type { Config } from '../config/config.js'
import { CLOCK, idMaker } from './ambient.js'
import { logKey } from './kept.js'
import { type OpenFrom, readOpenFrom } from './open-from.js'
import { StartError } from './start-error.js'

type FsLog = Awaited<ReturnType<typeof openFsLog>>

export interface HeldLog {
  readonly log: FsLog
  readonly reader: ReturnType<typeof folderReader>
  readonly openFrom: OpenFrom
  /** What was under way when the process was killed. */
  left(): ReturnType<typeof openIntents>
}

/** Where the log lies and what signs it; the key is made where it is not configured and not there. */
export function recoverable(config: Config): { readonly dir: string; readonly origin: string; readonly key: string } {
  const { store, origin } = config.audit
  return { dir: store.dir, origin, key: logKey(config) }
}

/** Opens the log to go on from where it ended. Throws `StartError` where it cannot be gone on from. */
export async function openLog(config: Config, warn: (message: string) => void): Promise<HeldLog> {
  const { checkpointIntervalMs, flushIntervalMs, store } = config.audit
  const log = await openFsLog({
    ...recoverable(config),
    flushIntervalMs,
    checkpointIntervalMs,
    onFatal: (error) => warn(`audit: the log failed and takes nothing any more (${error.name}: ${error.message})`),
  }).catch(explain)
  const openFrom = readOpenFrom(store.dir, log.size)
  return {
    log,
    reader: folderReader(store.dir),
    openFrom,
    left: () => openIntents(readEntries(store.dir, openFrom.at)),
  }
}

/** A log that cannot be gone on from has a way out, and the operator is told which. */
function explain(error: unknown): never {
  if (error instanceof FsLogRefused && error.code === 'key_differs') {
    throw new StartError(
      `audit: ${error.message}: put the key back that signed it (audit.key, or audit.key.pem beside the store); ` +
        'where it is lost, `ostiary audit recover` goes on under the new one and logs that',
    )
  }
  if (error instanceof FsLogRefused && error.code !== 'locked') {
    throw new StartError(`audit: ${error.message}; \`ostiary audit recover\` is the logged way out`)
  }
  throw error
}

/** Whether a log lies in a folder. Then what a first start makes beside the store was there once: it is made before the log. */
export function logHasBegun(dir: string): boolean {
  if ([LOCK, CHECKPOINT, 'tile'].some((name) => existsSync(join(dir, name)))) return true
  const waiting = join(dir, WAL)
  return existsSync(waiting) && readdirSync(waiting).some((name) => statSync(join(waiting, name)).size > 0)
}

/** One entry about the log itself, written while no gateway runs. */
export async function noteInLog(
  config: Config,
  kind: EventKind,
  what: Readonly<Record<string, unknown>>,
): Promise<void> {
  const log = await openFsLog(recoverable(config))
  try {
    const now = CLOCK.now()
    await log.append(eventOf(`https://${log.origin}`, kind, idMaker()(), now, what)).durable
  } finally {
    await log.close()
  }
}
