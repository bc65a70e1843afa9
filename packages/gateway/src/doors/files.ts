import type { Model } from '../exchange.js'
import type { Door, Pipeline } from '../pipeline/pipeline.js'
import { type Dialect, type Received, refuse, type TransferRoute, type Transfers } from '../spec/index.js'

export interface FilesDoorParts {
  readonly pipeline: Pipeline
  readonly dialects: readonly Dialect[]
  readonly modelsOf: (dialect: Dialect) => ReadonlyMap<string, Model>
  /** Undefined: nothing of it is governed. */
  readonly travelOf: (dialect: Dialect) => Travel | undefined
}

/** Where the files of a dialect travel, and the provider that keeps them. */
export interface Travel {
  readonly provider: string
  readonly transfers: Transfers
}

type Asked = Pick<Received, 'method' | 'path' | 'query'>

/** The door to files and jobs: gives the door for a path and method, or undefined where no dialect has them there. */
export function filesDoors({
  dialects,
  modelsOf,
  pipeline,
  travelOf,
}: FilesDoorParts): (asked: Asked) => Door | undefined {
  const kept = dialects.flatMap((dialect) => {
    const travel = travelOf(dialect)
    if (travel === undefined) return []
    const { provider, transfers } = travel
    const models = new Map([...modelsOf(dialect)].filter(([, model]) => model.provider === provider))
    return transfers.routes.map((route) => ({ dialect, models, provider, route, transfers }))
  })

  return ({ method, path, query }) => {
    for (const { route, ...one } of kept) {
      if (route.method !== method) continue
      const id = idIn(route.path, path)
      if (id === false) continue
      const { dialect, transfers } = one
      const asked = queryOf(route, query)
      return {
        shape: dialect,
        async serve(entered) {
          if (id !== undefined && !transfers.id.test(id))
            return pipeline.refuse(entered, dialect, refuse('file_not_found', 'what is no id'))
          if (asked === undefined) {
            const message = 'The query has a member that is unknown, malformed or there twice.'
            return pipeline.refuse(
              entered,
              dialect,
              refuse('invalid_request', 'a query that is not governed', { message }),
            )
          }
          return await pipeline.transfer(entered, { ...one, route, id, query: asked })
        },
      }
    }
    return undefined
  }
}

const ID = '{id}'

/** What stands in the place of the id, undefined where the pattern has none; false: the path is another. */
function idIn(pattern: string, path: string): string | undefined | false {
  const at = pattern.indexOf(ID)
  if (at < 0) return pattern === path ? undefined : false
  const before = pattern.slice(0, at)
  const after = pattern.slice(at + ID.length)
  if (path.length <= before.length + after.length || !path.startsWith(before) || !path.endsWith(after)) return false
  const id = path.slice(before.length, path.length - after.length)
  return id.includes('/') ? false : id
}

function queryOf({ query: known }: TransferRoute, query: string): ReadonlyMap<string, string> | undefined {
  const asked = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (asked.has(name) || known.get(name)?.test(value) !== true) return undefined
    asked.set(name, value)
  }
  return asked
}
