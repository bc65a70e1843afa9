import { readFileSync } from 'node:fs'
import Anthropic from '@anthropic-ai/sdk'
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { GoogleGenAI } from '@google/genai'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultText } from '../src/config/fault.js'
import { configFromText } from '../src/config/load.js'
import { type House, openHouse } from './house.js'
import { ANTHROPIC_MESSAGES } from './matrix/anthropic.js'
import { BEDROCK } from './matrix/bedrock.js'
import { isAbsent, type Surface } from './matrix/fields.js'
import { GEMINI_GENERATE } from './matrix/gemini.js'
import { configOf } from './matrix/surfaces.js'
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.js'

const PAGE = readFileSync(new URL('../../../docs/dialects.md', import.meta.url), 'utf8')

interface Printed {
  readonly title: string
  readonly text: string
}

/** Blocks of a language, each with the section that it stands in. */
function printed(language: string): readonly Printed[] {
  return PAGE.split(/^## /m).flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'))
    const blocks = section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
    return [...blocks].map(([, text = '']) => ({ title, text }))
  })
}

describe('docs/dialects.md: what it has providers configured with', () => {
  test.each(printed('yaml'))('is valid, without a warning: $title', ({ text }) => {
    const rest = {
      publicUrl: 'https://gateway.example',
      issuers: [{ issuer: 'https://idp.example', audience: 'https://gateway.example', discovery: true }],
      policy: { dir: './policies' },
      audit: { store: 'fs:./data/audit' },
      store: 'sqlite:./data/ostiary.db',
    }
    const lines = Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    const env = Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'a-key']))
    const read = configFromText(text + lines.join(''), '/gate/ostiary.yaml', env, { requireEnv: true })
    expect([...read.faults, ...read.warnings].map(faultText)).toEqual([])
    expect(read.config?.providers.length).toBeGreaterThan(0)
  })

  test('is there for each dialect that it speaks of', () => {
    const titles = printed('yaml').map(({ title }) => title)
    expect([...new Set(titles)]).toEqual(['Anthropic messages', 'Gemini', 'Amazon Bedrock'])
  })
})

const EMAIL = 'erika@example.com'
const POLICIES = `@id("use") @obligation("redact:pii, output:redact:pii")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
`

interface Sdk {
  readonly surface: Surface
  /** What it makes of an answer to this text. */
  asks(client: unknown, text: string): Promise<unknown>
}

const SDKS: Readonly<Record<string, Sdk>> = {
  'Anthropic messages': {
    surface: ANTHROPIC_MESSAGES,
    asks: (client, content) =>
      (client as Anthropic).messages.create({ model: 'claude', max_tokens: 10, messages: [{ role: 'user', content }] }),
  },
  Gemini: {
    surface: GEMINI_GENERATE,
    asks: async (client, contents) =>
      (await (client as GoogleGenAI).models.generateContent({ model: 'gemini', contents })).text,
  },
  'Amazon Bedrock': {
    surface: BEDROCK,
    async asks(client, text) {
      const messages = [{ role: 'user' as const, content: [{ text }] }]
      return (await (client as BedrockRuntimeClient).send(new ConverseCommand({ modelId: BEDROCK.model, messages })))
        .output
    },
  },
}

describe('docs/dialects.md: how an SDK is set up', () => {
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

  test.each(printed('ts'))('is run: $title', async ({ text, title }) => {
    const { asks, surface } = SDKS[title] as Sdk
    const [answering] = isAbsent(surface.answer.assistant) ? [] : surface.answer.assistant
    provider.behave((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answering?.(EMAIL))),
    )
    const here = text.replace('https://gateway.example', house.url)
    const names = ['Anthropic', 'GoogleGenAI', 'BedrockRuntimeClient', 'NodeHttpHandler', 'accessToken']
    const make = new Function(...names, `${here}\nreturn client`)
    const client = make(Anthropic, GoogleGenAI, BedrockRuntimeClient, NodeHttpHandler, await house.token('alice'))
    const said = JSON.stringify(await asks(client, `write to ${EMAIL}`))
    expect(said).toContain('the key is [redacted:pii.email] and no other')
    expect(provider.last.body.toString()).toContain('write to [redacted:pii.email]')
  })

  test('and there is one for each', () => {
    expect(printed('ts').map(({ title }) => title)).toEqual(Object.keys(SDKS))
  })
})
