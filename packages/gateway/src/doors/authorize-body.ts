import { type Located, type Place, readLocated } from '../json/located.js'
import { isJsonObject, type Json, type JsonObject, parseStrictJson } from '../json/strict.js'
import { type Action, proceed, type Refusal, type Resource, refuse, type Step } from '../spec/index.js'

/** Actions that may be asked about, and what each is asked of. */
const ASKED_OF: ReadonlyMap<string, { readonly action: Action; readonly type: Resource['type'] }> = new Map([
  ['callTool', { action: 'callTool', type: 'Tool' }],
  ['invoke', { action: 'invoke', type: 'Model' }],
  ['embed', { action: 'embed', type: 'Model' }],
  ['queryDataset', { action: 'queryDataset', type: 'Dataset' }],
  ['searchDataset', { action: 'searchDataset', type: 'Dataset' }],
])

/** What a caller asks about. */
export interface AuthorizeBody {
  readonly action: Action
  readonly resource: Pick<Resource, 'type' | 'id'>
  readonly purpose: string | undefined
  /** Of `arguments`: every text, name and number in it, each on a line of its own; empty where there are none. */
  readonly text: string
}

const LIMITS = { maxDepth: 64, maxBytes: 64 * 1024 * 1024 }
const NAME_MAX = 256

/** Reads `{"action", "resource": {"type", "id"}, "context"?: {"purpose"?, "arguments"?}}`. */
export function readAuthorize(body: Buffer): Step<AuthorizeBody> {
  const read = parseStrictJson(body, LIMITS)
  if (read.kind === 'fault') {
    return refuse('invalid_request', `body: ${read.why}`, {
      message: `The body is no JSON that can be read: ${read.why}.`,
    })
  }
  const whole = objectOf(read.value, ['action', 'resource', 'context'], undefined)
  if (whole.kind === 'refuse') return whole
  const asked = ASKED_OF.get(String(whole.value['action']))
  if (asked === undefined) {
    return wrong('action', `\`action\` is one of \`${[...ASKED_OF.keys()].join('`, `')}\`.`)
  }
  const resource = objectOf(whole.value['resource'], ['type', 'id'], 'resource')
  if (resource.kind === 'refuse') return resource
  const { id, type } = resource.value
  if (type !== asked.type) return wrong('resource', `\`${asked.action}\` is asked of a \`${asked.type}\`.`)
  if (typeof id !== 'string' || id === '') return wrong('resource', '`resource.id` is a name.')
  const context = objectOf(whole.value['context'] ?? {}, ['purpose', 'arguments'], 'context')
  if (context.kind === 'refuse') return context
  const { purpose } = context.value
  if (purpose !== undefined && (typeof purpose !== 'string' || purpose === '' || purpose.length > NAME_MAX)) {
    return wrong('context', `\`context.purpose\` is a text of at most ${NAME_MAX} characters.`)
  }
  const text = context.value['arguments'] === undefined ? '' : textOfArguments(body)
  if (typeof text !== 'string') return text
  return proceed({ action: asked.action, resource: { type: asked.type, id }, purpose, text })
}

function objectOf(value: Json | undefined, names: readonly string[], param: string | undefined): Step<JsonObject> {
  const what = param === undefined ? 'The body' : `\`${param}\``
  if (value === undefined || !isJsonObject(value)) return wrong(param, `${what} is a JSON object.`)
  const unknown = Object.keys(value).some((name) => !names.includes(name))
  if (unknown) return wrong(param, `${what} has an unknown member: there are \`${names.join('`, `')}\`.`)
  return proceed(value)
}

function wrong(param: string | undefined, message: string): Refusal {
  const extras = param === undefined ? { message } : { message, param }
  return refuse('invalid_request', `body: ${param ?? 'no object'}`, extras)
}

function textOfArguments(body: Buffer): string | Refusal {
  const located = readLocated(body)
  if (located.kind !== 'located') return wrong('context', 'What is in `context.arguments` cannot be read.')
  const name = located.strings.find(
    ({ inside, isName, key }) =>
      isName && key === 'arguments' && inside?.key === 'context' && inside.parent?.index === 0,
  )
  const end = name?.inside?.end
  if (name === undefined || end === undefined) return wrong('context', '`context.arguments` is not there.')
  // The members of `context` are those two: what comes behind is the purpose, or nothing.
  const next = located.strings.find((one) => one.isName && one.inside === name.inside && one.start > name.start)
  return leavesOf(located, name.end, next?.start ?? end)
}

/**
 * What stands there but for the signs of JSON: strings decoded, numbers with all their digits, names last. One text, so that what
 * belongs together is found together, be it cut over several members; on lines of their own, so that no two words become one.
 */
function leavesOf({ strings, text }: Pick<Located, 'strings' | 'text'>, from: number, to: number): string {
  const values: string[] = []
  const names: string[] = []
  let at = from
  const between = (until: number): void => {
    for (const one of text.slice(at, until).split(/[\s,:[\]{}]+/)) if (one !== '') values.push(one, ...writtenOut(one))
  }
  for (const one of strings) {
    if (one.start < from || one.end > to) continue
    between(one.start)
    if (one.isName) names.push(one.value)
    else values.push(one.value, ...insideOf(one))
    at = one.end
  }
  between(to)
  return [...values, ...names].join('\n')
}

/** A number in another notation (`4.9e12`) is the number all the same. */
function writtenOut(said: string): readonly string[] {
  const number = Number(said)
  return /[.eE]/.test(said) && Number.isSafeInteger(number) ? [String(number)] : []
}

/** A tool's arguments are often JSON in a text: then what is in that counts too, each value by itself and without its escapes. */
function insideOf({ value }: Place): readonly string[] {
  if (!/^\s*[[{"]/.test(value)) return []
  const inner = readLocated(Buffer.from(value))
  return inner.kind === 'located' ? [leavesOf(inner, 0, inner.text.length)] : []
}
