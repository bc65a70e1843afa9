import { createMemoryStore } from '@ostiary/testkit'
import { expect, test } from 'vitest'
import { rowsOf, type Store } from '../spec/index.js'
import { claimOrigin } from './log-origin.js'

const clock = { now: () => 1_800_000_000_000 }
const ORIGIN = 'gateway.example/audit'

interface Claimed {
  readonly shared: () => number
  close(): Promise<void>
}

let ids = 0

async function gateway(store: Store, origin: string = ORIGIN): Promise<Claimed> {
  let shared = 0
  ids += 1
  const own = `run-${ids}`
  const onShared = (): void => {
    shared += 1
  }
  const { close } = await claimOrigin(origin, { store, newId: () => own, onShared })
  return { shared: () => shared, close }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

test('two gateways that run with one origin are both told, once; a third tells all', async () => {
  const store = createMemoryStore(clock)
  const one = await gateway(store)
  const apart = await gateway(store, 'gateway.example/audit/b')
  const other = await gateway(store)
  await settled()
  expect([one.shared(), other.shared(), apart.shared()]).toEqual([1, 1, 0])
  const third = await gateway(store)
  await settled()
  expect([one.shared(), other.shared(), apart.shared()]).toEqual([2, 2, 0])
  expect(third.shared()).toBeGreaterThan(0)
  for (const each of [one, other, third, apart]) await each.close()
})

test('one after the other, stopped or killed, nobody is told', async () => {
  const store = createMemoryStore(clock)
  await (await gateway(store)).close()
  expect(await rowsOf(store, 'log-origins')).toEqual([])
  const killed = await store.put('log-origins', ORIGIN, 'run-of-a-killed-one')
  expect(killed).toBe(true)
  const next = await gateway(store)
  await settled()
  expect(next.shared()).toBe(0)
  await next.close()
})

test('a store that went away does not keep a gateway from stopping', async () => {
  const store = createMemoryStore(clock)
  let isAway = false
  const put: Store['put'] = async (...all) => {
    if (isAway) throw new Error('away')
    return await store.put(...all)
  }
  const one = await gateway({ ...store, put })
  isAway = true
  await one.close()
})
