import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, test } from 'vitest'
import type { UpstreamCall } from '../../../spec/dialect.js'
import { createBedrockDialect } from '../dialect.js'
import { regionOf } from './credential.js'
import { confidentialIn, keysOf } from './keys.js'
import { amzDate, authorizationOf } from './sigv4.js'

const dialect = createBedrockDialect()

// Of the vendor's published tests: shaped like keys, so put together here.
const ID = ['AKID', 'EXAMPLE'].join('')
const SECRET = ['wJalrXUtnFEMI/K7MDENG', '+bPxRfiCYEXAMPLEKEY'].join('')
const TOKEN = ['6e86291e8372ff2a2260956d9b8aae1d', '763fbf315fa00fa31553b73ebf194267'].join('')
const LONG_ID = `${ID}0123456789`

const SCOPE = { at: '20150830T123600Z', region: 'us-east-1', service: 'service' }
const HOST = ['host', 'example.amazonaws.com'] as const
const DATE = ['x-amz-date', '20150830T123600Z'] as const
const NOTHING = Buffer.alloc(0)

describe('the published tests of Signature Version 4 (aws-signing-test-suite/v4)', () => {
  const cases: readonly (readonly [string, Parameters<typeof authorizationOf>[0], string, string])[] = [
    [
      'post-vanilla',
      { method: 'POST', path: '/', headers: [HOST, DATE], body: NOTHING },
      'host;x-amz-date',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'get-vanilla-with-session-token',
      { method: 'GET', path: '/', headers: [HOST, ['x-amz-security-token', TOKEN], DATE], body: NOTHING },
      'host;x-amz-date;x-amz-security-token',
      '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
    ],
    [
      'get-space-normalized',
      { method: 'GET', path: '/example space/', headers: [HOST, DATE], body: NOTHING },
      'host;x-amz-date',
      '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    ],
    [
      'get-utf8',
      { method: 'GET', path: '/ሴ', headers: [HOST, DATE], body: NOTHING },
      'host;x-amz-date',
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    [
      'get-vanilla-query-order-key-case',
      { method: 'GET', path: '/?Param2=value2&Param1=value1', headers: [HOST, DATE], body: NOTHING },
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-x-www-form-urlencoded',
      {
        method: 'POST',
        path: '/',
        headers: [
          ['content-type', 'application/x-www-form-urlencoded'],
          HOST,
          ['content-length', '13'],
          DATE,
          ['x-amz-content-sha256', '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e'],
        ],
        body: Buffer.from('Param1=value1'),
      },
      'content-length;content-type;host;x-amz-content-sha256;x-amz-date',
      'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
    ],
  ]

  test.each(cases)('%s', (_name, request, names, signature) => {
    const keys = { kind: 'signing', id: ID, secret: SECRET, session: undefined } as const
    expect(authorizationOf(request, keys, SCOPE)).toBe(
      `AWS4-HMAC-SHA256 Credential=${ID}/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    )
  })
})

interface Sent {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What the vendor's own client sends with these credentials. */
async function sentBySdk(modelId: string, sessionToken: string | undefined): Promise<Sent> {
  let sent: Sent | undefined
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      sent = { path: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks) }
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new BedrockRuntimeClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: {
      accessKeyId: LONG_ID,
      secretAccessKey: SECRET,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    // Left alone it speaks HTTP/2.
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  })
  await client.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'grüß dich' }] }] }))
  client.destroy()
  server.close()
  if (sent === undefined) throw new Error('nothing was sent')
  return sent
}

test.each([
  ['anthropic.claude-sonnet-4-v1:0', undefined],
  ['anthropic.claude-sonnet-4-v1:0', TOKEN],
  ["arn:aws:bedrock:eu-central-1:123456789012:inference-profile/x y'(z)!*", TOKEN],
])('the vendor’s own client signs %s the same', async (modelId, session) => {
  const { path, headers, body } = await sentBySdk(modelId, session)
  const said = String(headers.authorization)
  const names = /SignedHeaders=([^,]+)/.exec(said)?.[1]?.split(';') ?? []
  expect(names).toContain('host')
  const signed = names.map((name) => [name, String(headers[name])] as const)
  const at = String(headers['x-amz-date'])
  const keys = { kind: 'signing', id: LONG_ID, secret: SECRET, session } as const
  const scope = { at, region: 'eu-central-1', service: 'bedrock' }
  expect(authorizationOf({ method: 'POST', path, headers: signed, body }, keys, scope)).toBe(said)
})

function call(more: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    method: 'POST',
    origin: 'https://bedrock-runtime.us-west-2.amazonaws.com',
    path: '/model/m%3A0/converse',
    headers: ['accept-encoding', 'identity', 'content-type', 'application/json'],
    body: Buffer.from('{}'),
    nowMs: Date.UTC(2015, 7, 30, 12, 36, 0, 999),
    region: undefined,
    ...more,
  }
}

const lines = (secret: string, more: Partial<UpstreamCall> = {}): Record<string, string> => {
  const said = dialect.credential(secret, call(more))
  return Object.fromEntries(said.flatMap((name, at) => (at % 2 === 0 ? [[name, said[at + 1] ?? '']] : [])))
}

describe('a call is signed', () => {
  test('by the key, with the address, the body and the time', () => {
    const said = lines(`${LONG_ID}:${SECRET}`)
    expect(Object.keys(said)).toEqual(['x-amz-date', 'authorization'])
    expect(said['x-amz-date']).toBe('20150830T123600Z')
    const expected = authorizationOf(
      {
        method: 'POST',
        path: '/model/m%3A0/converse',
        headers: [
          ['host', 'bedrock-runtime.us-west-2.amazonaws.com'],
          ['content-type', 'application/json'],
          ['x-amz-date', '20150830T123600Z'],
        ],
        body: Buffer.from('{}'),
      },
      { kind: 'signing', id: LONG_ID, secret: SECRET, session: undefined },
      { at: '20150830T123600Z', region: 'us-west-2', service: 'bedrock' },
    )
    expect(said['authorization']).toBe(expected)
    expect(lines(`${LONG_ID}:${SECRET}`, { body: Buffer.from('{ }') })['authorization']).not.toBe(expected)
    expect(lines(`${LONG_ID}:${SECRET}`, { path: '/model/n/converse' })['authorization']).not.toBe(expected)
  })

  test('with a session’s token, signed too', () => {
    const json = {
      Version: 1,
      AccessKeyId: LONG_ID,
      SecretAccessKey: SECRET,
      SessionToken: TOKEN,
      Expiration: '2026-01-01',
    }
    for (const secret of [`${LONG_ID}:${SECRET}:${TOKEN}`, JSON.stringify(json)]) {
      const said = lines(secret)
      expect(said['x-amz-security-token']).toBe(TOKEN)
      expect(said['authorization']).toContain('SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,')
    }
  })

  test('for the region that is configured, before that of the address; and for none it is refused', () => {
    const scope = (more: Partial<UpstreamCall>) =>
      /Credential=[^/]+\/\d+\/([^/]+)/.exec(lines(`${LONG_ID}:${SECRET}`, more)['authorization'] ?? '')?.[1]
    expect(scope({ origin: 'https://proxy.example', region: 'ap-south-1' })).toBe('ap-south-1')
    expect(scope({ region: 'ap-south-1' })).toBe('ap-south-1')
    expect(() => lines(`${LONG_ID}:${SECRET}`, { origin: 'https://proxy.example' })).toThrow('CREDENTIAL_REGION')
  })
})

test('a Bedrock API key is a bearer, whatever the region', () => {
  const key = ['bedrock-api-key-', 'YmVkcm9jay5hbWF6b25hd3MuY29t'].join('')
  expect(lines(key, { origin: 'https://proxy.example' })).toEqual({ authorization: `Bearer ${key}` })
})

test.each([
  ['no secret', `${LONG_ID}:`],
  ['no id', `:${SECRET}`],
  ['an id that is none', `short:${SECRET}`],
  ['more than three parts', `${LONG_ID}:${SECRET}:${TOKEN}:more`],
  ['no JSON', `{"AccessKeyId":"${LONG_ID}`],
  ['JSON of something else', '{"token":"x"}'],
  ['numbers', '{"AccessKeyId":1,"SecretAccessKey":2}'],
  ['an empty text', ''],
  ['spaces', 'a bearer of news'],
])('what is no credential throws, and says nothing of it: %s', (_what, secret) => {
  expect(() => keysOf(secret)).toThrow(/^CREDENTIAL_FORM$/)
})

test('what no answer may hold: the secret and the token, and not whose they are', () => {
  expect(confidentialIn(`${LONG_ID}:${SECRET}`)).toEqual([SECRET])
  expect(confidentialIn(`${LONG_ID}:${SECRET}:${TOKEN}`)).toEqual([SECRET, TOKEN])
  expect(confidentialIn(JSON.stringify({ AccessKeyId: LONG_ID, SecretAccessKey: SECRET }))).toEqual([SECRET])
  expect(confidentialIn('an-api-key')).toEqual(['an-api-key'])
  expect(confidentialIn('{"no":"credential"}')).toEqual(['{"no":"credential"}'])
})

test.each([
  ['bedrock-runtime.us-east-1.amazonaws.com', 'us-east-1'],
  ['bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['bedrock-runtime.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['bedrock-runtime.eu-west-3.api.aws', 'eu-west-3'],
  ['vpce-0123-abc.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com', 'ap-southeast-2'],
  ['bedrock.us-east-1.amazonaws.com', undefined],
  ['notbedrock-runtime.us-east-1.example.com', undefined],
  ['127.0.0.1', undefined],
])('the region of %s', (host, region) => {
  expect(regionOf(host)).toBe(region)
})

test.each([
  [403, 'UnrecognizedClientException', true],
  [403, 'ExpiredTokenException:http://internal.amazon.com/x', true],
  [403, 'InvalidSignatureException', true],
  [403, 'AccessDeniedException', false],
  [403, undefined, false],
  [400, 'ExpiredTokenException', false],
])('a key that AWS does not take is one that is out: %i %s', (status, type, refused) => {
  expect(dialect.refusesKey?.(status, { get: (name) => (name === 'x-amzn-errortype' ? type : undefined) })).toBe(
    refused,
  )
})

test('a time is written as AWS reads it', () => {
  expect(amzDate(0)).toBe('19700101T000000Z')
})
