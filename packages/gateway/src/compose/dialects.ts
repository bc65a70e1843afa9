import { anthropicTransfers } from '../adapters/dialect-anthropic/batches/transfers.js'
import { createAnthropicDialect } from '../adapters/dialect-anthropic/dialect.js'
import { createBedrockDialect } from '../adapters/dialect-bedrock/dialect.js'
import { createGeminiDialect } from '../adapters/dialect-gemini/dialect.js'
import { createGenericDialect } from '../adapters/dialect-generic/dialect.js'
import { createOpenAiDialect } from '../adapters/dialect-openai/dialect.js'
import { openAiTransfers } from '../adapters/dialect-openai/files/transfers.js'
import type { Config } from '../config/config.js'
import type { Travel } from '../doors/files.js'
import type { Model } from '../exchange.js'
import type { Dialect } from '../spec/index.js'

/** Names, values and containers that a body may have for each text part it may have. */
const PLACES_A_PART = 10

/** The dialects that doors speak. */
export function dialectsOf({ dialects, limits }: Config): readonly Dialect[] {
  const ofBody = { depthMax: limits.nesting, placesMax: PLACES_A_PART * limits.parts }
  return [
    createOpenAiDialect(ofBody),
    createAnthropicDialect(ofBody),
    createGeminiDialect(ofBody),
    createBedrockDialect(ofBody),
    ...dialects.map((one) => createGenericDialect(one, ofBody)),
  ]
}

/** Where files of a dialect travel, and the provider that keeps them; undefined where none does. */
export function travelOf({ files, limits, publicUrl }: Config, { endpoints, name }: Dialect): Travel | undefined {
  const ofBody = { depthMax: limits.nesting, placesMax: PLACES_A_PART * limits.parts }
  if (name === 'openai' && files.openai !== undefined)
    return { provider: files.openai, transfers: openAiTransfers(endpoints, ofBody) }
  if (name === 'anthropic' && files.anthropic !== undefined)
    return { provider: files.anthropic, transfers: anthropicTransfers(endpoints, ofBody, publicUrl) }
  return undefined
}

/** The models of a configuration by the dialect that each is served in, and by name. */
export function modelsOf(
  config: Config,
  dialects: readonly Dialect[],
): (dialect: Dialect) => ReadonlyMap<string, Model> {
  const dialectOf = new Map(config.providers.map((provider) => [provider.name, provider.dialect]))
  const byDialect = new Map<string, Map<string, Model>>(dialects.map((one) => [one.name, new Map()]))
  for (const { name, provider, upstreamModel, attributes, price } of config.models) {
    const dialect = dialectOf.get(provider) ?? ''
    const resource = { type: 'Model', id: name, attributes: { ...attributes, dialect, provider } } as const
    byDialect.get(dialect)?.set(name, { resource, provider, upstreamModel, price })
  }
  return (dialect) => byDialect.get(dialect.name) ?? new Map()
}
