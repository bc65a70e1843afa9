import { randomBytes } from 'node:crypto'
import { callControl } from '../../src/cli/control.js'
import { send } from '../http.js'
import type { By, Dialect, Step, Story } from './story.js'
import type { World } from './world.js'

/** How a step came out. */
export interface Done {
  readonly passed: boolean
  /** The refusal's code, or the decision; the status where there is neither. */
  readonly why: string
}

/** A story that is told once: what its people hold. */
export interface Telling {
  readonly world: World
  readonly story: Story
  /** Unlike that of every other story. */
  readonly name: string
  readonly keys: Map<By, string>
}

const SCOPES = [
  ...['models:invoke', 'models:train', 'models:list', 'embeddings:create'],
  ...['datasets:read', 'tools:call', 'authorize:check'],
]

const PATHS: Readonly<Record<Dialect, string>> = {
  chat: '/v1/chat/completions',
  stream: '/v1/chat/completions',
  completions: '/v1/completions',
  responses: '/v1/responses',
  messages: '/anthropic/v1/messages',
  embeddings: '/v1/embeddings',
}

export async function perform(telling: Telling, step: Step): Promise<Done> {
  switch (step.do) {
    case 'search': {
      const done = await post(telling, step, `/v1/datasets/${step.dataset}/search`, { query: step.text })
      // A story whose search finds nothing is another story.
      return done.passed && done.text.includes('"passage"') === (step.finds === false)
        ? { passed: false, why: 'hits' }
        : done
    }
    case 'query':
      return await post(telling, step, `/v1/datasets/${step.dataset}/query`, { sql: step.sql })
    case 'ask':
      return await post(telling, step, PATHS[step.dialect], { ...bodyOf(step), ...step.more })
    case 'tell':
      return await post(telling, step, PATHS[step.dialect], { model: step.model, ...toldOf(step) })
    case 'tool': {
      const resource = { type: 'Tool', id: step.tool }
      const body = { action: 'callTool', resource, context: { arguments: step.arguments } }
      const done = await post(telling, step, '/v1/authorize', body)
      if (!done.passed) return done
      const { code = 'permit', decision } = JSON.parse(done.text) as { decision: string; code?: string }
      return { passed: decision === 'permit', why: code }
    }
    case 'upload':
      return await upload(telling, step)
    case 'declassify': {
      const { config } = telling.world.house
      const { people } = telling.world
      const input = { issuer: people.issuer, sub: telling.name, labels: step.labels, reason: 'reviewed by two people' }
      const done = await callControl(config.control.socket, 'POST /labels/declassify', input)
      return { passed: 'declassified' in done, why: 'declassify' }
    }
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, 1300))
      return { passed: true, why: 'waited' }
    case 'denied': {
      const done = await perform(telling, step.step)
      return { passed: !done.passed, why: done.why }
    }
  }
}

function bodyOf({ dialect, model, texts }: Extract<Step, { readonly do: 'ask' }>): Readonly<Record<string, unknown>> {
  const messages = texts.map((content) => ({ role: 'user', content }))
  switch (dialect) {
    case 'chat':
      return { model, messages }
    case 'stream':
      return { model, messages, stream: true }
    case 'completions':
      return { model, prompt: texts.join('\n') }
    case 'responses':
      return { model, input: messages, store: false }
    case 'messages':
      return { model, messages, max_tokens: 100 }
    case 'embeddings':
      return { model, input: texts }
  }
}

/** A model has asked for a tool, and is told what it gave back. */
function toldOf({ dialect, result }: Extract<Step, { readonly do: 'tell' }>): Readonly<Record<string, unknown>> {
  const question = { role: 'user', content: 'What does it say?' }
  switch (dialect) {
    case 'chat': {
      const call = { id: 'c1', type: 'function', function: { name: 'read', arguments: '{}' } }
      const asked = { role: 'assistant', content: null, tool_calls: [call] }
      return { messages: [question, asked, { role: 'tool', tool_call_id: 'c1', content: result }] }
    }
    case 'responses': {
      const asked = { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{}' }
      return { input: [question, asked, { type: 'function_call_output', call_id: 'c1', output: result }], store: false }
    }
    case 'messages': {
      const asked = { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'read', input: {} }] }
      const told = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: result }] }
      return { messages: [question, asked, told], max_tokens: 100 }
    }
  }
}

async function upload(telling: Telling, step: Extract<Step, { readonly do: 'upload' }>): Promise<Done> {
  const lines = step.texts.map((content, at) => {
    const messages = [{ role: 'user', content }]
    if (step.purpose === 'fine-tune') return { messages: [...messages, { role: 'assistant', content: 'Noted.' }] }
    return { custom_id: `l${at}`, method: 'POST', url: PATHS.chat, body: { model: 'cloud', messages } }
  })
  const form = new FormData()
  form.append('purpose', step.purpose)
  form.append('file', new File([lines.map((line) => `${JSON.stringify(line)}\n`).join('')], 'x.jsonl'))
  const whole = new Response(form)
  const body = Buffer.from(await whole.arrayBuffer())
  const headers = { ...(await headersOf(telling, step)), 'content-type': whole.headers.get('content-type') ?? '' }
  const answer = await send(telling.world.house.url, body, { path: '/v1/files', headers })
  return { passed: answer.status < 300, why: codeIn(answer.text) ?? String(answer.status) }
}

async function post(
  telling: Telling,
  step: Step,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Done & { readonly text: string }> {
  const said =
    step.by === 'disguised' && 'messages' in body && path !== PATHS.messages ? { ...body, user: nonce() } : body
  const headers = { ...(await headersOf(telling, step)), 'content-type': 'application/json' }
  const answer = await send(telling.world.house.url, Buffer.from(JSON.stringify(said)), { path, headers })
  // A stream that is refused in the middle has begun well.
  const code = codeIn(answer.text)
  const refused = code !== undefined && path !== '/v1/authorize'
  return { passed: answer.status < 300 && !refused, why: code ?? String(answer.status), text: answer.text }
}

function codeIn(text: string): string | undefined {
  return /"code":\s*"([a-z_]+)"/.exec(text)?.[1] ?? /"message":"([a-z_]+): /.exec(text)?.[1]
}

async function headersOf(telling: Telling, step: Step): Promise<Readonly<Record<string, string>>> {
  const { name, story, world } = telling
  const by: By = step.by ?? 'self'
  const groups = story.groups ?? ['staff']
  const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })
  switch (by) {
    case 'self':
      return bearer(await world.people.token(name, groups))
    case 'afresh':
      return { ...bearer(await world.people.token(name, groups)), 'ostiary-session': nonce() }
    case 'disguised': {
      const guises = [
        'x-session-id',
        'x-user',
        'x-forwarded-user',
        'x-end-user-id',
        'session',
        'openai-conversation-id',
      ]
      const headers = Object.fromEntries(guises.map((guise) => [guise, nonce()]))
      return { ...headers, ...bearer(await world.people.token(name, groups)) }
    }
    case 'scout':
    case 'rover':
      return bearer(await world.people.token(name, groups, by))
    case 'other':
      return bearer(await world.people.token(`${name}-other`, groups))
    case 'scout-of-other':
      return bearer(await world.people.token(`${name}-other`, groups, 'scout'))
    case 'key-1':
    case 'key-2':
      return bearer(await keyOf(telling, by))
  }
}

async function keyOf({ keys, name, world }: Telling, by: By): Promise<string> {
  const held = keys.get(by)
  if (held !== undefined) return held
  const input = { owner: name, scopes: SCOPES, groups: ['staff'], direct: true }
  const made = await callControl(world.house.config.control.socket, 'POST /keys', input)
  const key = String((made as Readonly<Record<string, unknown>>)['key'])
  keys.set(by, key)
  return key
}

function nonce(): string {
  return randomBytes(8).toString('hex')
}
