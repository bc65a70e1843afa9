import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openaiShapedKey } from '@ostiary/devkit'
import { APIError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchLine, type FilesHouse, jsonl, openFilesHouse } from './files-house.js'

let at: FilesHouse
beforeAll(async () => {
  at = await openFilesHouse()
})
afterAll(() => at.close())

const MAIL = 'ann.doe@corp.example'

describe('a batch by the real client', () => {
  it('is uploaded line by line, made, followed and read [files.batches]', async () => {
    const client = await at.client()
    const file = await client.files.create({
      file: jsonl([batchLine('one', `write to ${MAIL}`), batchLine('two', 'hello')]),
      purpose: 'batch',
    })
    expect(file).toMatchObject({ object: 'file', purpose: 'batch', filename: 'batch.jsonl' })
    const sent = at.provider.files.kept.get(file.id)?.content.toString('utf8') ?? ''
    expect(sent).not.toContain(MAIL)
    const [first, second] = sent.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)))
    expect(first.body).toMatchObject({ model: 'demo-model' })
    expect(first.body.messages[0].content).toMatch(/^write to \[/)
    expect(second).toEqual(JSON.parse(batchLine('two', 'hello', { model: 'demo-model' })))

    const batch = await client.batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { about: `for ${MAIL}` },
    })
    expect(batch.metadata?.['about']).not.toContain(MAIL)
    const done = await client.batches.retrieve(batch.id)
    expect(done.status).toBe('completed')
    const output = await client.files.content(done.output_file_id ?? '')
    const lines = (await output.text()).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).custom_id)).toEqual(['one', 'two'])
    expect((await client.batches.list()).data.map(({ id }) => id)).toEqual([batch.id])
    expect((await client.files.list()).data.map(({ id }) => id)).toEqual([done.output_file_id, file.id])
    expect(await client.files.delete(file.id)).toMatchObject({ deleted: true })
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404, code: 'file_not_found' })
  })

  it('is uploaded from a stream, by a client that does not say how long it is', async () => {
    const path = join(at.house.dir, 'requests.jsonl')
    writeFileSync(path, Array.from({ length: 500 }, (_, index) => `${batchLine(`line-${index}`, 'hello')}\n`).join(''))
    const client = await at.client()
    const file = await client.files.create({ file: createReadStream(path), purpose: 'batch' })
    expect(at.provider.files.kept.get(file.id)?.content.toString('utf8').trim().split('\n')).toHaveLength(500)
    const boundary = 'chunked'
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n`
    const tail = `\r\n--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--${boundary}--\r\n`
    const answer = await fetch(`${at.house.url}/v1/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await at.house.token()}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      body: Readable.toWeb(Readable.from([head, batchLine('one', 'hello'), tail])) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(200)
  })

  it('refuses a file for one line, and says which and nothing of it [files.refused-whole]', async () => {
    const client = await at.client()
    const before = at.provider.files.kept.size
    const secret = openaiShapedKey('planted')
    const refused = await client.files
      .create({ file: jsonl([batchLine('one', 'hello'), batchLine('two', `use ${secret}`)]), purpose: 'batch' })
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(APIError)
    expect(refused).toMatchObject({ status: 403, code: 'content_blocked' })
    expect((refused as APIError).message).toContain('Line 2')
    expect((refused as APIError).message).not.toContain(secret)
    expect(at.provider.files.kept.size).toBe(before)
  })

  it('refuses a job that hands data on to others', async () => {
    const client = await at.client()
    const file = await client.files.create({ file: jsonl([batchLine('one', 'hello')]), purpose: 'batch' })
    const asked = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const
    const before = at.provider.requestCount
    for (const where of [
      { output_folder: { url: 'https://blob.example' } },
      { input_blob: 'https://blob.example/a' },
    ]) {
      const made = client.batches.create({ ...asked, ...where })
      await expect(made).rejects.toMatchObject({ status: 400, param: Object.keys(where)[0] })
    }
    const integrations = [{ type: 'wandb', wandb: { project: 'p' } }] as const
    const tuned = client.fineTuning.jobs.create({
      model: 'model',
      training_file: file.id,
      integrations: [...integrations],
    })
    await expect(tuned).rejects.toMatchObject({ status: 400, param: 'integrations' })
    expect(at.provider.requestCount).toBe(before)
    await client.files.delete(file.id)
  })

  it("keeps everybody's apart", async () => {
    const alice = await at.client('alice')
    const bob = await at.client('bob')
    const file = await alice.files.create({ file: jsonl([batchLine('one', 'hello')]), purpose: 'batch' })
    const foreign = at.provider.files.keep('batch', 'foreign.jsonl', Buffer.from('{}'))
    for (const id of [file.id, foreign.id, 'file-none', 'file-..', 'no%2Fid']) {
      const asked = [
        () => bob.files.retrieve(id),
        () => bob.files.content(id),
        () => bob.files.delete(id),
        () => bob.batches.create({ input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' }),
        () => bob.files.list({ after: id }),
      ]
      for (const one of asked)
        await expect(one()).rejects.toMatchObject({ code: expect.stringMatching(/file_not_found|invalid_request/) })
    }
    expect((await bob.files.list()).data).toEqual([])
  })
})

describe('fine-tuning by the real client', () => {
  const example = (content: string): string =>
    JSON.stringify({
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: 'It is done.' },
      ],
    })

  it('has a model trained on what was judged for it [files.train]', async () => {
    const client = await at.client()
    const file = await client.files.create({ file: jsonl([example(`mail ${MAIL}`)]), purpose: 'fine-tune' })
    expect(at.provider.files.kept.get(file.id)?.content.toString('utf8')).not.toContain(MAIL)
    const job = await client.fineTuning.jobs.create({
      model: 'model',
      training_file: file.id,
      suffix: `for-${MAIL}`,
      hyperparameters: { n_epochs: 3 },
    })
    expect(job.model).toBe('demo-model')
    const done = await client.fineTuning.jobs.retrieve(job.id)
    expect(done.fine_tuned_model).not.toContain(MAIL)
    const table = await (await client.files.content(done.result_files[0] ?? '')).text()
    expect(table).toBe('step,train_loss\n1,0.5\n')
    expect((await client.fineTuning.jobs.list()).data.map(({ id }) => id)).toEqual([job.id])
    expect((await client.fineTuning.jobs.listEvents(job.id)).data).toHaveLength(1)
    expect((await client.fineTuning.jobs.checkpoints.list(job.id)).data).toHaveLength(1)
    expect((await client.fineTuning.jobs.cancel(job.id)).status).toBe('cancelled')
    const bob = await at.client('bob')
    for (const one of [
      () => bob.fineTuning.jobs.retrieve(job.id),
      () => bob.fineTuning.jobs.cancel(job.id),
      () => bob.fineTuning.jobs.listEvents(job.id),
    ]) {
      await expect(one()).rejects.toMatchObject({ status: 404, code: 'file_not_found' })
    }
  })

  it('refuses a model that policy does not let be trained, and a file for something else', async () => {
    const client = await at.client()
    const file = await client.files.create({ file: jsonl([example('hello')]), purpose: 'fine-tune' })
    const other = { model: 'other-model', training_file: file.id }
    await expect(client.fineTuning.jobs.create(other)).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
    const batch = await client.files.create({ file: jsonl([batchLine('one', 'hello')]), purpose: 'batch' })
    const wrong = { model: 'model', training_file: batch.id }
    await expect(client.fineTuning.jobs.create(wrong)).rejects.toMatchObject({ status: 400, code: 'invalid_request' })
  })

  it('asks for the scope and for the permit before anything leaves [files.train]', async () => {
    const before = at.provider.files.kept.size
    const invokes = await at.client('alice', 'models:invoke')
    const upload = { file: jsonl([example('hello')]), purpose: 'fine-tune' } as const
    await expect(invokes.files.create(upload)).rejects.toMatchObject({ status: 403, code: 'insufficient_scope' })
    const bob = await at.client('bob')
    await expect(bob.files.create(upload)).rejects.toMatchObject({ status: 403, code: 'forbidden_by_policy' })
    expect(at.provider.files.kept.size).toBe(before)
  })
})
