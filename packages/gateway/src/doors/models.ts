import type { Model } from '../exchange.js'
import type { Entered, ModelCall } from '../pipeline/call.js'
import { type Door, type Pipeline, served } from '../pipeline/pipeline.js'
import type { Dialect, ModelList, Received } from '../spec/index.js'

export interface ModelsDoorParts {
  readonly pipeline: Pipeline
  readonly dialects: readonly Dialect[]
  /** By the name that callers use; only models of the dialect's own providers. */
  readonly modelsOf: (dialect: Dialect) => ReadonlyMap<string, Model>
}

type Asked = Pick<Received, 'method' | 'path' | 'query'>

/** The door to the models: gives the door for a path and method, or undefined where no dialect has such an endpoint. */
export function modelsDoors(parts: ModelsDoorParts): (asked: Asked) => Door | undefined {
  const doors = new Map<string, Door>()
  const fixed = new Map<string, Omit<ModelCall, 'named'>>()
  const named: Pattern[] = []
  for (const dialect of parts.dialects) {
    const models = parts.modelsOf(dialect)
    for (const endpoint of dialect.endpoints) {
      const call = { dialect, endpoint, models }
      const [before, after] = endpoint.path.split(MODEL)
      if (after === undefined) fixed.set(`${endpoint.method} ${endpoint.path}`, call)
      else named.push({ method: endpoint.method, before: before ?? '', after, call })
    }
    const { modelList } = dialect
    if (modelList !== undefined)
      doors.set(`GET ${modelList.path}`, listDoor(parts.pipeline, dialect, modelList, allModels(parts)))
  }

  return (asked) => {
    const exactly = `${asked.method} ${asked.path}`
    const call = fixed.get(exactly)
    if (call !== undefined)
      return callDoor(parts.pipeline, { ...call, named: { model: undefined, query: asked.query } })
    return doors.get(exactly) ?? patternDoor(parts.pipeline, named, asked)
  }
}

const MODEL = '{model}'

/** An endpoint in whose path the model is named. */
interface Pattern {
  readonly method: string
  readonly before: string
  readonly after: string
  readonly call: Omit<ModelCall, 'named'>
}

function patternDoor(
  pipeline: Pipeline,
  patterns: readonly Pattern[],
  { method, path, query }: Asked,
): Door | undefined {
  for (const { before, after, call, method: wanted } of patterns) {
    if (wanted !== method || !path.startsWith(before) || !path.endsWith(after)) continue
    const written = path.slice(before.length, path.length - after.length)
    if (written === '' || written.includes('/') || path.length < before.length + after.length) continue
    return callDoor(pipeline, { ...call, named: { model: decoded(written), query } })
  }
  return undefined
}

/** As written where it is no good percent-encoding: then no model has such a name. */
function decoded(written: string): string {
  try {
    return decodeURIComponent(written)
  } catch {
    return written
  }
}

function callDoor(pipeline: Pipeline, call: ModelCall): Door {
  const { action } = call.endpoint
  return { shape: call.dialect, action, serve: (entered) => pipeline.exchange(entered, call) }
}

/** Lists only what the caller may invoke, of every dialect. */
function listDoor(pipeline: Pipeline, dialect: Dialect, list: ModelList, models: ReadonlyMap<string, Model>): Door {
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
      const body = list.write(listed.map(([id, model]) => ({ id, ownedBy: model.provider })))
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
