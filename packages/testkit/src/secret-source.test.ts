import { createMemorySecret, secretSourceSuite } from './secret-source.js'

secretSourceSuite('memory', () => ({ ...createMemorySecret(), remove: () => undefined }))
