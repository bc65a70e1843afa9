import { createMemoryStore } from '@ostiary/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Gateway } from '../src/gateway.js'
import type { Store } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { type Answer, errorOf, prompt, send } from './http.js'
import { gatewayWith, HeldLog } from './parts.js'
import { until } from './until.js'

// What is to be tokenized and cannot be kept does not pass; what cannot be restored stays a placeholder.

const EMAIL = 'erika.mustermann@example.com'
const POLICIES = `@id("use") @obligation("tokenize:pii")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"detokenize"], resource is Model);

@id("says") @obligation("output:tokenize:pii")
permit (principal, action == Action::"invoke", resource == Model::"other-model");
`

let house: House
let gateway: Gateway
/** What the vault's rows meet in the store. */
let put: 'works' | 'fails' | 'waits'
let letGo: () => void
let waiting: number

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES })
})
afterAll(() => house.close())
beforeEach(async () => {
  put = 'works'
  waiting = 0
  const store = createMemoryStore({ now: () => Date.now() })
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const ill: Store = {
    ...store,
    async put(space, ...rest) {
      if (space === 'vault' && put === 'fails') throw new Error(`cannot put ${rest.join()}`)
      if (space === 'vault' && put === 'waits') {
        waiting += 1
        await held
      }
      return await store.put(space, ...rest)
    },
  }
  gateway = await gatewayWith(new HeldLog(), house.config, { store: ill })
  house.upstream.behave(({ body }) => {
    const { messages } = JSON.parse(body.toString('utf8')) as { messages: readonly { content: string }[] }
    return { kind: 'honest', text: messages[0]?.content ?? '', pieceSize: 4 }
  })
})
afterEach(() => gateway.close())

async function ask(content: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${await house.token()}`, 'content-type': 'application/json' }
  return await send(gateway.url, Buffer.from(JSON.stringify(prompt(content, more))), { headers })
}

describe('while the store is away', () => {
  test('what is to be tokenized is not forwarded [vault.closed]', async () => {
    const before = house.upstream.requestCount
    put = 'fails'
    for (let times = 0; times < 2; times++) {
      const answer = await ask(`to ${EMAIL}`)
      expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 422, code: 'obligation_failed' })
      expect(answer.headers['x-should-retry']).toBe('false')
      expect(answer.text).not.toContain('erika')
    }
    expect(house.upstream.requestCount).toBe(before)
    // What holds nothing of the kind goes on.
    expect((await ask('good morning')).status).toBe(200)
    put = 'works'
    const answer = await ask(`to ${EMAIL}`)
    expect(answer.text).toContain(`to ${EMAIL}`)
  })

  test('what was tokenized before goes on', async () => {
    await ask(`to ${EMAIL}`)
    put = 'fails'
    expect((await ask(`and to ${EMAIL}`)).text).toContain(`and to ${EMAIL}`)
  })

  test('what an answer has to be tokenized is not released, streamed or not', async () => {
    put = 'fails'
    house.upstream.behave({ kind: 'honest', text: `ask bob@example.com`, pieceSize: 2 })
    const whole = await ask('who?', { model: 'other-model' })
    expect({ status: whole.status, code: errorOf(whole).code }).toEqual({ status: 422, code: 'obligation_failed' })
    const streamed = await ask('who?', { model: 'other-model', stream: true })
    expect(streamed.status).toBe(200)
    expect(streamed.text).toContain('obligation_failed')
    expect(streamed.text).not.toContain('[DONE]')
    for (const { text } of [whole, streamed]) expect(text).not.toContain('example')
  })
})

describe('while the store is slow', () => {
  test('nothing is forwarded before it has what was tokenized [vault.durable]', async () => {
    const before = house.upstream.requestCount
    put = 'waits'
    const answering = Promise.all([ask(`to ${EMAIL}`), ask(`for ${EMAIL}`)])
    await until(() => waiting > 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    // Both wait for the one row.
    expect([waiting, house.upstream.requestCount]).toEqual([1, before])
    letGo()
    const [one, other] = await answering
    expect(one?.text).toContain(`to ${EMAIL}`)
    expect(other?.text).toContain(`for ${EMAIL}`)
  })

  test('a stream waits with what it tokenized, and is whole then', async () => {
    house.upstream.behave({
      kind: 'honest',
      text: `ask bob@example.com, or carol@example.com: they know.`,
      pieceSize: 2,
    })
    put = 'waits'
    const answering = ask('who?', { model: 'other-model', stream: true })
    await until(() => waiting > 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    letGo()
    const { text } = await answering
    const said = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join('')
    // Whoever may detokenize sees it at once.
    expect(said).toBe('ask bob@example.com, or carol@example.com: they know.')
    expect(text.trimEnd().endsWith('[DONE]')).toBe(true)
  })
})
