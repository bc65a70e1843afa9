import type { Model } from '../exchange.js'
import { type Door, type Entered, type Pipeline, served } from '../pipeline.js'
import type { Dialect, Endpoint } from '../spec/index.js'

export interface ModelsDoorParts {
  readonly pipeline: Pipeline
  readonly dialects: readonly Dialect[]
  /** By the name that callers use; only models of the dialect's own providers. */
  readonly modelsOf: (dialect: Dialect) => ReadonlyMap<string, Model>
}

/** The door to the models: gives the door for a path and method, or undefined where no dialect has such an endpoint. */
export function modelsDoors(parts: ModelsDoorParts): (method: string, path: string) => Door | undefined {
  const doors = new Map<string, Door>()
  for (const dialect of parts.dialects) {
    const models = parts.modelsOf(dialect)
    for (const endpoint of dialect.endpoints) {
      doors.set(`${endpoint.method} ${endpoint.path}`, callDoor(parts.pipeline, dialect, endpoint, models))
    }
    doors.set(`GET ${dialect.modelsPath}`, listDoor(parts.pipeline, dialect, allModels(parts)))
  }
  return (method, path) => doors.get(`${method} ${path}`)
}

function callDoor(pipeline: Pipeline, dialect: Dialect, endpoint: Endpoint, models: ReadonlyMap<string, Model>): Door {
  const { action } = endpoint
  return { shape: dialect, action, serve: (entered) => pipeline.exchange(entered, dialect, endpoint, models) }
}

/** Lists only what the caller may invoke, of every dialect. */
function listDoor(pipeline: Pipeline, dialect: Dialect, models: ReadonlyMap<string, Model>): Door {
  return {
    shape: dialect,
    action: 'listModels',
    async serve(entered: Entered) {
      const listed = [...models].filter(
        ([, model]) => pipeline.ask(entered, 'listModels', model.resource).kind === 'proceed',
      )
      entered.bracket.asks({
        action: 'listModels',
        resource: `${listed.length} of ${models.size} models`,
        verdict: undefined,
      })
      const body = dialect.models(listed.map(([id, model]) => ({ id, ownedBy: model.provider })))
      const { received } = entered.authenticated
      received.caller.head(
        200,
        ['content-type', 'application/json', 'x-request-id', received.id, 'ostiary-decision', 'permit'],
        body.length,
      )
      received.caller.end(body)
      return served(200)
    },
  }
}

function allModels(parts: ModelsDoorParts): ReadonlyMap<string, Model> {
  return new Map(parts.dialects.flatMap((dialect) => [...parts.modelsOf(dialect)]))
}
