import { awsShapedKey, TEST_CARD } from '@ostiary/devkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { type Answer, ask, onSocket, prompt, send } from './http.js'
import { until } from './until.js'

/** How many of each kind are sent: few at each run, more where somebody asks for it. */
const RUNS: number = Number(process.env['OSTIARY_PROPERTIES'] ?? 120)
const TIMEOUT_MS: number = 20_000 + RUNS * 200

// What has a checksum or a form of its own: letters at random are now and then taken for somebody's name.
const TYPES = ['pii.email', 'pii.card', 'pii.iban', 'secret']
const ACTS = [...TYPES.map((type) => `redact:${type}`), ...TYPES.map((type) => `output:redact:${type}`)].join(', ')
const POLICIES = `@id("analysts-use-models") @obligation("${ACTS}")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
`
const EMAIL = 'erika.mustermann@example.com'
const PROTECTED = [EMAIL, TEST_CARD, awsShapedKey()]

let house: House
let token: string
/** Ids of all exchanges that were answered. */
const ids: string[] = []

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES, config: { timeouts: { requestHead: '300ms', requestBody: '400ms' } } })
  token = await house.token()
})
afterAll(async () => {
  // Nothing of what was sent has harmed it.
  expect((await ask(house, prompt('still here'))).status).toBe(200)
  // How many had no good token is told once a minute.
  expect(house.warnings.filter((one) => !one.startsWith('refused before authentication: '))).toEqual([])
  await house.finish()
})

/** A body on a connection of its own. Whatever it is: no 5xx of ours, and an id that the log knows. */
async function sent(body: Buffer): Promise<{ readonly answer: Answer; readonly forwarded: Buffer | undefined }> {
  const before = house.upstream.requestCount
  const answer = await ask(house, body, { token })
  expect(answer.status).toBeLessThan(500)
  expect(answer.id).toMatch(/^[0-9a-f]{32}$/)
  ids.push(answer.id ?? '')
  const forwarded = house.upstream.requestCount === before ? undefined : house.upstream.received.at(-1)?.body
  // Forwarded once, or not at all and refused.
  expect(house.upstream.requestCount - before).toBe(answer.status === 200 ? 1 : 0)
  return { answer, forwarded }
}

async function outcomesOf(all: readonly string[]): Promise<void> {
  const counts = await until(async () => {
    const found = new Map<string, number>()
    for (const one of await house.entries()) {
      if (one.type === 'outcome') found.set(one.id.slice(0, -1), (found.get(one.id.slice(0, -1)) ?? 0) + 1)
    }
    return all.every((id) => found.has(id)) && found
  })
  expect(all.filter((id) => counts.get(id) !== 1)).toEqual([])
}

const word: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', '__proto__', 'constructor', 'model', '\u0000', '\u2028', '"', '\\', '\ufeff', '[DONE]', '😀'),
)
const value: fc.Arbitrary<fc.JsonValue> = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })

const content: fc.Arbitrary<fc.JsonValue> = fc.oneof(
  word,
  fc.constant(null),
  fc.array(
    word.map((text) => ({ type: 'text', text })),
    { maxLength: 3 },
  ),
)
/** Of long random numbers one in ten is a card's: those would be found, and rightly. */
const args = value.map((one) => JSON.stringify(one).replaceAll(/\d{9,}/g, '7'))
const call = fc.record({
  id: fc.constant('call_1'),
  type: fc.constant('function'),
  function: fc.record({ name: fc.constant('find'), arguments: fc.oneof(word, args) }),
})
const message = fc.record(
  {
    role: fc.constantFrom('user', 'system', 'developer', 'assistant', 'tool'),
    content,
    name: word,
    tool_calls: fc.array(call, { maxLength: 2 }),
    refusal: word,
  },
  { requiredKeys: ['role', 'content'] },
)
const known = fc.record(
  {
    messages: fc.array(message, { maxLength: 4 }),
    stream: fc.boolean(),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    max_tokens: fc.nat(),
    n: fc.constantFrom(1, 2),
    user: word,
    metadata: fc.dictionary(word, word, { maxKeys: 3 }),
    tools: fc.constant([{ type: 'function', function: { name: 'find', parameters: { type: 'object' } } }]),
    store: fc.boolean(),
  },
  { requiredKeys: ['messages'] },
)

/** Members that the format does not have; what it has must not be said twice. */
const unknown = fc.dictionary(
  fc.oneof(word, fc.constantFrom('x-y', 'Model', 'messages ', 'choices', 'toString')).map((name) => `${name}\u200a`),
  value,
  { maxKeys: 4 },
)

/** JSON in one of its many spellings. */
const spelling = fc.record({
  indent: fc.constantFrom('', ' ', '\t', '\n'),
  around: fc.constantFrom('', ' ', '\r\n\t'),
  escaped: fc.boolean(),
})

const body: fc.Arbitrary<Buffer> = fc
  .tuple(known, unknown, spelling)
  .map(([members, more, { indent, around, escaped }]) => {
    const text = JSON.stringify({ ...more, model: 'model', ...members }, null, indent)
    const spelt = escaped ? text.replace(/[\u007f-\uffff]/g, unitEscape) : text
    return Buffer.from(`${around}${spelt}${around}`)
  })

function unitEscape(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
}

describe('any body that is a good request', () => {
  test('is answered, and reaches the provider as the very bytes that came', { timeout: TIMEOUT_MS }, async () => {
    const from = ids.length
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const { answer, forwarded } = await sent(bytes)
        expect(answer.status, answer.text).toBe(200)
        expect(answer.headers['ostiary-decision']).toBe('permit')
        expect(forwarded?.equals(bytes)).toBe(true)
      }),
      { numRuns: RUNS },
    )
    await outcomesOf(ids.slice(from))
  })

  test('is another only where something was found in it', { timeout: TIMEOUT_MS }, async () => {
    const from = ids.length
    const planted = fc.tuple(body, fc.constantFrom(...PROTECTED), fc.constantFrom('"user"', '"note"', '"messages"'))
    await fc.assert(
      fc.asyncProperty(planted, async ([bytes, secret, where]) => {
        const members = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
        const name = where.slice(1, -1)
        const text = `so (${secret}) it is`
        const changed = { ...members, [name]: name === 'messages' ? [{ role: 'user', content: text }] : text }
        const { answer, forwarded } = await sent(Buffer.from(JSON.stringify(changed)))
        expect(answer.status, answer.text).toBe(200)
        expect(answer.headers['ostiary-decision']).toBe('transform')
        const now = forwarded?.toString('utf8') ?? ''
        expect(now).not.toContain(secret.slice(4, 12))
        // All else is as it was, byte for byte.
        const [before = '', after = ''] = JSON.stringify(changed).split(secret)
        expect(now.startsWith(before) && now.endsWith(after)).toBe(true)
        expect(now.slice(before.length, now.length - after.length)).toMatch(/^\[redacted:[a-z.]+\]$/)
      }),
      { numRuns: RUNS },
    )
    await outcomesOf(ids.slice(from))
  })
})

/** One wound: bytes cut out, put in, doubled, or turned. */
const wound = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(6),
  how: fc.constantFrom('out', 'in', 'twice', 'turn'),
  bytes: fc.oneof(
    fc.constantFrom(
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\\',
      '\\u',
      '\\ud800',
      '0',
      '1e999',
      '-',
      'null',
      '\u0000',
      '\n',
    ),
    fc.string({ maxLength: 3 }),
  ),
  byte: fc.integer({ min: 1, max: 255 }),
})
type Wound = typeof wound extends fc.Arbitrary<infer T> ? T : never

function wounded(bytes: Buffer, { at, length, how, bytes: put, byte }: Wound): Buffer {
  const from = Math.min(bytes.length, Math.floor(at * bytes.length))
  const to = Math.min(bytes.length, from + length)
  const [before, here, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
  switch (how) {
    case 'out':
      return Buffer.concat([before, after])
    case 'in':
      return Buffer.concat([before, Buffer.from(put), here, after])
    case 'twice':
      return Buffer.concat([before, here, here, after])
    case 'turn':
      return Buffer.concat([before, here.map((one) => one ^ byte), after])
  }
}

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

describe('a body that is anything', () => {
  test.each<[string, fc.Arbitrary<Buffer>]>([
    ['a good one with wounds', fc.tuple(body, fc.array(wound, { minLength: 1, maxLength: 3 })).map(hurt)],
    [
      'other JSON',
      fc.tuple(value, spelling).map(([one, { indent }]) => Buffer.from(JSON.stringify(one, null, indent))),
    ],
    ['garbage', fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes))],
  ])('%s: it passes as it is, or is refused as the dialect does', { timeout: TIMEOUT_MS }, async (_what, bodies) => {
    const from = ids.length
    await fc.assert(
      fc.asyncProperty(bodies, async (bytes) => {
        const { answer, forwarded } = await sent(bytes)
        if (!parses(bytes)) expect(answer.status).toBe(400)
        if (answer.status !== 200) {
          expect(answer.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
        } else if (answer.headers['ostiary-decision'] === 'permit') expect(forwarded?.equals(bytes)).toBe(true)
      }),
      { numRuns: RUNS },
    )
    await outcomesOf(ids.slice(from))
  })
})

function hurt([bytes, wounds]: [Buffer, readonly Wound[]]): Buffer {
  return wounds.reduce(wounded, bytes)
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A token that was good, changed in one of many ways; the same text again where the change changes nothing. */
const change: fc.Arbitrary<(good: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...BASE64URL, '.', '=', '+', '/', '~', ' ', '"', ',', '\u00e9')).map(
    ([at, one]) =>
      (good: string) =>
        `${good.slice(0, at % good.length)}${one}${good.slice((at % good.length) + 1)}`,
  ),
  fc.tuple(fc.nat(), fc.constantFrom(...BASE64URL, '.', '=', '%2e', ' ')).map(
    ([at, one]) =>
      (good: string) =>
        `${good.slice(0, at % (good.length + 1))}${one}${good.slice(at % (good.length + 1))}`,
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })).map(
    ([at, length]) =>
      (good: string) =>
        good.slice(0, at % good.length) + good.slice((at % good.length) + length),
  ),
  // The last character of a signature has bits that say nothing: another spelling of the same bytes.
  fc.constantFrom(...BASE64URL).map((one) => (good: string) => good.slice(0, -1) + one),
  fc.constantFrom('=', '==', '.', '.e30', '%20', '~').map((more) => (good: string) => good + more),
  fc.constantFrom(0, 1, 2).map((part) => (good: string) => withPart(good, part, (text) => text.toUpperCase())),
  fc.constantFrom(0, 1, 2).map((part) => (good: string) => withPart(good, part, () => '')),
  fc
    .tuple(
      fc.constantFrom(0, 1),
      fc.constantFrom('alg', 'typ', 'kid', 'iss', 'aud', 'sub', 'exp', 'groups', 'crit', 'jwk', 'b64'),
      value,
    )
    .map(
      ([part, name, now]) =>
        (good: string) =>
          withPart(good, part, (text) => {
            const members = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
            return Buffer.from(JSON.stringify({ ...members, [name]: now })).toString('base64url')
          }),
    ),
)

function withPart(good: string, part: number, now: (text: string) => string): string {
  return good
    .split('.')
    .map((text, at) => (at === part ? now(text) : text))
    .join('.')
}

describe('a token that is not quite one', () => {
  test('opens nothing, and leaves no entry', { timeout: TIMEOUT_MS }, async () => {
    const before = house.upstream.requestCount
    const outcomes = (await house.entries()).filter((one) => one.type === 'outcome').length
    const good = await house.token()
    const headers = { 'content-type': 'application/json' }
    const bytes = Buffer.from(JSON.stringify(prompt('let me in')))
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom('authorization', 'x-api-key'), async (changing, where) => {
        const bad = changing(good)
        // Spaces around a header's value are no part of it.
        fc.pre(bad.trim() !== good)
        const value = where === 'authorization' ? `Bearer ${bad}` : bad
        const answer = await send(house.url, bytes, { headers: { ...headers, [where]: value } })
        expect(answer.status).toBe(401)
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
      }),
      { numRuns: RUNS },
    )
    expect(house.upstream.requestCount).toBe(before)
    // Its nearest good neighbour; and by then an entry of the others would be there too.
    const answer = await ask(house, prompt('let me in'), { token: good })
    expect(answer.status).toBe(200)
    await house.exchange(answer.id)
    expect((await house.entries()).filter((one) => one.type === 'outcome')).toHaveLength(outcomes + 1)
  })
})

describe('a connection that speaks anything', () => {
  const head = fc
    .tuple(
      fc.constantFrom('POST', 'GET', 'PRI', 'CONNECT', 'P\u0000ST', ''),
      fc.constantFrom('/v1/chat/completions', '*', 'http://x/', '/\u00ff', '//', ''),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 x', ''),
      fc.array(
        fc.constantFrom(
          'Host: x',
          'Host: y',
          'Content-Length: 5',
          'Content-Length: 0x5',
          'Content-Length: -1',
          'Transfer-Encoding: chunked',
          'Transfer-Encoding: chunked, identity',
          'Expect: 100-continue',
          'Expect: 200-ok',
          'Authorization: Bearer',
          'Upgrade: h2c',
          ': nothing',
          'no colon',
          ' folded',
        ),
        { maxLength: 5 },
      ),
      fc.constantFrom('\r\n', '\n', '\r'),
    )
    .map(([method, path, version, lines, eol]) =>
      Buffer.from([`${method} ${path} ${version}`, ...lines, 'Connection: close', '', 'hello'].join(eol), 'latin1'),
    )
  const garbage = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes))

  test('gets no good answer and no 5xx', { timeout: TIMEOUT_MS }, async () => {
    const before = house.upstream.requestCount
    const tries = fc.sample(fc.oneof(head, garbage), RUNS)
    // Together, since many of them wait for their deadline.
    const heard = await Promise.all(tries.map((bytes) => onSocket(house.port, [bytes])))
    for (const { text } of heard) expect(text).toMatch(/^$|^(HTTP\/1\.1 4\d\d |HTTP\/1\.1 100 )/)
    expect(house.upstream.requestCount).toBe(before)
  })
})
