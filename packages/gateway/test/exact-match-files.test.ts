import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchLine, type FilesHouse, jsonl, openFilesHouse } from './files-house.js'
import { released } from './released.js'
import { until } from './until.js'

const PHONE = '+49 151 7302 9458'
const POLICIES = `
@id("analysts") permit (principal in Group::"analysts", action in [Action::"invoke", Action::"administer"], resource);
`
const PERMITTED = '@id("release") permit (principal, action == Action::"release", resource is Model);'

let at: FilesHouse
beforeAll(async () => {
  at = await openFilesHouse({ policies: POLICIES })
})
afterAll(() => at.close())

test('what a job gave is withheld from who may not have what is in it [labels.release]', async () => {
  const client = await at.client()
  const file = await client.files.create({
    file: jsonl([batchLine('one', 'hello'), batchLine('two', `call ${PHONE}`)]),
    purpose: 'batch',
  })
  const job = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const
  const batch = await client.batches.create(job)
  const id = (await client.batches.retrieve(batch.id)).output_file_id ?? ''
  const content = async (): Promise<{ status: number; text: string; id: string | null }> => {
    const answer = await fetch(`${at.house.url}/v1/files/${id}/content`, {
      headers: { authorization: `Bearer ${await at.house.token('alice')}` },
    })
    const text = await answer.text().catch(() => 'torn')
    return { status: answer.status, text, id: answer.headers.get('x-request-id') }
  }
  expect((await content()).text).toContain('7302')

  // Released to others as restricted, after she had asked: she did not read it there.
  await released(at.house, [{ values: [PHONE], labels: ['restricted'] }])
  const torn = await until(async () => {
    const answer = await content()
    return answer.text.includes('7302') ? undefined : answer
  })
  const { outcome } = await at.house.exchange(torn.id)
  expect(outcome.own).toMatchObject({
    outcome: 'refused',
    reason: 'forbidden_by_policy',
    release: { labels: ['restricted'], decided: { kind: 'forbid' } },
  })

  at.house.writePolicies(POLICIES + PERMITTED)
  await at.house.running.reload(at.house.configure({}), 'test')
  const whole = await content()
  expect(whole.text).toContain('7302')
  expect((await at.house.exchange(whole.id)).outcome.own).toMatchObject({
    outcome: 'done',
    release: { labels: ['restricted'], decided: { kind: 'permit' } },
  })
  // Now she has read it: nobody is asked.
  const again = await content()
  expect((await at.house.exchange(again.id)).outcome.own['release']).toBeUndefined()
})
