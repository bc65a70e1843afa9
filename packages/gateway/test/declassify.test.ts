import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { callControl } from '../src/cli/control.js'
import { declassify, showLabels } from '../src/cli/labels.js'
import { type House, type HouseOptions, openHouse, sections } from './house.js'
import { type Answer, errorOf, prompt, send } from './http.js'
import { until } from './until.js'

// Labels are lowered by whom policy permits it, with a reason and an entry.

const KEY = `AKIA${'ABCDEFGHIJKLMNOP'}`
const REASON = 'the key was revoked by its owner'

const POLICIES = `
@id("analysts") permit (principal in Group::"analysts", action in [Action::"invoke", Action::"administer"], resource);
@id("support") permit (principal in Group::"support", action in [Action::"invoke", Action::"administer"], resource);
@id("lowers-keys") permit (principal in Group::"support", action == Action::"declassify", resource is Gateway)
when { context.labels.containsAny(["keys"]) && !context.labels.contains("restricted") };
@id("stays-home") forbid (principal, action == Action::"invoke", resource == Model::"other-model") when { context.labels.contains("keys") };
`

let house: House
afterEach(() => house.close())

async function open(more: Partial<HouseOptions> = {}): Promise<void> {
  house = await openHouse({
    ...{ policies: POLICIES, ...more },
    config: { ledger: { gather: { secret: ['keys', 'restricted'] } }, ...more.config },
  })
}

async function asked(content: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const body = Buffer.from(JSON.stringify({ ...prompt(content), model: content === 'hello' ? 'other-model' : 'model' }))
  const token = await house.token('alice')
  const own = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }
  return (await send(house.url, body, { headers: own })).status
}

async function administer(path: string, input: unknown, as: string, scope = 'admin:labels'): Promise<Answer> {
  const { adminUrl } = house.running.gateway
  return send(adminUrl, Buffer.from(JSON.stringify(input)), {
    path,
    headers: {
      authorization: `Bearer ${await house.token(as, { scope })}`,
      'content-type': 'application/json',
      host: new URL(adminUrl).host,
    },
  })
}

const alice = (): { issuer: string; sub: string } => ({ issuer: house.issuer.issuer, sub: 'alice' })

describe('on the admin port', () => {
  test('takes scope, `administer` and `declassify` with these labels, and is in the log [labels.declassified]', async () => {
    await open()
    expect(await asked(`mine is ${KEY}`)).toBe(200)
    expect(await asked('hello')).toBe(403)
    const input = { ...alice(), labels: ['keys'], reason: REASON }
    const lacking = await administer('/labels/declassify', input, 'bob', 'admin:keys')
    expect(lacking.headers['www-authenticate']).toContain('scope="admin:labels"')
    expect(errorOf(await administer('/labels/declassify', input, 'alice')).code).toBe('forbidden_by_policy')
    const both = { ...input, labels: ['keys', 'restricted'] }
    expect(errorOf(await administer('/labels/declassify', both, 'bob')).code).toBe('forbidden_by_policy')
    expect((await administer('/labels/show', alice(), 'bob')).json()).toEqual({ labels: ['keys', 'restricted'] })

    const done = await administer('/labels/declassify', input, 'bob')
    expect({ status: done.status, said: done.json() }).toEqual({
      status: 200,
      said: { declassified: ['keys'], labels: ['restricted'] },
    })
    expect(await asked('hello')).toBe(200)
    const entries = await until(async () => {
      const all = (await house.entries()).filter(({ type }) => type === 'declassification')
      return all.length > 0 && all
    })
    expect(entries).toHaveLength(1)
    const [entry] = entries
    expect(entry?.own).toEqual({
      by: expect.stringMatching(/^[\w-]{16,}$/),
      labels: ['keys'],
      reason: REASON,
      subject: expect.stringMatching(/^[\w-]{16,}$/),
    })
    expect(entry?.own['by']).not.toBe(entry?.own['subject'])
    expect(entry?.text).not.toMatch(/alice|bob/)
    // By the name that the subject's own entries have.
    const intents = (await house.entries()).filter(({ type }) => type === 'intent')
    expect(intents.some(({ text }) => text.includes(String(entry?.own['subject'])))).toBe(true)
  })

  test.each([
    ['no reason', { labels: ['keys'] }],
    ['an empty reason', { labels: ['keys'], reason: '  ' }],
    ['a reason of several lines', { labels: ['keys'], reason: 'a\nb' }],
    ['no labels', { labels: [], reason: REASON }],
    ['a label that is none', { labels: ['Keys'], reason: REASON }],
    ['labels that are no list', { labels: 'keys', reason: REASON }],
    ['an unknown member', { labels: ['keys'], reason: REASON, all: true }],
    ['no subject', { labels: ['keys'], reason: REASON, sub: '' }],
  ])('refuses %s, and changes nothing', async (_, input) => {
    await open()
    expect(await asked(`mine is ${KEY}`)).toBe(200)
    const answer = await administer('/labels/declassify', { ...alice(), ...input }, 'bob')
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 400, code: 'invalid_request' })
    expect(await asked('hello')).toBe(403)
    expect((await house.entries()).filter(({ type }) => type === 'declassification')).toEqual([])
  })
})

describe('by the operator', () => {
  const said: string[] = []
  const output = {
    ...{ json: false, columns: undefined, data: () => undefined, warn: () => undefined },
    say: (text: string) => void said.push(text),
  }

  test('through the control socket, in every session [labels.declassified]', async () => {
    await open({ config: { ledger: { scope: 'session', gather: { secret: 'keys' } } } })
    const minted = await send(house.url, Buffer.alloc(0), {
      path: '/v1/sessions',
      headers: { authorization: `Bearer ${await house.token('alice')}` },
    })
    const { id } = minted.json() as { id: string }
    const within = { 'ostiary-session': id }
    expect(await asked(`mine is ${KEY}`, within)).toBe(200)
    expect(await asked('hello', within)).toBe(403)
    const { socket } = house.config.control
    expect(await callControl(socket, 'POST /labels/show', alice())).toEqual({ labels: ['keys'] })
    await callControl(socket, 'POST /labels/declassify', { ...alice(), labels: ['keys'], reason: REASON })
    expect(await asked('hello', within)).toBe(200)
    const [entry] = (await house.entries()).filter(({ type }) => type === 'declassification')
    expect(entry?.own).toMatchObject({ by: 'operator', labels: ['keys'], reason: REASON })
  })

  test('by command where no gateway runs; the next start logs it', async () => {
    await open()
    expect(await asked(`mine is ${KEY}`)).toBe(200)
    await house.stop()
    const file = join(house.dir, 'ostiary.yaml')
    writeFileSync(file, JSON.stringify(sections(house.upstream, house.issuer)))
    await showLabels(file, alice(), output)
    await declassify(file, { ...alice(), labels: 'keys', reason: REASON }, output)
    await showLabels(file, alice(), output)
    expect(said).toEqual(['keys restricted', 'declassified: keys of alice', 'restricted'])
    const first = house
    house = await openHouse({
      ...{ dir: first.dir, upstream: first.upstream, issuer: first.issuer },
      config: { ledger: { gather: { secret: ['keys', 'restricted'] } } },
    })
    expect(await asked('hello')).toBe(200)
    const entries = (await house.entries()).filter(({ type }) => type === 'declassification')
    expect(entries).toHaveLength(1)
    await house.close()
    house = first
  })
})
