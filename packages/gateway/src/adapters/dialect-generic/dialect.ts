import { JSON_LIMITS, type JsonLimits, type JsonObject, pointer, type Splice } from '../../json/located.js'
import { JSON_SENT, RETRY_AFTER } from '../../lens/headers.js'
import { createLens } from '../../lens/lens.js'
import type { Seen } from '../../lens/parts.js'
import { systemFieldSplices } from '../../lens/system-field.js'
import type { DeclaredDialect, DeclaredEndpoint, DeclaredRefusal, MemberPath } from '../../spec/declared-dialect.js'
import type { Dialect, Endpoint, Lens } from '../../spec/dialect.js'
import { factsOf } from './facts.js'
import { wireRefusal } from './refusal.js'
import { shapeOf } from './shape.js'
import { streamOf } from './stream.js'
import { usageOf } from './usage.js'

const JSON_TYPE = 'application/json'

/**
 * A dialect that an operator declared: whatever speaks JSON over HTTP, through a lens.
 *
 * Sees every string that the declaration does not list as opaque, and names of members that it does not list at all. Does not see
 * what no declaration of this form can say: text in a query or a header, in bodies that are no JSON objects, spread over several
 * members of one event.
 *
 * @param limits of a request's body
 */
export function createGenericDialect(declared: DeclaredDialect, limits: JsonLimits = JSON_LIMITS): Dialect {
  const { credential, endpoints, name, prefix, refusal } = declared
  const types = new Set([JSON_TYPE, ...endpoints.flatMap(({ stream }) => stream?.contentType ?? [])])
  const spelling = [...types].map((one) => one.replace(/[.+*]/g, '\\$&')).join('|')
  return {
    name,
    prefix,
    endpoints: endpoints.map((one) => endpointOf(one, prefix, refusal, limits)),
    requestHeaders: new Map([
      ['accept', new RegExp(`^(?:${spelling}|\\*/\\*)(?:, ?(?:${spelling}|\\*/\\*))*$`)],
      JSON_SENT,
    ]),
    responseHeaders: new Map([
      ['content-type', new RegExp(`^(?:${spelling})(?:;\\s*charset=utf-8)?$`, 'i')],
      RETRY_AFTER,
    ]),
    idHeaders: ['x-request-id'],
    credential: (secret) => [credential.header, credential.before + secret],
    refusal: (why, requestId) => wireRefusal(refusal, why, requestId),
    modelList: undefined,
  }
}

function endpointOf(
  declared: DeclaredEndpoint,
  prefix: string,
  refusal: DeclaredRefusal,
  limits: JsonLimits,
): Endpoint {
  const { action, path, upstreamPath } = declared
  return {
    method: 'POST',
    path: prefix.slice(0, -1) + path,
    action,
    lens: lensOf(declared, refusal, limits),
    upstreamPath: (model) => upstreamPath.replaceAll('{model}', () => encodeURIComponent(model)),
  }
}

function lensOf(declared: DeclaredEndpoint, refusal: DeclaredRefusal, limits: JsonLimits): Lens {
  const { answer, model, request, stream } = declared
  const inBody = model.kind === 'member' ? model.at : undefined
  const { system } = request
  const known = [
    ...[...request.maxTokens, request.tools, request.conversation, stream?.asked?.at],
    system === undefined ? undefined : [system],
  ].filter((path) => path !== undefined)
  const told = [answer.usage.input, answer.usage.output].filter((path) => path !== undefined)
  return createLens(
    {
      request: shapeOf(request, known, inBody),
      facts: factsOf(declared),
      // Every object in which a member is listed: another spelling of it would be another member to us alone.
      strict: ({ shapes }, index) => (shapes.of[index]?.members.size ?? 0) > 0,
      namesModel: false,
      renamed: inBody === undefined ? undefined : (seen, name) => renamed(seen, inBody, name),
      system:
        system === undefined
          ? undefined
          : (seen, change, textAt) => {
              const [root] = seen.located.containers
              return root === undefined ? [] : systemFieldSplices(seen, root, systemField(system), change, textAt)
            },
      answer: shapeOf(answer, told),
      lists: true,
      usage: (root: JsonObject) => usageOf(answer.usage, root),
      stream: stream === undefined ? undefined : streamOf(stream, refusal),
      ...(stream === undefined ? {} : { streamType: stream.contentType }),
    },
    limits,
  )
}

function systemField(name: string) {
  return { name, item: (text: string): string => JSON.stringify(text) } as const
}

/** `facts` made sure that a string stands there. */
function renamed({ located }: Seen, path: MemberPath, model: string): readonly Splice[] {
  const place = located.strings.find(
    ({ inside, isName, key }) => !isName && key === path.at(-1) && pointer(inside, key) === pointerOf(path),
  )
  return place === undefined ? [] : [{ start: place.start, end: place.end, json: JSON.stringify(model) }]
}

function pointerOf(path: MemberPath): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
