import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { ask, errorOf, prompt } from './http.js'

const POLICIES = `@id("terms") @obligation("redact:term, mask:term.order, output:redact:term.project")
permit (principal in Group::"analysts", action, resource is Model);

@id("not-this-one") @reason("this case is closed")
forbid (principal, action, resource is Model) when { context.findings.contains("term.case") };
`

let house: House
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ostiary-terms-'))
  writeFileSync(join(folder, 'projects.txt'), 'Blue Heron\nProjekt Übermorgen\n')
  house = await openHouse({
    policies: POLICIES,
    config: {
      inspection: {
        terms: [
          { name: 'project', file: join(folder, 'projects.txt') },
          { name: 'order', pattern: 'ORD-[0-9]{6,8}' },
          { name: 'case', words: ['IRIS'], ignoreCase: false, context: ['case'] },
        ],
      },
    },
  })
})
afterAll(async () => {
  await house.finish()
  rmSync(folder, { recursive: true })
})

test('an operator’s terms are found, and policies oblige and forbid by them [content.terms]', async () => {
  const answer = await ask(house, prompt('Of blue  heron and Projekt übermorgen: ORD-123456, the iris case.'))
  expect(answer.status).toBe(200)
  const sent = house.upstream.received.at(-1)?.body.toString('utf8') ?? ''
  expect(sent).toContain(
    'Of [redacted:term.project] and [redacted:term.project]: [redacted:term.order], the iris case.',
  )
  const refused = await ask(house, prompt('The case of IRIS.'))
  expect(errorOf(refused)).toMatchObject({ code: 'forbidden_by_policy' })
})
