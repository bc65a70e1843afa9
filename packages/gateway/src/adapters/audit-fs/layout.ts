import { join } from 'node:path'

/** What is ours alone lies under names that start with a dot, beside the C2SP layout. */
export const CHECKPOINT = 'checkpoint'
export const LOCK = '.lock'
export const PROCESS = '.pid'
export const WAL = '.wal'
export const ASIDE = '.aside'

export function segmentPath(dir: string, number: number): string {
  return join(dir, WAL, `${String(number).padStart(10, '0')}.wal`)
}

export function segmentNumber(name: string): number | undefined {
  return /^[0-9]{10}\.wal$/.test(name) ? Number(name.slice(0, 10)) : undefined
}
