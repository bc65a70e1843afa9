import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type LyingUpstream, startLyingUpstream, type UpstreamRequest, type Wire } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { faultText } from '../src/config/fault.js'
import { configFromText } from '../src/config/load.js'
import { type House, issuerSection, MODEL_KEY, openHouse, startTestIssuer } from './house.js'
import { ask } from './http.js'

// What the guide prints is loaded as it stands, and then tried: against a server that asks for the very path, query and header
// that the real one asks for.

interface Provider {
  readonly name: string
  readonly dialect: string
  readonly baseUrl: string
  readonly authentication?: unknown
  readonly apiKey: string | { readonly command: readonly string[] }
}

interface Printed {
  readonly title: string
  readonly text: string
  readonly providers: readonly [Provider]
  readonly models: readonly [{ readonly name: string; readonly provider: string; readonly upstreamModel?: string }]
}

const GUIDE = readFileSync(fileURLToPath(new URL('../../../docs/guides/azure-and-vertex.md', import.meta.url)), 'utf8')
const PRINTED: readonly Printed[] = GUIDE.split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const [, text] = /^```yaml\n([\s\S]*?)^```$/m.exec(section) ?? []
    return text === undefined ? [] : [{ title: section.slice(0, section.indexOf('\n')), text, ...parse(text) }]
  })

const BEARER = ['authorization', `Bearer ${MODEL_KEY}`]
const AZURE_KEY = ['api-key', MODEL_KEY]
const VERTEX = '/v1/projects/contoso-ml/locations'
/** By the guide's titles: where calls go, of what a caller asks for at which path, and how the key is shown. */
const EXPECTED: Readonly<
  Record<string, { readonly header: readonly string[]; readonly calls: readonly (readonly [string, string])[] }>
> = {
  'Azure OpenAI, a deployment': {
    header: AZURE_KEY,
    calls: [['/v1/chat/completions', '/openai/deployments/mini/chat/completions?api-version=2024-10-21']],
  },
  'Azure OpenAI, version 1': {
    header: AZURE_KEY,
    calls: [
      ['/v1/chat/completions', '/openai/v1/chat/completions'],
      ['/v1/responses', '/openai/v1/responses'],
    ],
  },
  'Azure with Entra ID': { header: BEARER, calls: [['/v1/chat/completions', '/openai/v1/chat/completions']] },
  'Claude in Microsoft Foundry': {
    header: ['x-api-key', MODEL_KEY],
    calls: [['/anthropic/v1/messages', '/anthropic/v1/messages']],
  },
  'Gemini on Vertex AI': {
    header: BEARER,
    calls: [
      [
        '/gemini/v1beta/models/gemini-2.5-flash:generateContent',
        `${VERTEX}/europe-west1/publishers/google/models/gemini-2.5-flash:generateContent`,
      ],
      [
        '/gemini/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
        `${VERTEX}/europe-west1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
      ],
      [
        '/gemini/v1/models/gemini-2.5-flash:countTokens',
        `${VERTEX}/europe-west1/publishers/google/models/gemini-2.5-flash:countTokens`,
      ],
    ],
  },
  'A tuned model on Vertex AI': {
    header: BEARER,
    calls: [
      [
        '/gemini/v1/models/our-gemini:generateContent',
        `${VERTEX}/europe-west1/endpoints/1234567890123456789:generateContent`,
      ],
    ],
  },
  "Other models of Vertex AI, in OpenAI's dialect": {
    header: BEARER,
    calls: [['/v1/chat/completions', `${VERTEX}/us-central1/endpoints/openapi/chat/completions`]],
  },
  'The Gemini API': {
    header: ['x-goog-api-key', MODEL_KEY],
    calls: [
      ['/gemini/v1beta/models/gemini-2.5-flash:generateContent', '/v1beta/models/gemini-2.5-flash:generateContent'],
    ],
  },
}

const ANSWERS: Readonly<Record<string, object>> = {
  openai: { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices: [], output: [] },
  anthropic: { id: 'x', type: 'message', role: 'assistant', model: 'm', content: [], usage: {} },
  gemini: { candidates: [], promptFeedback: { blockReason: 'OTHER' } },
}

test('every entry of the guide is tried here', () => {
  expect(PRINTED.map(({ title }) => title)).toEqual(Object.keys(EXPECTED))
})

describe.each(PRINTED)('$title', ({ title, text, providers: [provider], models: [model] }) => {
  const { header, calls } = EXPECTED[title] ?? { header: [], calls: [] }
  const [name = '', value = ''] = header
  const { dialect } = provider
  let upstream: LyingUpstream
  let house: House

  beforeAll(async () => {
    upstream = await startLyingUpstream()
    const baseUrl = provider.baseUrl.replace(/^https:\/\/[^/]+/, upstream.origin)
    // In the place of the cloud's own program one that prints a token.
    const printing = { command: [process.execPath, '-e', `process.stdout.write(${JSON.stringify(`${MODEL_KEY}\n`)})`] }
    const apiKey = typeof provider.apiKey === 'string' ? MODEL_KEY : printing
    house = await openHouse({ upstream, config: { providers: [{ ...provider, baseUrl, apiKey }], models: [model] } })
  })
  afterAll(async () => {
    await house.finish()
    await upstream.close()
  })

  test('loads as it is printed', async () => {
    const issuer = await startTestIssuer()
    const rest = {
      publicUrl: 'https://gateway.example',
      issuers: [issuerSection(issuer)],
      policy: { dir: './policies' },
      audit: { store: 'fs:./data/audit' },
      store: 'sqlite:./data/ostiary.db',
    }
    await issuer.close()
    const lines = Object.entries(rest).map(([key, one]) => `${key}: ${JSON.stringify(one)}\n`)
    const env = { AZURE_OPENAI_API_KEY: 'a', FOUNDRY_API_KEY: 'b', GEMINI_API_KEY: 'c' }
    const { faults, warnings } = configFromText(text + lines.join(''), '/gate/ostiary.yaml', env, { requireEnv: true })
    expect([...faults, ...warnings].map(faultText)).toEqual([])
  })

  test.each(calls)('%s goes to %s, with the key as it is wanted there [forward.addresses]', async (path, target) => {
    upstream.behave((request) => ({ kind: 'custom', tell: (wire) => insisting(wire, request, target) }))
    const asked = { model: model.name, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
    const body = path.includes('/gemini/')
      ? { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
      : path.endsWith('/responses')
        ? { model: model.name, input: 'hi' }
        : asked
    const version = { 'anthropic-version': '2023-06-01' }
    const answer = await ask(house, body, { path, headers: path.startsWith('/anthropic') ? version : {} })
    expect(answer.text).not.toContain('error')
    expect(answer.status).toBe(200)
    const last = upstream.received.at(-1)
    expect(last?.target).toBe(target)
    for (const other of ['authorization', 'api-key', 'x-api-key', 'x-goog-api-key']) {
      expect([other, last?.headers.get(other)]).toEqual([other, other === name ? value : undefined])
    }
    if (!path.includes('/gemini/')) {
      expect(JSON.parse(String(last?.body))).toMatchObject({ model: model.upstreamModel ?? model.name })
    }
  })

  /** A server that knows nobody but by this header, and nothing but this path and query. */
  async function insisting(wire: Wire, { target, headers }: UpstreamRequest, only: string): Promise<'keep'> {
    const status = headers.get(name) !== value ? 401 : target !== only ? 404 : 200
    const told = JSON.stringify(status === 200 ? ANSWERS[dialect] : { error: { message: 'no' } })
    const streams = target.includes('alt=sse') && status === 200
    const sent = streams ? `data: ${told}\n\n` : told
    const type = streams ? 'text/event-stream' : 'application/json'
    await wire.write(
      `HTTP/1.1 ${status} Status\r\ncontent-type: ${type}\r\ncontent-length: ${sent.length}\r\n\r\n${sent}`,
    )
    return 'keep'
  }
})

test("an address's query goes behind what the dialect says there", async () => {
  const upstream = await startLyingUpstream()
  const house = await openHouse({
    upstream,
    config: {
      providers: [{ name: 'p', dialect: 'gemini', baseUrl: `${upstream.origin}/v1beta/?a=1&b=x%20y` }],
      models: [{ name: 'm', provider: 'p' }],
    },
  })
  const body = { contents: [{ parts: [{ text: 'hi' }] }] }
  await ask(house, body, { path: '/gemini/v1/models/m:streamGenerateContent?alt=sse&b=theirs' })
  await ask(house, body, { path: '/gemini/v1/models/m:generateContent?b=theirs' })
  expect(upstream.received.map(({ target }) => target)).toEqual([
    '/v1beta/models/m:streamGenerateContent?alt=sse&a=1&b=x%20y',
    '/v1beta/models/m:generateContent?a=1&b=x%20y',
  ])
  await house.finish()
  await upstream.close()
})
