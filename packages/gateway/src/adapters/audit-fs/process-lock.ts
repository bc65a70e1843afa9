import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './disk.js'
import { PROCESS } from './layout.js'
import { FsLogRefused } from './refused.js'

/**
 * One process may have a log open. The file names who holds it: process id, start time and boot, because an id alone is
 * given out again.
 *
 * Does not see a holder in another container or on another machine that shares the folder. Two such sequencers meet at
 * the lock's compare-and-swap, where the second one stops.
 */
export async function takeProcessLock(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, PROCESS)
  const us = `${process.pid} ${startOf(process.pid)} ${bootId()}\n`
  // Named before it is there: killed in between, a file without a name would keep everybody out until somebody looks.
  const named = `${path}.${process.pid}.${randomUUID()}`
  try {
    await writeFile(named, us, { mode: 0o600, flush: true })
    await take(path, named)
  } finally {
    await rm(named, { force: true })
  }
  return async () => {
    if ((await readFile(path, 'utf8').catch(() => '')) === us) await rm(path, { force: true })
  }
}

async function take(path: string, named: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await link(named, path)
      return
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    const holder = await readFile(path, 'utf8').catch(() => undefined)
    if (holder === undefined) continue
    if (isAlive(holder)) throw new FsLogRefused('locked', `process ${holder.split(' ')[0]}`)
    await takeAway(path, holder)
  }
  throw new FsLogRefused('locked')
}

/** Removes a dead holder's file, unless another starter was faster: then what we moved is theirs, and goes back. */
async function takeAway(path: string, holder: string): Promise<void> {
  const moved = `${path}.${process.pid}`
  try {
    await rename(path, moved)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  if ((await readFile(moved, 'utf8')) !== holder) await link(moved, path).catch(() => undefined)
  await rm(moved, { force: true })
}

function isAlive(holder: string): boolean {
  const [id = '', start = '', boot = ''] = holder.trim().split(' ')
  const pid = Number(id)
  // Whoever wrote this was none of us: let the operator look.
  if (!Number.isSafeInteger(pid) || pid < 1) return true
  if (boot !== bootId()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false
  }
  return start === startOf(pid)
}

/** Ticks since boot at which a process began (proc(5), stat, field 22); `-` where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is a name in parentheses that may hold spaces and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}

function bootId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`.replaceAll(' ', '')
  } catch {
    return '-'
  }
}
