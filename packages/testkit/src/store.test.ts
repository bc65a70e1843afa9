import { createMemoryPlace, createMemoryStore, storeSuite } from './store.js'

storeSuite('memory', async () => {
  const place = createMemoryPlace()
  return {
    durable: true,
    open: async (clock) => createMemoryStore(clock, place),
    remove: async () => {},
  }
})
