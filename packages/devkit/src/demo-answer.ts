import type { ChatRequest } from './chat-request.js'
import type { Choice } from './chat-wire.js'
import { awsShapedKey, openaiShapedKey, TEST_CARD } from './secret-shapes.js'

export interface DemoAnswer {
  readonly choice: Choice
  /** Code points a stream chunk carries: few, where the answer holds what a guard should catch across chunks. */
  readonly pieceSize: number
}

/** What the demo model says: the words of the last user message decide, and all else is told back as it arrived. */
export function demoAnswer(request: ChatRequest): DemoAnswer {
  const asked = request.messages.findLast(({ role }) => role === 'user')?.text.toLowerCase() ?? ''
  if (asked.includes('leak the key')) {
    const content = `As you wish. The key is ${openaiShapedKey()} and the other one is ${awsShapedKey()}. Tell nobody.`
    return { choice: { content, toolCalls: [] }, pieceSize: 3 }
  }
  if (asked.includes('call a tool')) {
    const name = request.tool ?? 'charge_card'
    const text = JSON.stringify({ card: TEST_CARD, amount: 42, note: 'ordered by the demo model' })
    return { choice: { content: null, toolCalls: [{ id: 'call_demo_1', name, arguments: text }] }, pieceSize: 3 }
  }
  const told = request.messages.map(({ role, text }) => `${role}: ${text}`)
  return {
    choice: { content: `I am a demo model, not a real one. I was shown:\n${told.join('\n')}`, toolCalls: [] },
    pieceSize: 8,
  }
}
