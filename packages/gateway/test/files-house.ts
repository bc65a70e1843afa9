import { type DemoModel, startDemoModel } from '@ostiary/devkit'
import OpenAI from 'openai'
import { type House, MODEL_KEY, openHouse } from './house.js'

/** Everybody of these groups may call both models; what is found is handled as an operator would. */
const FILE_POLICIES = `@id("analysts-use-models")
@obligation("redact:pii.email, block:secret, output:redact:pii.email")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);
@id("analysts-train-one-model")
@obligation("redact:pii.email, block:secret, output:redact:pii.email")
permit (principal in Group::"analysts", action == Action::"train", resource == Model::"model");
@id("support-uses-models")
permit (principal in Group::"support", action in [Action::"invoke", Action::"listModels"], resource is Model);
`

export interface FilesHouse {
  readonly house: House
  readonly provider: DemoModel
  client(as?: string, scope?: string): Promise<OpenAI>
  close(): Promise<void>
}

/** A gateway before a provider that keeps files. */
export async function openFilesHouse(
  options: { readonly policies?: string; readonly config?: Readonly<Record<string, unknown>> } = {},
): Promise<FilesHouse> {
  const provider = await startDemoModel()
  const house = await openHouse({
    policies: options.policies ?? FILE_POLICIES,
    config: {
      providers: [{ name: 'keeper', dialect: 'openai', baseUrl: provider.baseUrl, apiKey: MODEL_KEY }],
      models: [
        { name: 'model', provider: 'keeper', upstreamModel: 'demo-model' },
        { name: 'other-model', provider: 'keeper' },
      ],
      files: { openai: 'keeper' },
      ...options.config,
    },
  })
  return {
    house,
    provider,
    async client(as = 'alice', scope = 'models:invoke models:train') {
      const apiKey = await house.token(as, { scope })
      return new OpenAI({ apiKey, baseURL: `${house.url}/v1`, maxRetries: 0 })
    },
    async close() {
      await house.finish()
      await provider.close()
    },
  }
}

export function batchLine(id: string, content: string, body: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'model', messages: [{ role: 'user', content }], ...body },
  })
}

export function jsonl(lines: readonly string[]): File {
  return new File([lines.map((line) => `${line}\n`).join('')], 'requests.jsonl', { type: 'application/jsonl' })
}
