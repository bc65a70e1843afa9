import { createServer } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import { openaiShapedKey } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BatchesProvider, startBatchesProvider } from './anthropic-batches.js'
import { type House, MODEL_KEY, openHouse } from './house.js'

const POLICIES = `@id("analysts")
@obligation("redact:pii.email, block:secret, output:redact:pii.email, output:block:secret")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
@id("support") permit (principal in Group::"support", action == Action::"invoke", resource is Model);
`
const MAIL = 'ann.doe@corp.example'

let provider: BatchesProvider
let house: House
beforeAll(async () => {
  provider = await startBatchesProvider()
  // Clients follow the address that a batch says of its results: it has to be where this gateway is.
  const port = await freePort()
  house = await openHouse({
    policies: POLICIES,
    config: {
      publicUrl: `http://127.0.0.1:${port}`,
      listen: { host: '127.0.0.1', port },
      providers: [
        { name: 'batches', dialect: 'anthropic', baseUrl: provider.baseUrl, apiKey: MODEL_KEY },
        { name: 'others', dialect: 'anthropic', baseUrl: 'http://127.0.0.1:1', apiKey: MODEL_KEY },
      ],
      models: [
        { name: 'claude', provider: 'batches', upstreamModel: 'claude-of-the-provider' },
        { name: 'elsewhere', provider: 'others' },
      ],
      files: { anthropic: 'batches' },
    },
  })
})
afterAll(async () => {
  await house.finish()
  await provider.close()
})

async function clientOf(as = 'alice'): Promise<Anthropic> {
  return new Anthropic({ apiKey: await house.token(as), baseURL: `${house.url}/anthropic`, maxRetries: 0 })
}

function asks(id: string, content: string, model = 'claude') {
  return { custom_id: id, params: { model, max_tokens: 10, messages: [{ role: 'user' as const, content }] } }
}

describe('message batches by the real client', () => {
  it('are judged request by request, made, followed, read and deleted [files.message-batches]', async () => {
    const client = await clientOf()
    const batch = await client.messages.batches.create({
      requests: [asks('one', `mail ${MAIL}`), asks('two', 'hello')],
    })
    const [sent = ''] = provider.made.slice(-1)
    expect(sent).not.toContain(MAIL)
    expect(JSON.parse(sent).requests[1]).toEqual(asks('two', 'hello', 'claude-of-the-provider'))

    const ended = await client.messages.batches.retrieve(batch.id)
    expect(ended.results_url).toBe(`${house.url}/anthropic/v1/messages/batches/${batch.id}/results`)
    provider.says = `Ask ${MAIL}.`
    const said: string[] = []
    for await (const { custom_id, result } of await client.messages.batches.results(batch.id)) {
      const [block] = result.type === 'succeeded' ? result.message.content : []
      said.push(`${custom_id}: ${block?.type === 'text' ? block.text : ''}`)
    }
    expect(said).toHaveLength(2)
    expect(said.join()).not.toContain(MAIL)

    expect((await client.messages.batches.list()).data.map(({ id }) => id)).toEqual([batch.id])
    expect((await client.messages.batches.cancel(batch.id)).id).toBe(batch.id)
    const bob = await clientOf('bob')
    for (const id of [batch.id, 'msgbatch_foreign']) {
      for (const one of [() => bob.messages.batches.retrieve(id), () => bob.messages.batches.delete(id)]) {
        await expect(one()).rejects.toMatchObject({ status: 404 })
      }
    }
    expect(await client.messages.batches.delete(batch.id)).toMatchObject({ id: batch.id })
    await expect(client.messages.batches.retrieve(batch.id)).rejects.toMatchObject({ status: 404 })
  })

  it('are refused whole for one request, whose place is told', async () => {
    const client = await clientOf()
    const before = provider.made.length
    const requests = [asks('one', 'hello'), asks('two', `use ${openaiShapedKey('planted')}`)]
    await expect(client.messages.batches.create({ requests })).rejects.toThrow(/Line 2/)
    const elsewhere = { requests: [asks('one', 'hello', 'elsewhere')] }
    await expect(client.messages.batches.create(elsewhere)).rejects.toMatchObject({ status: 404 })
    expect(provider.made).toHaveLength(before)
  })

  it('have a download torn where a line may not leave', async () => {
    const client = await clientOf()
    const batch = await client.messages.batches.create({ requests: [asks('one', 'hello')] })
    provider.says = `The key is ${openaiShapedKey('said')}.`
    await client.messages.batches.retrieve(batch.id)
    const read = async (): Promise<void> => {
      for await (const _ of await client.messages.batches.results(batch.id)) throw new Error('a line left')
    }
    await expect(read()).rejects.toThrow()
    provider.says = 'Hello.'
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

describe('labels that one request of a batch brings', () => {
  const AFTER = `@id("analysts") permit (principal, action == Action::"invoke", resource is Model);
@id("not-after-a-card") forbid (principal, action, resource == Model::"claude")
when { context.labels.contains("finance") && !context.findings.contains("pii.card") };
`
  it('count for the others, as if they had been sent one after the other [files.labels]', async () => {
    house.writePolicies(AFTER)
    await house.running.reload(house.configure({ ledger: { gather: { 'pii.card': 'finance' } } }), 'test')
    const client = await clientOf('carol')
    const before = provider.made.length
    const requests = [asks('one', 'hello'), asks('two', 'pay with 4111111111111111')]
    await expect(client.messages.batches.create({ requests })).rejects.toMatchObject({ status: 403 })
    expect(provider.made.length).toBe(before)
    // Nothing else has come to have them.
    const bob = await clientOf('bob')
    await bob.messages.batches.create({ requests: requests.slice(0, 1) })
    expect(provider.made.length).toBe(before + 1)
  })
})
