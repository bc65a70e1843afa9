import type { JsonObject, JsonValue } from '../../json/located.js'
import { type Facts, wrong } from '../../lens/lens.js'
import { isObject } from '../../lens/path.js'
import type { DeclaredEndpoint, DeclaredModel, MemberPath, PathPattern } from '../../spec/declared-dialect.js'
import type { Named } from '../../spec/dialect.js'
import type { Refusal } from '../../spec/refusal.js'
import { dotted, memberAt } from './member.js'

/** What a body says beside its texts, as far as the declaration tells where. */
export function factsOf(endpoint: DeclaredEndpoint): (root: JsonObject, named: Named) => Facts | Refusal {
  const { effects, model: where, request, stream } = endpoint
  const asked = stream?.asked
  return (root, named) => {
    const model = modelOf(where, root, named)
    if (typeof model !== 'string') return model
    let maxTokens = 0
    for (const path of request.maxTokens) {
      const most = bound(memberAt(root, path) ?? 0)
      if (most === undefined) return wrong(dotted(path), 'a whole number')
      maxTokens = Math.max(maxTokens, most)
    }
    const flag = asked === undefined ? stream !== undefined : (memberAt(root, asked.at) ?? asked.byDefault)
    if (typeof flag !== 'boolean') return wrong(dotted(asked?.at ?? []), 'a boolean')
    const tools = request.tools === undefined ? [] : (memberAt(root, request.tools) ?? [])
    if (!Array.isArray(tools)) return wrong(dotted(request.tools ?? []), 'an array')
    const system = request.system === undefined ? undefined : (root[request.system] ?? '')
    if (system !== undefined && typeof system !== 'string') return wrong(request.system ?? '', 'a text')
    const conversation = request.conversation === undefined ? undefined : memberAt(root, request.conversation)
    return {
      model,
      stream: flag,
      maxTokens,
      hasSystemMessage: hasSystem(endpoint, root),
      hasEffects: effects,
      tools: tools.length,
      conversation: typeof conversation === 'string' && conversation !== '' ? conversation : undefined,
    }
  }
}

function modelOf(where: DeclaredModel, root: JsonObject, named: Named): string | Refusal {
  switch (where.kind) {
    case 'path':
      return named.model ?? ''
    case 'fixed':
      return where.name
    case 'member': {
      const model = memberAt(root, where.at)
      return typeof model === 'string' && model !== '' ? model : wrong(dotted(where.at), 'a string')
    }
  }
}

/** Servers write a number below nought for no bound at all: then none was named. */
function bound(value: JsonValue): number | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined
  return Math.max(0, value)
}

const SYSTEM_ROLES: ReadonlySet<JsonValue | undefined> = new Set(['system', 'developer'])

function hasSystem({ request }: DeclaredEndpoint, root: JsonObject): boolean {
  if (request.system !== undefined && isSaid(root[request.system])) return true
  if (request.text.some(({ at, role }) => role === 'system' && all(root, at).some(isSaid))) return true
  return request.speakers.some((at) => all(root, at).some((one) => isObject(one) && SYSTEM_ROLES.has(one['role'])))
}

function isSaid(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return false
  return !Array.isArray(value) || value.length > 0
}

/** All values at a pattern. */
function all(value: JsonValue, [name, ...rest]: PathPattern | MemberPath): readonly JsonValue[] {
  if (name === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  if (name === '*') return Object.values(value).flatMap((one) => all(one, rest))
  const below = Array.isArray(value) ? undefined : value[name]
  return below === undefined ? [] : all(below, rest)
}
