import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startDetectorServer } from './detector-server.js'
import { batchLine, type FilesHouse, jsonl, openFilesHouse } from './files-house.js'

const permit = (obligations: string, more = ''): string => `@id("analysts")
${obligations === '' ? '' : `@obligation("${obligations}")`}
permit (principal, action == Action::"invoke", resource is Model) when { principal in Group::"analysts" || principal in Group::"agents" };
${more}`
const MAIL = 'ann.doe@corp.example'
const TOOL_CALL = { id: 'c1', type: 'function', function: { name: 'read', arguments: '{}' } }
const CREATE = { endpoint: '/v1/chat/completions', completion_window: '24h' } as const

let at: FilesHouse
beforeAll(async () => {
  at = await openFilesHouse({
    policies: permit(''),
    config: {
      budgets: {
        rules: [{ name: 'other', per: 'principal', match: { models: ['other-model'] }, tokens: '100000/1d' }],
      },
    },
  })
})
afterAll(() => at.close())
beforeEach(() => policies(permit('')))

async function policies(text: string): Promise<void> {
  at.house.writePolicies(text)
  await at.house.running.reload(at.house.configure({}), 'test')
}

const upload = async (lines: readonly string[]): Promise<string> => {
  const client = await at.client()
  return (await client.files.create({ file: jsonl(lines), purpose: 'batch' })).id
}
const create = async (id: string) => (await at.client()).batches.create({ input_file_id: id, ...CREATE })

describe('what was judged at the upload', () => {
  it('is decided again when a batch is made of it [files.again]', async () => {
    // Somebody looks, or it would be said that nobody did.
    await policies(permit('flag:pii'))
    const id = await upload([batchLine('one', `mail ${MAIL}`)])
    await policies(permit('redact:pii.email'))
    await expect(create(id)).rejects.toMatchObject({ status: 422, code: 'obligation_failed' })
    await expect(create(id)).rejects.toThrow(/upload it again/)
    await policies(
      permit('', '@id("stop") forbid (principal, action, resource) when { context.findings.contains("pii") };'),
    )
    await expect(create(id)).rejects.toMatchObject({ status: 403, code: 'forbidden_by_policy' })
    const client = await at.client()
    await expect(client.files.content(id)).rejects.toMatchObject({ status: 403 })
    expect((await client.files.list()).data).toEqual([])
    // An owner may always be rid of it.
    expect(await client.files.delete(id)).toMatchObject({ deleted: true })
  })

  it('is enough where as much or more was done then [files.again]', async () => {
    await policies(permit('redact:pii.email, limit:max-tokens:100'))
    const id = await upload([batchLine('one', `mail ${MAIL}`, { max_tokens: 50 })])
    await policies(permit('mask:pii.email, limit:max-tokens:50'))
    expect((await create(id)).status).toBe('validating')
    await policies(permit('limit:max-tokens:40'))
    await expect(create(id)).rejects.toMatchObject({ code: 'obligation_failed' })
  })

  it('is decided again for lines that bound their answer by nothing, whatever others do [files.again]', async () => {
    const id = await upload([batchLine('one', 'hello', { max_tokens: 50 }), batchLine('two', 'hello')])
    expect((await create(id)).status).toBe('validating')
    await policies(permit('', '@id("bound") forbid (principal, action, resource) when { context.maxTokens == 0 };'))
    await expect(create(id)).rejects.toMatchObject({ status: 403, code: 'forbidden_by_policy' })
  })

  it('goes where policy sends it, and nowhere else', async () => {
    const routes =
      '@id("r") @obligation("route:other-model") permit (principal, action == Action::"invoke", resource == Model::"model");'
    await policies(permit('', routes))
    const id = await upload([batchLine('one', 'hello')])
    expect(at.provider.files.kept.get(id)?.content.toString('utf8')).toContain('"model":"other-model"')
    expect((await create(id)).status).toBe('validating')
    await policies(permit(''))
    const straight = await upload([batchLine('one', 'hello')])
    await policies(permit('', routes))
    await expect(create(straight)).rejects.toMatchObject({ code: 'obligation_failed' })
  })

  it('is refused with what cannot be inspected, unless policy lets it pass', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    const line = batchLine('one', '', { messages: [{ role: 'user', content: [image] }] })
    await expect(upload([line])).rejects.toMatchObject({ status: 403, code: 'content_uninspectable' })
    await policies(permit('pass:uninspectable'))
    const id = await upload([line])
    await policies(permit(''))
    await expect(create(id)).rejects.toMatchObject({ status: 403, code: 'content_uninspectable' })
  })
})

describe('what a batch gave', () => {
  const made = async (): Promise<string> => {
    const client = await at.client()
    const batch = await create(await upload([batchLine('one', `mail ${MAIL}`), batchLine('two', 'hello')]))
    return (await client.batches.retrieve(batch.id)).output_file_id ?? ''
  }

  it('is judged line by line by the policies of now [files.content]', async () => {
    const id = await made()
    const client = await at.client()
    expect(await (await client.files.content(id)).text()).toContain(MAIL)
    await policies(permit('output:redact:pii.email'))
    const text = await (await client.files.content(id)).text()
    expect(text).not.toContain(MAIL)
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).response.status_code),
    ).toEqual([200, 200])
  })

  it('is torn at a line that may not leave, and the log says why [files.content]', async () => {
    const id = await made()
    await policies(permit('output:block:pii.email'))
    const answer = await fetch(`${at.house.url}/v1/files/${id}/content`, {
      headers: { authorization: `Bearer ${await at.house.token('alice')}` },
    })
    // Its first line is what may not leave, so that not even a head went out.
    expect(answer.status).toBe(403)
    const { outcome } = await at.house.exchange(answer.headers.get('x-request-id'))
    expect(outcome.own).toMatchObject({ outcome: 'refused', reason: 'content_blocked' })
    expect(outcome.own['reason_detail']).toMatch(/^line 1: /)
  })
})

describe('a download', () => {
  const routes =
    '@id("r") @obligation("route:other-model") permit (principal, action == Action::"invoke", resource == Model::"model");'
  /** Begins one that is larger than what sockets hold, and gives what reads the rest of it. */
  const begun = async (): Promise<() => Promise<number>> => {
    const long = 'It goes on and on. '.repeat(700)
    const id = await upload(Array.from({ length: 1200 }, (_, index) => batchLine(`line-${index}`, long)))
    const answer = await fetch(`${at.house.url}/v1/files/${id}/content`, {
      headers: { authorization: `Bearer ${await at.house.token('alice')}` },
    })
    expect(answer.status).toBe(200)
    return async () => (await answer.arrayBuffer()).byteLength
  }

  it('goes on while policies still permit it, where they routed it too [files.lives]', async () => {
    await policies(permit('', routes))
    const rest = await begun()
    await policies(permit('', `${routes}\n// another text`))
    expect(await rest()).toBeGreaterThan(15_000_000)
  })

  it('is cut when they do not any more [files.lives]', async () => {
    const rest = await begun()
    await policies(permit('', '@id("stop") forbid (principal, action == Action::"invoke", resource);'))
    await expect(rest()).rejects.toThrow()
  })
})

describe('a document that requests will name', () => {
  const sent = async (
    content: string | Uint8Array,
    name: string,
    purpose: 'user_data' | 'assistants' = 'user_data',
  ) => {
    const client = await at.client()
    const file = await client.files.create({ file: new File([new Uint8Array(Buffer.from(content))], name), purpose })
    return { file, content: at.provider.files.kept.get(file.id)?.content.toString('utf8') }
  }
  const escaped = MAIL.replace('@', '\\u0040')

  it.each([
    ['plain', `Write to ${MAIL}.`],
    ['a table', `name,mail\nAnn,${MAIL}\n`],
    ['JSON, behind escapes', `{"mail":"${escaped}","at":1}`],
    ['lines of JSON, behind escapes', `{"mail":"${escaped}"}\n\n{"at":1.50}\n`],
  ])('is inspected whole where it is text: %s [files.documents]', async (_, content) => {
    await policies(permit('redact:pii.email'))
    const found = await sent(content, 'Notes of Ann.txt')
    expect(found.file.filename).toBe('file.txt')
    expect(found.content).not.toContain(MAIL)
    expect(found.content).not.toContain(escaped)
    expect(found.content?.split('\n')).toHaveLength(content.split('\n').length)
    const clean = content.replaceAll(MAIL, 'nobody').replaceAll(escaped, 'nobody')
    expect((await sent(clean, 'a.txt', 'assistants')).content).toBe(clean)
  })

  it.each([
    ['one string', (value: string) => `"${value}"`],
    ['lines of strings', (value: string) => `"${value}"\r\n"b"\n`],
    ['behind escapes, in JSON that not everybody takes', (value: string) => `{"a":1,"a":2,"b":"\\u0061 ${value}"}`],
    ['behind escapes, beside a line that is no JSON', (value: string) => `{"b":"\\u0061 ${value}"}\n{bad\n`],
  ])('hides nothing where it is JSON in part, or no object: %s [files.documents]', async (_, of) => {
    await policies(permit('redact:pii'))
    const { content } = await sent(of(escaped), 'a.json')
    expect(content).toContain('[')
    expect(content).not.toContain(escaped)
    expect(content).not.toContain(MAIL)
    expect((await sent(of('nobody'), 'a.json')).content).toBe(of('nobody'))
  })

  it.each([
    ['alone', (value: string) => value],
    ['lines', (value: string) => `${value}\n${value}\n`],
    ['in an object', (value: string) => `{"card":${value},"at":1.50}`],
    ['in lines of JSON', (value: string) => `{"card":${value}}\n[${value}]`],
  ])('has its long numbers inspected where it is JSON: %s [files.documents]', async (_, of) => {
    await policies(permit('redact:pii.card'))
    expect((await sent(of('4111111111111111'), 'a.json')).content).not.toContain('4111111111111111')
    expect((await sent(of('1234'), 'a.json')).content).toBe(of('1234'))
  })

  it('is refused where it is none, whatever it is called, unless policy lets it pass [files.documents]', async () => {
    const none = [
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0]),
      `%PDF-1.7 ${MAIL}`,
      Buffer.from('caf\xe9', 'latin1'),
      `{\\rtf1 ${MAIL}}`,
      `\ufeff{\\rtf1 ${MAIL}}`,
    ]
    for (const content of none)
      await expect(sent(content, 'a.txt')).rejects.toMatchObject({ status: 403, code: 'content_uninspectable' })
    await policies(permit('pass:uninspectable'))
    const { content, file } = await sent(none[1] ?? '', 'a.pdf')
    expect(content).toBe(none[1])
    const client = await at.client()
    expect((await client.files.retrieve(file.id)).filename).toBe('file.pdf')
    await expect(client.files.content(file.id)).rejects.toMatchObject({ code: 'endpoint_not_governed' })
    await expect(create(file.id)).rejects.toMatchObject({ status: 400, code: 'invalid_request' })
    await policies(permit(''))
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ code: 'content_uninspectable' })
  })
})

describe('the log', () => {
  it('has what was asked of an upload, by its digests and counts, and none of its text [files.log]', async () => {
    await policies(permit('redact:pii.email'))
    const client = await at.client()
    const upload = client.files.create({
      file: jsonl([batchLine('one', `mail ${MAIL}`), batchLine('two', 'hello')]),
      purpose: 'batch',
    })
    const { response } = await upload.withResponse()
    const { intent, outcome } = await at.house.exchange(response.headers.get('x-request-id'))
    expect(intent?.own).toMatchObject({
      transfer: { act: 'upload', kept: 'file', lines: 2, purpose: 'batch' },
      findings: { 'pii.email': 1 },
      carried_out: { 'redact:pii.email': 1 },
      provider: 'keeper',
    })
    expect(intent?.own['asked']).toEqual([
      expect.objectContaining({ action: 'invoke', resource: 'model', lines: 1 }),
      expect.objectContaining({ action: 'invoke', resource: 'model', lines: 1 }),
    ])
    expect(intent?.own['bodies']).toEqual({ received: expect.any(String), sent: expect.any(String) })
    expect(outcome.own).toMatchObject({ outcome: 'done', status: 200, upstream_status: 200 })
    for (const text of [intent?.text, outcome.text]) {
      expect(text).not.toContain(MAIL)
      expect(text).not.toContain('hello')
    }
  })
})

describe('a budget', () => {
  it('is charged for all lines of a batch together, and refuses one that is too large [files.budget]', async () => {
    const line = (id: string): string => batchLine(id, 'hello', { model: 'other-model', max_tokens: 20_000 })
    const four = await upload(['a', 'b', 'c', 'd'].map(line))
    expect((await create(four)).status).toBe('validating')
    await expect(create(four)).rejects.toMatchObject({ status: 403, code: 'budget_exceeded' })
  })
})

describe('a budget of somebody whose provider tells of nothing', () => {
  afterEach(() => {
    at.provider.files.lie = undefined
  })

  it('is charged for a batch that may be done all the same [files.budget]', async () => {
    const bob = await at.client('bob')
    await policies(permit('', '@id("bob") permit (principal, action == Action::"invoke", resource is Model);'))
    const lines = ['a', 'b', 'c', 'd'].map((id) => batchLine(id, 'hello', { model: 'other-model', max_tokens: 20_000 }))
    const { id } = await bob.files.create({ file: jsonl(lines), purpose: 'batch' })
    at.provider.files.lie = (answer) => ({ ...answer, body: Buffer.from('{"id":7}') })
    await expect(bob.batches.create({ input_file_id: id, ...CREATE })).rejects.toMatchObject({ status: 502 })
    at.provider.files.lie = undefined
    await expect(bob.batches.create({ input_file_id: id, ...CREATE })).rejects.toMatchObject({
      code: 'budget_exceeded',
    })
  })

  it('is given back what the provider refuses [files.budget]', async () => {
    const carol = await at.client('carol')
    const lines = [batchLine('a', 'hello', { model: 'other-model', max_tokens: 60_000 })]
    await policies(permit('', '@id("carol") permit (principal, action == Action::"invoke", resource is Model);'))
    const { id } = await carol.files.create({ file: jsonl(lines), purpose: 'batch' })
    at.provider.files.lie = (answer) => ({ ...answer, status: 400, body: Buffer.from('{"error":{"message":"no"}}') })
    await expect(carol.batches.create({ input_file_id: id, ...CREATE })).rejects.toMatchObject({ status: 400 })
    at.provider.files.lie = undefined
    expect((await carol.batches.create({ input_file_id: id, ...CREATE })).status).toBe('validating')
  })
})

describe('an agent', () => {
  it('has what it made for somebody, and neither of them has more [files.ownership]', async () => {
    const asAgent = await at.client('scout')
    const client = await at.client('alice')
    const file = await asAgent.files.create({ file: jsonl([batchLine('one', 'hello')]), purpose: 'batch' })
    expect((await asAgent.files.retrieve(file.id)).id).toBe(file.id)
    await expect(client.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 })
  })
})

describe('detectors', () => {
  it('that were off must have looked for what policy asks about now [files.again]', async () => {
    const inspection = { detectors: { 'pii.email': false } }
    await at.house.running.reload(at.house.configure({ inspection }), 'test')
    const before = await upload([batchLine('one', 'ask ann@corp.example')])
    const about = '@id("stop") forbid (principal, action, resource) when { context.findings.contains("pii.email") };'
    at.house.writePolicies(permit('', about))
    await at.house.running.reload(at.house.configure({}), 'test')
    await expect(create(before)).rejects.toMatchObject({ status: 422, code: 'obligation_failed' })
    expect((await create(await upload([batchLine('one', 'ask nobody')]))).status).toBe('validating')
    await policies(permit(''))
  })
})

describe('detectors elsewhere', () => {
  it('must have looked for what policy asks about now [files.again]', async () => {
    // A type that nothing here finds.
    const elsewhere = await startDetectorServer({ Ada: 'PERSON' })
    const people = {
      name: 'people',
      kind: 'presidio',
      url: elsewhere.url,
      timeout: '2s',
      types: { PERSON: 'moderation.hate' },
    }
    const before = await upload([batchLine('one', 'ask Ada')])
    const about =
      '@id("stop") forbid (principal, action, resource) when { context.findings.contains("moderation.hate") };'
    at.house.writePolicies(permit('', about))
    await at.house.running.reload(at.house.configure({ inspection: { remote: [people] } }), 'test')
    await expect(upload([batchLine('one', 'ask Ada')])).rejects.toMatchObject({ code: 'forbidden_by_policy' })
    await expect(create(before)).rejects.toMatchObject({ status: 422, code: 'obligation_failed' })
    expect((await create(await upload([batchLine('one', 'ask nobody')]))).status).toBe('validating')
    await policies(permit(''))
    await elsewhere.close()
  })

  it('look at every line, and refuse by the line at which they fail [files.batches]', async () => {
    const elsewhere = await startDetectorServer({ Ada: 'PERSON' })
    const people = { name: 'people', kind: 'presidio', url: elsewhere.url, timeout: '2s' }
    const configured = at.house.configure({ inspection: { detectors: { 'pii.person': false }, remote: [people] } })
    at.house.writePolicies(permit('redact:pii.person'))
    await at.house.running.reload(configured, 'test')
    const id = await upload([batchLine('one', 'ask Ada'), batchLine('two', 'ask nobody')])
    const sent = at.provider.files.kept.get(id)?.content.toString('utf8')
    expect(sent).not.toContain('Ada')
    expect(sent).toContain('ask nobody')
    elsewhere.behave({ kind: 'status', status: 500 })
    await expect(upload([batchLine('one', 'ask Ada')])).rejects.toMatchObject({
      status: 503,
      code: 'inspection_failed',
    })
    await policies(permit(''))
    await elsewhere.close()
  })
})

describe("a detector beside the gateway's own thread", () => {
  // Finds everywhere, as a type of its own, how a text stands.
  const MODULE = `export const createDetector = ({ name }) => ({
    name, types: ['moderation.hate', 'moderation.violence'], labelsWithin: 'all', textMax: 1024,
    async inspect(texts, _signal, standings) {
      const type = (at) => ({ data: 'moderation.hate', system: 'moderation.violence' })[standings[at]]
      return texts.map((text, at) => (type(at) === undefined ? [] : [{ type: type(at), start: 0, end: text.length, score: 1 }]))
    },
  })`

  it('is told what in a line is data and what is of the system [local.detector]', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-policy-'))
    const module = join(folder, 'stands.mjs')
    writeFileSync(module, MODULE)
    const types = ['moderation.hate', 'moderation.violence']
    at.house.writePolicies(permit('redact:moderation.hate, redact:moderation.violence'))
    const inspection = { local: [{ name: 'stands', module, types }] }
    await at.house.running.reload(at.house.configure({ inspection }), 'test')
    const messages = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'read it' },
      { role: 'assistant', content: null, tool_calls: [TOOL_CALL] },
      { role: 'tool', tool_call_id: 'c1', content: 'what it says' },
    ]
    const id = await upload([batchLine('one', '', { messages })])
    const sent = JSON.parse(at.provider.files.kept.get(id)?.content.toString('utf8') ?? '{}')
    const contents = sent.body.messages.map(({ content }: { content: unknown }) => content)
    expect(contents).toEqual(['[redacted:moderation.violence]', 'read it', null, '[redacted:moderation.hate]'])
    await policies(permit(''))
    rmSync(folder, { recursive: true })
  })
})

describe('labels', () => {
  it('are brought by lines, and hold for the job that is made of them [files.labels]', async () => {
    const gathers = at.house.configure({ ledger: { ttl: '4s', gather: { 'pii.email': 'confidential' } } })
    const rule =
      '@id("stop") forbid (principal, action, resource == Model::"other-model") when { context.labels.contains("confidential") };'
    at.house.writePolicies(permit('', rule))
    await at.house.running.reload(gathers, 'test')
    const client = await at.client('scout')
    const line = batchLine('one', `mail ${MAIL}`, { model: 'other-model' })
    // What a line brings holds for that line already.
    const refused = client.files.create({ file: jsonl([line]), purpose: 'batch' })
    await expect(refused).rejects.toMatchObject({ status: 403, code: 'forbidden_by_policy' })
    const clean = await client.files.create({
      file: jsonl([batchLine('one', 'hello', { model: 'other-model' })]),
      purpose: 'batch',
    })
    const brings = client.files.create({ file: jsonl([batchLine('one', `mail ${MAIL}`)]), purpose: 'batch' })
    const { data: dirty, response } = await brings.withResponse()
    const { intent } = await at.house.exchange(response.headers.get('x-request-id'))
    expect(intent?.own['labels']).toEqual({ before: [], after: ['confidential'] })
    const create = client.batches.create({ input_file_id: clean.id, ...CREATE })
    await expect(create).rejects.toMatchObject({ status: 403, code: 'forbidden_by_policy' })

    // The caller's labels age out, and those of the lines do not: the file is what it is.
    await new Promise((resolve) => setTimeout(resolve, 4300))
    at.house.writePolicies(
      permit('', '@id("stop") forbid (principal, action, resource) when { context.labels.contains("confidential") };'),
    )
    await at.house.running.reload(gathers, 'test')
    expect((await client.batches.create({ input_file_id: clean.id, ...CREATE })).status).toBe('validating')
    const again = client.batches.create({ input_file_id: dirty.id, ...CREATE })
    await expect(again).rejects.toMatchObject({ status: 403, code: 'forbidden_by_policy' })
  })
})
