// What Linux says of a process and its descendants.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const MS_PER_TICK = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const LISTENING = '0A'

/** Undefined where the process has ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Fields of `/proc/PID/stat` from the third on: the name before them may hold anything. */
function statOf(pid) {
  const text = read(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

function processTree(pid) {
  const children = new Map()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? statOf(name)?.[1] : undefined
    if (parent !== undefined) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)])
  }
  const all = [pid]
  for (const one of all) all.push(...(children.get(one) ?? []))
  return all
}

const sumOver = (pid, of) => processTree(pid).reduce((sum, one) => sum + (of(one) ?? 0), 0)

/** User and system time of the whole tree. */
export function cpuMs(pid) {
  return sumOver(pid, (one) => {
    const stat = statOf(one)
    return stat && (Number(stat[11]) + Number(stat[12])) * MS_PER_TICK
  })
}

export function residentMb(pid) {
  return sumOver(pid, (one) => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${one}/status`) ?? '')?.[1] ?? 0) / 1024)
}

/** What the descriptors of the tree point to. */
function descriptors(pid) {
  return processTree(pid).flatMap((one) => {
    try {
      return readdirSync(`/proc/${one}/fd`).map((fd) => {
        try {
          return readlinkSync(`/proc/${one}/fd/${fd}`)
        } catch {
          return ''
        }
      })
    } catch {
      return []
    }
  })
}

export function openSockets(pid) {
  return descriptors(pid).filter((target) => target.startsWith('socket:')).length
}

/** Whether the listener on this port belongs to this process, and not to one that was left over. */
export function ownsListener(pid, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const inodes = new Set()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of (read(`/proc/net/${table}`) ?? '').split('\n')) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (local?.endsWith(suffix) && state === LISTENING) inodes.add(`socket:[${inode}]`)
    }
  }
  return descriptors(pid).some((target) => inodes.has(target))
}

export function loadAverage() {
  return Number((read('/proc/loadavg') ?? '0').split(' ')[0])
}
