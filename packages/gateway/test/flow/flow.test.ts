import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { POSTGRES, type PostgresServer } from '../postgres.js'
import { ATTACKS } from './attacks.js'
import { AGED, BENIGN } from './benign.js'
import { perform } from './perform.js'
import type { Story } from './story.js'
import { openWorld, startTables, type World } from './world.js'

// The flow rules as they are shipped, against stories that are data: what must be stopped is, and what people do all day goes on.

/** How a story came out: at which step it stopped, and why. */
interface Told {
  readonly story: Story
  /** Undefined: it went through. */
  readonly stoppedAt: number | undefined
  readonly why: string
  /** Requests that reached a provider by its last step. */
  readonly reachedByLast: number
}

async function tell(world: World, story: Story, name: string): Promise<Told> {
  const telling = { world, story, name, keys: new Map() }
  let before = 0
  for (const [at, step] of story.steps.entries()) {
    before = world.providers.reached
    const { passed, why } = await perform(telling, step)
    if (!passed) return { story, stoppedAt: at, why, reachedByLast: world.providers.reached - before }
  }
  return { story, stoppedAt: undefined, why: 'passed', reachedByLast: world.providers.reached - before }
}

describe.skipIf(POSTGRES === undefined)('the flow rules (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startTables()
  }, 60_000)
  afterAll(() => server.remove())

  describe('with labels that last', () => {
    let world: World
    beforeAll(async () => {
      world = await openWorld('8h', server)
    }, 60_000)
    afterAll(() => world.close())

    test('stop every attack before anything reaches a provider or a tool [flow.attacks]', async () => {
      expect(ATTACKS.length).toBeGreaterThanOrEqual(100)
      expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length)
      const told: Told[] = []
      for (const [nth, story] of ATTACKS.entries()) told.push(await tell(world, story, `thief-${nth}`))
      const stopped = told.filter(
        ({ reachedByLast, stoppedAt, story, why }) =>
          stoppedAt === story.steps.length - 1 && why === 'forbidden_by_policy' && reachedByLast === 0,
      )
      report('attacks', told, (one) => stopped.includes(one), 'stopped')
      expect(told.filter((one) => !stopped.includes(one)).map(lineOf)).toEqual([])
    }, 180_000)

    test('let through what people do all day, but for what is documented [flow.benign]', async () => {
      expect(BENIGN.length + AGED.length).toBeGreaterThanOrEqual(100)
      expect(new Set(BENIGN.map(({ name }) => name)).size).toBe(BENIGN.length)
      const told: Told[] = []
      for (const [nth, story] of BENIGN.entries()) told.push(await tell(world, story, `worker-${nth}`))
      const blocked = told.filter(({ stoppedAt }) => stoppedAt !== undefined)
      report('benign', told, (one) => !blocked.includes(one), 'passed')
      expect(blocked.map(lineOf)).toEqual([
        'reads a mail and answers it: step 2 forbidden_by_policy',
        'reads a ticket and closes it: step 2 forbidden_by_policy',
        'searches the web, then asks by an SDK that has answers stored: step 2 forbidden_by_policy',
      ])
      expect(blocked.length / (BENIGN.length + AGED.length)).toBeLessThanOrEqual(0.05)
    }, 180_000)
  })

  test('are what stops them: without them every attack goes through', async () => {
    const world = await openWorld('8h', server, '')
    try {
      const told: Told[] = []
      for (const [nth, story] of ATTACKS.entries()) told.push(await tell(world, story, `thief-${nth}`))
      expect(told.filter(({ stoppedAt }) => stoppedAt !== undefined).map(lineOf)).toEqual([])
    } finally {
      await world.close()
    }
  }, 180_000)

  test('let through what has aged out', async () => {
    const world = await openWorld('1s', server)
    try {
      const told = await Promise.all(AGED.map((story, nth) => tell(world, story, `patient-worker-${nth}`)))
      expect(told.filter(({ stoppedAt }) => stoppedAt !== undefined).map(lineOf)).toEqual([])
    } finally {
      await world.close()
    }
  }, 60_000)
})

function lineOf({ reachedByLast, stoppedAt, story: { name }, why }: Told): string {
  const where = stoppedAt === undefined ? 'went through' : `step ${stoppedAt + 1} ${why}`
  return reachedByLast === 0 || stoppedAt === undefined
    ? `${name}: ${where}`
    : `${name}: ${where}, and reached a provider`
}

/** By where stories begin: how many there are, and how many came out as they should. */
function report(what: string, told: readonly Told[], isGood: (one: Told) => boolean, word: string): void {
  const kinds = new Map<string, { all: number; good: number }>()
  for (const one of told) {
    const [kind = ''] = one.story.name.split(/ >|[,:]/)
    const held = kinds.get(kind) ?? { all: 0, good: 0 }
    kinds.set(kind, { all: held.all + 1, good: held.good + (isGood(one) ? 1 : 0) })
  }
  const lines = [...kinds].map(([kind, { all, good }]) => `${kind.padEnd(42)} ${String(good).padStart(4)} of ${all}`)
  const good = told.filter(isGood).length
  console.log([`${what}: ${good} of ${told.length} ${word}`, ...lines].join('\n'))
}
