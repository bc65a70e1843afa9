import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDev } from '../../packages/gateway/dist/cli/dev.js'
import { ascending } from './held.mjs'

const TOKEN_MS = 20
const WARM_MOST = 30
const MODELS = ['guarded', 'plain']
const POLICIES = `@id("guarded") @obligation("output:redact:pii, output:redact:secret")
permit (principal, action == Action::"invoke", resource == Model::"guarded");
@id("plain") permit (principal, action == Action::"invoke", resource == Model::"plain");
`

/**
 * Milliseconds from the write of the first token at the provider to its first character at the caller, over sockets and through a
 * listening gateway, for each text with and without output obligations, taking turns.
 */
export async function firstCharacters(texts) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ostiary-hold-back-'))
  const provider = await startProvider(texts)
  mkdirSync(join(dataDir, 'policies'), { recursive: true })
  writeFileSync(join(dataDir, 'policies', 'dev.cedar'), POLICIES)
  const options = { port: 0, adminPort: 0, dataDir, upstream: provider.baseUrl, warn: console.error }
  const house = await startDev(options)
  try {
    const token = await house.issuer.token({ as: 'alice', expiresInSeconds: 3600 })
    const taken = { guarded: [], plain: [] }
    for (let at = -Math.min(WARM_MOST, texts.length); at < texts.length; at++) {
      for (const model of at % 2 === 0 ? MODELS : MODELS.toReversed()) {
        const ms = await firstOf(house.running.gateway.url, token, model, Math.max(0, at), provider)
        if (at >= 0) taken[model].push(ms)
      }
    }
    return { guarded: taken.guarded.sort(ascending), plain: taken.plain.sort(ascending) }
  } finally {
    await house.close()
    await provider.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function firstOf(url, token, model, at, provider) {
  const gone = new AbortController()
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: String(at) }] }),
    signal: gone.signal,
  })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  let said = ''
  for await (const chunk of response.body) {
    said += Buffer.from(chunk).toString('latin1')
    if (/"content":"[^"]/.test(said)) break
  }
  const ms = performance.now() - provider.saidAt
  gone.abort()
  return ms
}

/** Says the text that the user names, a token at a time. */
async function startProvider(texts) {
  const provider = { saidAt: 0 }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  async function serve(request, response) {
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ object: 'list', data: MODELS.map((id) => ({ id })) }))
      return
    }
    const { messages, model } = JSON.parse(body)
    const event = (delta, finish = null) =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event({ role: 'assistant', content: '' }))
    await sleep(TOKEN_MS)
    provider.saidAt = performance.now()
    for (const content of texts[Number(messages[0].content)]) {
      if (response.destroyed) return
      response.write(event({ content }))
      await sleep(TOKEN_MS)
    }
    response.end(`${event({}, 'stop')}data: [DONE]\n\n`)
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  provider.baseUrl = `http://127.0.0.1:${server.address().port}/v1`
  provider.close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return provider
}
