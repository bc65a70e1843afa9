import { createMemoryReplay, replaySuite } from './replay.js'

replaySuite('memory', async () => {
  const used = new Map<string, number>()
  return { open: async (clock) => createMemoryReplay(clock, used), remove: async () => {} }
})
