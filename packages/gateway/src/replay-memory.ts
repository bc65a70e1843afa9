import type { Clock, Replay } from './spec/index.js'

/** How often what has expired is looked for. */
const PURGE_MS = 1000

/** Remembers in this process alone, and forgets with it. */
export function createMemoryReplay(clock: Clock): Replay {
  const used = new Map<string, number>()
  let purgeAtMs = 0
  return {
    firstUse(key, expiresAtMs) {
      const nowMs = clock.now()
      if (nowMs >= purgeAtMs) {
        for (const [one, untilMs] of used) if (untilMs <= nowMs) used.delete(one)
        purgeAtMs = nowMs + PURGE_MS
      }
      if ((used.get(key) ?? 0) > nowMs) return false
      used.set(key, expiresAtMs)
      return true
    },
    async close() {
      used.clear()
    },
  }
}
