import { createMemoryStore } from '@ostiary/testkit'
import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { createOpenAiDialect } from '../src/adapters/dialect-openai/dialect.js'
import { openAiTransfers } from '../src/adapters/dialect-openai/files/transfers.js'
import { JSON_LIMITS } from '../src/json/located.js'
import type { Store } from '../src/spec/index.js'
import { batchLine, jsonl, openFilesHouse } from './files-house.js'
import { gatewayWith, HeldLog } from './parts.js'

it('what cannot be written down as its caller’s is taken back, and refused [files.ownership]', async () => {
  const at = await openFilesHouse()
  const memory = createMemoryStore({ now: () => Date.now() })
  let isAway = true
  const store: Store = {
    ...memory,
    get: (space, key) => memory.get(space, key),
    follow: (space, see, ill) => memory.follow(space, see, ill),
    close: () => memory.close(),
    put: (space, key, value, options) =>
      space === 'files' && isAway ? Promise.reject(new Error('away')) : memory.put(space, key, value, options),
  }
  const transfers = openAiTransfers(createOpenAiDialect().endpoints, JSON_LIMITS)
  const files = { travelOf: () => ({ provider: 'keeper', transfers }), uploadBytes: 1_000_000, lineBytes: 100_000 }
  const gateway = await gatewayWith(new HeldLog(), at.house.config, { store, rules: { files } })
  const client = new OpenAI({ apiKey: await at.house.token(), baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  const upload = () => client.files.create({ file: jsonl([batchLine('one', 'hello')]), purpose: 'batch' })

  await expect(upload()).rejects.toMatchObject({ status: 503, code: 'overloaded' })
  expect(at.provider.lastRequest?.method).toBe('DELETE')
  expect(at.provider.files.kept.size).toBe(0)
  isAway = false
  const file = await upload()
  expect(at.provider.files.kept.has(file.id)).toBe(true)
  await gateway.close()
  await at.close()
})
