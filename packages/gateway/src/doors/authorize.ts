import type { Model } from '../exchange.js'
import type { Authorized } from '../pipeline/authorize.js'
import { type Door, type Pipeline, served } from '../pipeline/pipeline.js'
import { purposeOf, resourceOf } from '../pipeline/reads/asking.js'
import {
  covers,
  coversSome,
  type Dataset,
  lackingScope,
  narrowed,
  proceed,
  type Received,
  type Resource,
  refuse,
  type Step,
  type Tool,
} from '../spec/index.js'
import { type AuthorizeBody, readAuthorize } from './authorize-body.js'
import { problem } from './problem.js'

export interface AuthorizeDoorParts {
  readonly pipeline: Pipeline
  /** Of every dialect, by the name that callers use. */
  readonly models: ReadonlyMap<string, Model>
  readonly datasets: ReadonlyMap<string, Dataset>
  readonly tools: ReadonlyMap<string, Tool>
}

export const AUTHORIZE_PATH = '/v1/authorize'
const SCOPE = 'authorize:check'

/** The door to a decision without forwarding: for whoever does elsewhere what is asked about here. */
export function authorizeDoor(parts: AuthorizeDoorParts): Door {
  const { pipeline } = parts
  return {
    shape: problem,
    async serve(entered) {
      const { principal, received } = entered.authenticated
      if (!coversSome(principal.scopes, SCOPE)) return pipeline.refuse(entered, problem, lackingScope(SCOPE))
      const body = await received.body()
      if (body.kind === 'refuse') return pipeline.refuse(entered, problem, body)
      const asked = readAuthorize(body.value)
      if (asked.kind === 'refuse') return pipeline.refuse(entered, problem, asked)
      const scope = narrowed(SCOPE, asked.value.resource)
      if (!covers(principal.scopes, scope)) return pipeline.refuse(entered, problem, lackingScope(scope))
      const about = aboutOf(parts, asked.value)
      if (about.kind === 'refuse') return pipeline.refuse(entered, problem, about)
      const { action, purpose, text } = asked.value
      const authorized = await pipeline.authorize(entered, { action, purpose, text, ...about.value })
      if (authorized.kind === 'refuse') return pipeline.refuse(entered, problem, authorized)
      answer(received, authorized.value)
      const { brought, findings } = authorized.value
      return { ...served(200), findings, brought, isCheck: true }
    },
  }
}

interface About {
  readonly resource: Resource
  readonly hasEffects: boolean
  readonly labels: readonly string[]
}

/** What is asked about, as it is configured. */
function aboutOf({ datasets, models, tools }: AuthorizeDoorParts, asked: AuthorizeBody): Step<About> {
  const {
    action,
    resource: { id, type },
  } = asked
  switch (type) {
    case 'Model': {
      const model = models.get(id)
      if (model === undefined) return refuse('model_not_found', 'not configured', { param: 'resource' })
      return proceed({ resource: model.resource, hasEffects: false, labels: [] })
    }
    case 'Dataset': {
      const dataset = datasets.get(id)
      if (dataset?.source.kind !== (action === 'queryDataset' ? 'tables' : 'documents')) {
        return refuse('dataset_not_found', 'not configured for this', { param: 'resource' })
      }
      const purpose = purposeOf(dataset, asked.purpose)
      if (purpose.kind === 'refuse') return purpose
      // By its own classification: a read is decided by what it would read. That brings labels, the question none.
      return proceed({ resource: resourceOf(dataset, dataset.classification), hasEffects: false, labels: [] })
    }
    case 'Tool': {
      const tool = tools.get(id)
      if (tool === undefined) {
        return refuse('invalid_request', 'a tool that is not configured', { message: NO_TOOL, param: 'resource' })
      }
      const { labels, resource } = tool
      return proceed({ resource, hasEffects: resource.attributes['effect'] !== 'read', labels })
    }
    case 'Gateway':
      return refuse('invalid_request', 'asked of the gateway')
  }
}

const NO_TOOL = 'There is no tool of this name here.'

function answer(received: Received, { kind, obligations, reasons, refusal }: Authorized): void {
  const code = refusal === undefined ? {} : { code: refusal.code }
  const body = Buffer.from(JSON.stringify({ decision: kind, obligations, reasons, ...code }))
  const own = ['x-request-id', received.id, 'ostiary-decision', kind, 'cache-control', 'no-store']
  received.caller.head(200, [...own, 'content-type', 'application/json'], body.length)
  received.caller.end(body)
}
