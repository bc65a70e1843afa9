import { createOpenAiDialect } from '../../packages/gateway/dist/adapters/dialect-openai/dialect.js'
import { lensOf } from '../chunkings/lens.mjs'

const chat = lensOf(createOpenAiDialect(), '/v1/chat/completions')
const CONTENT = { name: 'choices/0/delta/content', role: 'assistant', isJson: false }

/** Characters that are held after each token, of all texts, sorted. */
export function heldOf(texts, guards) {
  const held = []
  for (const tokens of texts) {
    const guard = guards()(CONTENT)
    for (const token of tokens) {
      guard.push(token)
      held.push(guard.held)
    }
  }
  return held.sort(ascending)
}

/**
 * What the first token of each text goes through: the milliseconds that the stream's lens takes for it, sorted, and how many texts
 * had to say more before anything of them left.
 */
export function firstTokens(texts, guards) {
  const taken = []
  let waited = 0
  for (const tokens of texts) {
    const lens = chat.openStream({ guard: guards() })
    lens.push(eventOf({ role: 'assistant', content: '' }))
    const event = eventOf({ content: tokens[0] })
    const from = performance.now()
    const out = lens.push(event)
    taken.push(performance.now() - from)
    if (!/"content":"[^"]/.test(String(out))) waited += 1
  }
  return { taken: taken.sort(ascending), waited }
}

function eventOf(delta) {
  const choices = [{ index: 0, delta, finish_reason: null }]
  const event = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'model-1', choices }
  return Buffer.from(`data: ${JSON.stringify(event)}\n\n`)
}

export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
}

export function ascending(a, b) {
  return a - b
}
