import { createMemoryStore, storeSuite } from './store.js'

storeSuite('memory', async () => ({
  durable: false,
  open: async (clock) => createMemoryStore(clock),
  remove: async () => {},
}))
