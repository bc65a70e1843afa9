import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type KeptAnswer, openaiShapedKey } from '@ostiary/devkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { batchLine, type FilesHouse, openFilesHouse } from './files-house.js'
import { until } from './until.js'

let at: FilesHouse
beforeAll(async () => {
  at = await openFilesHouse({ config: { limits: { bodyBytes: '16KiB', uploadBytes: '256KiB' } } })
})
afterAll(() => at.close())
afterEach(() => {
  at.provider.files.lie = undefined
})

const MAIL = 'ann.doe@corp.example'
const BOUNDARY = 'boundary-of-a-test'
const GOOD = batchLine('one', `mail ${MAIL}`)

interface Field {
  readonly name: string
  readonly value: string | Buffer
  readonly file?: boolean
}

function formOf(fields: readonly Field[]): Buffer {
  const parts = fields.flatMap(({ file, name, value }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file ? '; filename="a.jsonl"' : ''}\r\n\r\n`,
    ),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
}

const PURPOSE: Field = { name: 'purpose', value: 'batch' }
const file = (value: string | Buffer): Field => ({ name: 'file', value, file: true })

interface Said {
  readonly status: number
  readonly id: string | null
  readonly code?: string
  readonly message?: string
  readonly file?: string
}

async function upload(body: Buffer, as = 'alice', headers: Readonly<Record<string, string>> = {}): Promise<Said> {
  const answer = await fetch(new URL('/v1/files', at.house.url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await at.house.token(as)}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
    body: new Uint8Array(body),
  })
  const { error, id } = (await answer.json()) as { error?: { code: string; message: string }; id?: string }
  return {
    status: answer.status,
    id: answer.headers.get('x-request-id'),
    ...error,
    ...(id === undefined ? {} : { file: id }),
  }
}

const uploads = (value: string | Buffer): Promise<Said> => upload(formOf([PURPOSE, file(value)]))
const sent = (said: Said): string => at.provider.files.kept.get(said.file ?? '')?.content.toString('utf8') ?? ''
/** Nothing is left, on the disk as anywhere. */
const spooled = (): readonly string[] => readdirSync(join(at.house.dir, 'store', 'spool'))

describe('an upload', () => {
  it('may have its purpose before the file or behind it [files.multipart]', async () => {
    for (const fields of [
      [PURPOSE, file(GOOD)],
      [file(GOOD), PURPOSE],
    ]) {
      const said = await upload(formOf(fields))
      expect(said.status).toBe(200)
      expect(sent(said)).toContain('"custom_id":"one"')
      expect(sent(said)).not.toContain(MAIL)
    }
    expect(spooled()).toEqual([])
  })

  it('keeps its line ends, empty lines, and an end without one', async () => {
    const model = { model: 'demo-model' }
    const [one, two] = [batchLine('one', 'a', model), batchLine('two', 'b', model)]
    const lines = [batchLine('one', 'a'), batchLine('two', 'b')]
    expect(sent(await uploads(`${lines[0]}\r\n\r\n \n${lines[1]}`))).toBe(`${one}\r\n\r\n \n${two}`)
  })

  it.each<readonly [string, () => Buffer, string, RegExp]>([
    ['two files', () => formOf([PURPOSE, file(GOOD), file(GOOD)]), 'invalid_request', /twice/],
    ['two purposes', () => formOf([PURPOSE, PURPOSE, file(GOOD)]), 'invalid_request', /twice/],
    ['no file', () => formOf([PURPOSE]), 'invalid_request', /no file/],
    ['no purpose', () => formOf([file(GOOD)]), 'invalid_request', /./],
    ['an unknown field', () => formOf([PURPOSE, { name: 'note', value: 'x' }, file(GOOD)]), 'invalid_request', /./],
    [
      'a purpose that is not governed',
      () => formOf([{ name: 'purpose', value: 'distillation' }, file(GOOD)]),
      'endpoint_not_governed',
      /purpose/,
    ],
    ['no line', () => formOf([PURPOSE, file('\n \n')]), 'invalid_request', /empty/],
    [
      'a name twice in a line',
      () => formOf([PURPOSE, file(`{"custom_id":"a",${GOOD.slice(1)}`)]),
      'invalid_request',
      /Line 1.*twice/,
    ],
    [
      'no UTF-8',
      () => formOf([PURPOSE, file(Buffer.from(GOOD.replace('mail', '\xff'), 'latin1'))]),
      'invalid_request',
      /Line 1.*UTF-8/,
    ],
    ['a byte order mark', () => formOf([PURPOSE, file(`\ufeff${GOOD}`)]), 'invalid_request', /Line 1/],
    ['two values in a line', () => formOf([PURPOSE, file(`${GOOD}\r${GOOD}`)]), 'invalid_request', /Line 1/],
    [
      'a line within a line, to whom a carriage return ends one',
      () => formOf([PURPOSE, file(GOOD.replace('{', `{"note":\r${batchLine('a', 'b', { model: 'none' })}\r,`))]),
      'invalid_request',
      /Line 1.*carriage return/,
    ],
    [
      'half a surrogate pair',
      () => formOf([PURPOSE, file(GOOD.replace('mail', '\\ud800'))]),
      'invalid_request',
      /Line 1/,
    ],
    ['a compressed file', () => formOf([PURPOSE, file(gzipSync(GOOD))]), 'invalid_request', /Line 1/],
    [
      'a long line',
      () => formOf([PURPOSE, file(`${GOOD}\n${batchLine('two', 'x'.repeat(20_000))}`)]),
      'body_too_large',
      /Line 2/,
    ],
    ['a line without end', () => formOf([PURPOSE, file('x'.repeat(200_000))]), 'body_too_large', /Line 1/],
    ['more than it may', () => formOf([PURPOSE, file(`${GOOD}\n`.repeat(3000))]), 'body_too_large', /./],
    [
      'another endpoint',
      () => formOf([PURPOSE, file(GOOD.replace('chat/completions', 'images/generations'))]),
      'endpoint_not_governed',
      /Line 1/,
    ],
    ['another method', () => formOf([PURPOSE, file(GOOD.replace('POST', 'GET'))]), 'invalid_request', /Line 1/],
    [
      'a body that is none',
      () => formOf([PURPOSE, file('{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":"x"}')]),
      'invalid_request',
      /Line 1/,
    ],
    [
      'a second body in capitals',
      () => formOf([PURPOSE, file(GOOD.replace('"body"', '"Body":{},"body"'))]),
      'invalid_request',
      /Line 1/,
    ],
    [
      'a model that is elsewhere',
      () => formOf([PURPOSE, file(batchLine('a', 'b', { model: 'none' }))]),
      'model_not_found',
      /Line 1/,
    ],
    [
      'a secret in an unknown member',
      () => formOf([PURPOSE, file(GOOD.replace('{', `{"note":"${openaiShapedKey('note')}",`))]),
      'content_blocked',
      /Line 1/,
    ],
    [
      'a secret in its id',
      () => formOf([PURPOSE, file(batchLine(openaiShapedKey('id'), 'hello'))]),
      'content_blocked',
      /Line 1/,
    ],
  ])('is refused with %s, and nothing leaves or stays [files.refused-whole]', async (_, body, code, message) => {
    const before = at.provider.requestCount
    const said = await upload(body())
    expect(said).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(at.provider.requestCount).toBe(before)
    expect(spooled()).toEqual([])
    const { intent, outcome } = await at.house.exchange(said.id)
    expect(intent).toBeUndefined()
    expect(outcome.own).toMatchObject({ outcome: 'refused', reason: code })
    expect(outcome.text).not.toContain('sk-')
  })

  it('is refused compressed, and as no form, before it is read', async () => {
    const form = formOf([PURPOSE, file(GOOD)])
    for (const header of [{ 'content-encoding': 'gzip' }, { 'content-type': 'application/json' }]) {
      const said = await upload(form, 'alice', header)
      expect(said).toMatchObject({ status: 415 })
      // Written by now: who looks for the next outcome finds its own.
      expect((await at.house.exchange(said.id)).outcome.own).toMatchObject({ outcome: 'refused' })
    }
  })

  it('whose caller leaves in the middle reaches nobody, and leaves nothing [files.left]', async () => {
    const before = at.provider.requestCount
    const { asked, id } = await begun(await at.house.token())
    asked.destroy()
    const { outcome } = await until(async () => await at.house.exchange(await id))
    expect(outcome.own).toMatchObject({ outcome: 'left' })
    expect(at.provider.requestCount).toBe(before)
    expect(spooled()).toEqual([])
  })

  it('is one of four of its caller, who keeps nobody else out [files.spool]', async () => {
    const token = await at.house.token()
    const four = []
    for (let count = 0; count < 4; count += 1) four.push(await begun(token))
    expect(await uploads(GOOD)).toMatchObject({ status: 503, code: 'overloaded' })
    expect((await upload(formOf([PURPOSE, file(batchLine('bobs', 'hello'))]), 'bob')).status).toBe(200)
    for (const { asked } of four) asked.destroy()
    await until(async () => ((await uploads(GOOD)).status === 200 ? true : undefined))
  })

  it('ends with the credential that it lives on [files.revoked]', async () => {
    const token = await at.house.token()
    const before = at.provider.requestCount
    const { answered, asked } = await begun(token)
    const { operate } = await import('../src/cli/operate.js')
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    await operate(at.house.config, 'POST /revocations', { jti })
    expect(await answered).toMatchObject({ status: 401, code: 'revoked_token' })
    asked.destroy()
    expect(at.provider.requestCount).toBe(before)
  })
})

/** An upload of which half came. */
async function begun(token: string) {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': '100000',
  }
  const seen = (await at.house.entries()).length
  const asked = request(new URL('/v1/files', at.house.url), { method: 'POST', headers })
  const answered = new Promise<{ readonly status: number; readonly code: string }>((resolve, reject) => {
    asked.once('error', reject)
    asked.once('response', async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      resolve({ status: answer.statusCode ?? 0, code: JSON.parse(text).error.code })
    })
  })
  answered.catch(() => undefined)
  asked.write(formOf([PURPOSE, file(GOOD)]).subarray(0, 200))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const id = async () => {
    const outcome = await until(async () =>
      (await at.house.entries()).slice(seen).find((one) => one.type === 'outcome'),
    )
    return outcome.id.slice(0, -1)
  }
  return {
    asked,
    answered,
    get id() {
      return id()
    },
  }
}

describe('a provider that lies', () => {
  const instead =
    (change: Readonly<Record<string, unknown>>) =>
    (answer: KeptAnswer): KeptAnswer => ({
      ...answer,
      body: Buffer.from(JSON.stringify({ ...JSON.parse(answer.body.toString('utf8')), ...change })),
    })

  it("does not make another's file the caller's [files.ownership]", async () => {
    const bobs = await upload(formOf([PURPOSE, file(batchLine('bobs', 'hello'))]), 'bob')
    expect(bobs.status).toBe(200)
    at.provider.files.lie = instead({ id: bobs.file })
    expect(await uploads(GOOD)).toMatchObject({ status: 502, code: 'upstream_failed' })
    at.provider.files.lie = undefined
    const mine = await uploads(GOOD)
    at.provider.files.lie = instead({ id: bobs.file })
    const alice = await at.client()
    await expect(alice.files.retrieve(mine.file ?? '')).rejects.toMatchObject({ status: 502 })
    at.provider.files.lie = instead({ output_file_id: bobs.file })
    const batch = {
      input_file_id: mine.file ?? '',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    } as const
    await expect(alice.batches.create(batch)).rejects.toMatchObject({ status: 502 })
    at.provider.files.lie = undefined
    await expect(alice.files.content(bobs.file ?? '')).rejects.toMatchObject({ status: 404 })
  })

  it('says nothing that may not leave, in an error as in an answer', async () => {
    at.provider.files.lie = (answer) => ({
      ...answer,
      status: 400,
      body: Buffer.from(`{"error":{"message":"${MAIL}"}}`),
    })
    const said = await uploads(GOOD)
    expect(said.status).toBe(400)
    expect(said.message).not.toContain(MAIL)
    for (const id of ['../../etc', 'a/b', '', 7]) {
      at.provider.files.lie = instead({ id })
      expect(await uploads(GOOD)).toMatchObject({ status: 502, code: 'upstream_failed' })
    }
  })
})

describe('paths', () => {
  it.each([
    ['GET', '/v1/files/a%2Fb', 'file_not_found'],
    ['GET', '/v1/files/..%2fmodels', 'file_not_found'],
    ['GET', '/v1/files/a/b/content', 'endpoint_not_governed'],
    ['GET', '/v1/files//content', 'endpoint_not_governed'],
    ['GET', '/v1/files/', 'endpoint_not_governed'],
    ['PUT', '/v1/files/file-1', 'endpoint_not_governed'],
    ['POST', '/v1/uploads', 'endpoint_not_governed'],
    ['POST', '/v1/fine_tuning/jobs/ftjob-1/pause', 'endpoint_not_governed'],
    ['GET', '/v1/files?purpose=batch&purpose=vision', 'invalid_request'],
    ['GET', '/v1/files?project=other', 'invalid_request'],
    ['GET', '/v1/batches?after=batch-of-nobody', 'file_not_found'],
  ])('%s %s is %s [files.paths]', async (method, path, code) => {
    const before = at.provider.requestCount
    const headers = { authorization: `Bearer ${await at.house.token()}` }
    const answer = await fetch(at.house.url + path, { method, headers })
    expect(((await answer.json()) as { error: { code: string } }).error.code).toBe(code)
    expect(at.provider.requestCount).toBe(before)
  })
})
