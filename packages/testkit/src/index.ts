export { createMemoryStore, type StoreBench, storeSuite } from './store.js'
