import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { DIRECTIONS, FIELD_IDS, FIELDS, isAbsent } from './matrix/fields.js'
import { type Observed, observe, POLICIES, theSame } from './matrix/observe.js'
import { pageOf } from './matrix/page.js'
import { configOf, SURFACES } from './matrix/surfaces.js'
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.js'

let house: House
let provider: ScriptedProvider

beforeAll(async () => {
  provider = await startScriptedProvider()
  house = await openHouse({ policies: POLICIES, config: configOf(provider.origin) })
})
afterAll(async () => {
  await house.finish()
  await provider.close()
})

/** By title, direction and field. */
const observed = new Map<string, Observed | string>()

describe.each(SURFACES.map((surface) => ({ surface, title: surface.title })))('$title', ({ surface, title }) => {
  for (const direction of DIRECTIONS) {
    for (const field of FIELD_IDS) {
      const cell = surface[direction][field]
      const key = `${title} ${direction} ${field}`
      if (isAbsent(cell)) observed.set(key, cell.why)
      else {
        test(`${direction}: ${FIELDS[field]}`, async () => {
          const all: Observed[] = []
          for (const probe of cell) all.push(await observe({ house, provider }, { surface, direction, field, probe }))
          observed.set(key, theSame({ surface, direction, field }, all))
        })
      }
    }
  }
})

test('the page is what was observed, and no cell is empty [content.coverage]', async () => {
  const page = pageOf(SURFACES, (surface, direction, field) => observed.get(`${surface.title} ${direction} ${field}`))
  await expect(page).toMatchFileSnapshot('../../../docs/coverage.md')
})
