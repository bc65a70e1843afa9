/** The OpenAI chat completions format, as far as fakes need to speak it. */

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

export interface Choice {
  readonly content: string | null
  readonly toolCalls: readonly ToolCall[]
}

export interface Completion {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
}

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
}

export type Delta =
  | { readonly role: 'assistant'; readonly content: string | null }
  | { readonly content: string }
  | { readonly tool_calls: readonly ToolCallDelta[] }
  | Readonly<Record<string, never>>

export interface ToolCallDelta {
  readonly index: number
  readonly id?: string
  readonly type?: 'function'
  readonly function: { readonly name?: string; readonly arguments: string }
}

export type FinishReason = 'stop' | 'tool_calls' | null

export function completionBody(completion: Completion, choices: readonly Choice[], usage: Usage): string {
  return JSON.stringify({
    id: completion.id,
    object: 'chat.completion',
    created: completion.created,
    model: completion.model,
    choices: choices.map((choice, index) => ({
      index,
      message: {
        role: 'assistant',
        content: choice.content,
        refusal: null,
        ...(choice.toolCalls.length === 0 ? {} : { tool_calls: choice.toolCalls.map(toolCallOf) }),
      },
      logprobs: null,
      finish_reason: finishReason(choice),
    })),
    usage: usageOf(usage),
    system_fingerprint: 'fp_demo',
  })
}

export function finishReason(choice: Choice): 'stop' | 'tool_calls' {
  return choice.toolCalls.length === 0 ? 'stop' : 'tool_calls'
}

/** One event of a stream, with its blank line. */
export function chunkEvent(completion: Completion, index: number, delta: Delta, finish: FinishReason = null): string {
  return event({ ...chunkOf(completion), choices: [{ index, delta, logprobs: null, finish_reason: finish }] })
}

/** The last event where `stream_options.include_usage` asks for it: no choices, the counts. */
export function usageEvent(completion: Completion, usage: Usage): string {
  return event({ ...chunkOf(completion), choices: [], usage: usageOf(usage) })
}

export const DONE_EVENT = 'data: [DONE]\n\n'

export function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

export function errorBody(message: string, type: string, code: string | null, param: string | null = null): string {
  return JSON.stringify({ error: { message, type, param, code } })
}

function chunkOf(completion: Completion): Record<string, unknown> {
  return {
    id: completion.id,
    object: 'chat.completion.chunk',
    created: completion.created,
    model: completion.model,
    system_fingerprint: 'fp_demo',
  }
}

function toolCallOf(call: ToolCall): Record<string, unknown> {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

function usageOf({ promptTokens, completionTokens }: Usage): Record<string, number> {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
