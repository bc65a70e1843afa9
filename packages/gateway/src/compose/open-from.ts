import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where start-up begins to look for open intents, so that it need not read the whole log. Lags behind, never ahead. It lies in
 * the log's own folder, not in the store: gateways that share a store have a log each, and one's place in the other's would
 * hide what a crash left open.
 */
export interface OpenFrom {
  readonly at: number
  remember(from: number): void
}

const NAME = '.open-from'

/** @param size entries in the log, which the place is never behind */
export function readOpenFrom(dir: string, size: number): OpenFrom {
  const path = join(dir, NAME)
  let at = Math.min(placeIn(path), size)
  return {
    get at() {
      return at
    },
    remember(from) {
      if (from === at) return
      // Whole before it is there. Not synced: one that is lost costs a longer look.
      writeFileSync(`${path}.new`, `${from}\n`, { mode: 0o600 })
      renameSync(`${path}.new`, path)
      at = from
    },
  }
}

function placeIn(path: string): number {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return /^\d{1,15}$/.test(text) ? Number(text) : 0
  } catch {
    return 0
  }
}
