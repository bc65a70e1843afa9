import { parse } from 'yaml'
import { GUIDE_ENTRIES } from '../declared.js'
import { ANTHROPIC_COUNT, ANTHROPIC_MESSAGES } from './anthropic.js'
import { BEDROCK } from './bedrock.js'
import type { Surface } from './fields.js'
import { GEMINI_GENERATE } from './gemini.js'
import { GEMINI_OTHERS } from './gemini-others.js'
import { GENERIC_NDJSON } from './generic-ndjson.js'
import { GENERIC_SSE } from './generic-sse.js'
import { OPENAI_CHAT } from './openai-chat.js'
import { OPENAI_COMPLETIONS, OPENAI_EMBEDDINGS, OPENAI_MODERATIONS } from './openai-others.js'
import { OPENAI_RESPONSES } from './openai-responses.js'

/** In the order of the page. */
export const SURFACES: readonly Surface[] = [
  OPENAI_CHAT,
  OPENAI_RESPONSES,
  OPENAI_COMPLETIONS,
  OPENAI_EMBEDDINGS,
  OPENAI_MODERATIONS,
  ANTHROPIC_MESSAGES,
  ANTHROPIC_COUNT,
  GEMINI_GENERATE,
  ...GEMINI_OTHERS,
  BEDROCK,
  GENERIC_SSE,
  GENERIC_NDJSON,
]

const KEY = 'a-credential-of-nobody'

/** One provider for each dialect, all of them at this address. */
export function configOf(origin: string): Readonly<Record<string, unknown>> {
  const provider = (dialect: string): object => ({
    name: dialect,
    dialect,
    baseUrl: `${origin}/${dialect}`,
    apiKey: KEY,
  })
  return {
    dialects: ['Ollama', 'Cohere'].flatMap((title) => parse(GUIDE_ENTRIES.get(title) ?? '').dialects),
    providers: ['openai', 'anthropic', 'gemini', 'bedrock', 'ollama', 'cohere'].map(provider),
    models: [
      { name: OPENAI_CHAT.model, provider: 'openai' },
      { name: ANTHROPIC_MESSAGES.model, provider: 'anthropic' },
      { name: 'gemini', provider: 'gemini' },
      { name: BEDROCK.model, provider: 'bedrock' },
      { name: GENERIC_NDJSON.model, provider: 'ollama' },
      { name: GENERIC_SSE.model, provider: 'cohere' },
    ],
  }
}
