import type { JsonObject, JsonValue, Splice } from '../../json/located.js'
import { type Facts, QUIET, wrong } from '../../lens/lens.js'
import { type Seen, saysAt } from '../../lens/parts.js'
import { isObject, wholeNumber } from '../../lens/path.js'
import type { Named } from '../../spec/dialect.js'
import { type Refusal, refuse } from '../../spec/refusal.js'
import { fieldOf, itemsOf } from './proto.js'
import { OWN_TOOLS } from './tools.js'

const SYSTEM: ReadonlySet<JsonValue | undefined> = new Set(['system', 'developer'])

/** What the body of `:generateContent` says beside its texts. */
export function generateFacts(root: JsonObject, named: Named): Facts | Refusal {
  return factsOf(root, named, '')
}

/** Of `:streamGenerateContent`, which gives events only where it is asked to. */
export function streamFacts(root: JsonObject, named: Named): Facts | Refusal {
  const asked = new URLSearchParams(named.query).getAll('alt')
  if (asked.length !== 1 || asked[0] !== 'sse') {
    return refuse('invalid_request', 'alt is not sse', {
      param: 'alt',
      message: 'Streams are given as server-sent events alone: ask for them with `?alt=sse`.',
    })
  }
  const facts = factsOf(root, named, '')
  return 'code' in facts ? facts : { ...facts, stream: true }
}

/** Of `:countTokens`, which may hold a whole request. */
export function countFacts(root: JsonObject, named: Named): Facts | Refusal {
  const whole = fieldOf(root, 'generateContentRequest')
  if (whole === undefined) return factsOf(root, named, '')
  if (!isObject(whole)) return wrong('generateContentRequest', 'an object')
  const outer = otherModel(root, named, '')
  if (outer !== undefined) return outer
  if (fieldOf(root, 'contents') !== undefined) return wrong('generateContentRequest', 'the only content')
  return factsOf(whole, named, 'generateContentRequest.')
}

/** Of `:embedContent`. */
export function embedFacts(root: JsonObject, named: Named): Facts | Refusal {
  return otherModel(root, named, '') ?? notContent(fieldOf(root, 'content'), 'content') ?? quiet(named)
}

/** Of `:batchEmbedContents`. */
export function embedBatchFacts(root: JsonObject, named: Named): Facts | Refusal {
  const requests = itemsOf(fieldOf(root, 'requests'))
  if (requests === undefined) return wrong('requests', 'an array of objects')
  for (const [at, request] of requests.entries()) {
    const where = `requests[${at}].`
    const refusal = otherModel(request, named, where) ?? notContent(fieldOf(request, 'content'), `${where}content`)
    if (refusal !== undefined) return refusal
  }
  return quiet(named)
}

function quiet({ model = '' }: Named): Facts {
  return { ...QUIET, model }
}

function factsOf(root: JsonObject, named: Named, where: string): Facts | Refusal {
  const other = otherModel(root, named, where)
  if (other !== undefined) return other
  const contents = itemsOf(fieldOf(root, 'contents'))
  if (contents === undefined) return wrong(`${where}contents`, 'an array of objects')
  for (const [at, content] of contents.entries()) {
    const refusal = notContent(content, `${where}contents[${at}]`)
    if (refusal !== undefined) return refusal
  }
  const system = fieldOf(root, 'systemInstruction')
  const refusal = system === undefined ? undefined : notContent(system, `${where}systemInstruction`)
  if (refusal !== undefined) return refusal
  const config = fieldOf(root, 'generationConfig') ?? {}
  if (!isObject(config)) return wrong(`${where}generationConfig`, 'an object')
  const maxTokens = wholeNumber(fieldOf(config, 'maxOutputTokens') ?? 0)
  if (maxTokens === undefined) return wrong(`${where}generationConfig.maxOutputTokens`, 'a whole number')
  const choices = wholeNumber(fieldOf(config, 'candidateCount') ?? 1)
  if (choices === undefined) return wrong(`${where}generationConfig.candidateCount`, 'a whole number')
  const tools = itemsOf(fieldOf(root, 'tools') ?? [])
  if (tools === undefined) return wrong(`${where}tools`, 'an array of objects')
  return {
    ...quiet(named),
    maxTokens,
    choices,
    hasSystemMessage: system !== undefined || contents.some((content) => SYSTEM.has(content['role'])),
    hasEffects: hasEffects(root, tools),
    tools: tools.reduce((count, tool) => count + toolsIn(tool), 0),
  }
}

function notContent(content: JsonValue | undefined, where: string): Refusal | undefined {
  if (!isObject(content)) return wrong(where, 'an object')
  return itemsOf(fieldOf(content, 'parts') ?? []) === undefined
    ? wrong(`${where}.parts`, 'an array of objects')
    : undefined
}

/** The path names the model; a body that names one too must mean the same. */
function otherModel(root: JsonObject, { model = '' }: Named, where: string): Refusal | undefined {
  if (model === '') return wrong('model', 'a name')
  const said = root['model'] ?? null
  return said === null || said === model || said === `${PREFIX}${model}`
    ? undefined
    : wrong(`${where}model`, "the path's")
}

const PREFIX = 'models/'

/** The body's own words for the model, where it has them. */
export function renamed({ located, shapes }: Seen, model: string): readonly Splice[] {
  const found: Splice[] = []
  for (const { inside, key, isName, value, start, end } of located.strings) {
    if (inside === undefined || key !== 'model' || saysAt(shapes, inside, key, isName) !== 'checked') continue
    found.push({ start, end, json: JSON.stringify(value.startsWith(PREFIX) ? PREFIX + model : model) })
  }
  return found
}

/** The provider keeps the exchange, writes its answer elsewhere, or reaches out itself. */
function hasEffects(root: JsonObject, tools: readonly JsonObject[]): boolean {
  if ((fieldOf(root, 'store') ?? false) !== false || fieldOf(root, 'generationOutputConfig') !== undefined) return true
  return tools.some((tool) => othersIn(tool).length > 0)
}

/** Each function is a tool, and so is whatever else the member of a tool names. */
function toolsIn(tool: JsonObject): number {
  return (itemsOf(fieldOf(tool, OWN_TOOLS) ?? []) ?? []).length + othersIn(tool).length
}

function othersIn(tool: JsonObject): readonly string[] {
  return Object.keys(tool).filter(
    (name) => name !== OWN_TOOLS && name !== 'function_declarations' && tool[name] !== null,
  )
}
