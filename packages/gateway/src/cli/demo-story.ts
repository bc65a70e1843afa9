import { APIError, OpenAI } from '@ostiary/devkit'
import { beside, type Cell } from './columns.js'
import type { Dev } from './dev.js'
import { CommandError, type Output } from './output.js'

export const MODEL = 'demo-model'

export interface StoryParts {
  readonly house: Dev
  readonly dataDir: string
  readonly output: Output
  /** The gateway goes on when the story is told, so what can be tried by hand is worth a line. */
  readonly staysUp: boolean
}

/** What a chapter is told with. */
export interface Story extends StoryParts {
  title(text: string): void
  say(who: string, what: string): void
  /** Two texts beside each other, where there is room. */
  pair(left: Cell, right: Cell): void
  /** Ends the demo as failed where something did not happen. */
  must(held: boolean, otherwise: string): void
  /** The SDK of one of the people, with a fresh token for each request. */
  client(as: string): OpenAI
  clientOf(token: string, fetch?: typeof globalThis.fetch): OpenAI
}

export function startStory(parts: StoryParts): Story {
  const { house, output } = parts
  let step = 0
  const client = (apiKey: string | (() => Promise<string>), fetch = globalThis.fetch): OpenAI =>
    new OpenAI({ baseURL: `${house.running.gateway.url}/v1`, apiKey, maxRetries: 0, fetch })
  return {
    ...parts,
    title(text) {
      step += 1
      output.say(`\n${step}. ${text}`)
    },
    say(who, what) {
      output.say(`   ${who.padEnd(14)} ${what}`)
      output.data({ step, who, what })
    },
    pair(left, right) {
      for (const line of beside(left, right, output.columns, '   ')) output.say(line)
      for (const { head, text } of [left, right]) output.data({ step, who: head, what: text })
    },
    must(held, otherwise) {
      if (!held) throw new CommandError(`the demo failed at step ${step}: ${otherwise}`)
    },
    client: (as) => client(() => house.issuer.token({ as })),
    clientOf: client,
  }
}

/** One question, and its answer in one piece. */
export async function ask(client: OpenAI, content: string, model: string = MODEL): Promise<string> {
  const answer = await client.chat.completions.create({ model, messages: [{ role: 'user', content }] })
  return answer.choices[0]?.message.content ?? ''
}

export interface Streamed {
  /** What arrived. */
  readonly seen: string
  /** What the SDK threw when the stream was cut, and when, by `performance.now()`. */
  readonly cut: { readonly error: APIError; readonly atMs: number } | undefined
  /** As in the header `x-request-id`. */
  readonly requestId: string
}

/** @param onSeen is told at each piece what has arrived so far */
export async function stream(
  client: OpenAI,
  content: string,
  onSeen: (seen: string) => void = () => {},
): Promise<Streamed> {
  const { data, response } = await client.chat.completions
    .create({ model: MODEL, stream: true, messages: [{ role: 'user', content }] })
    .withResponse()
  const requestId = response.headers.get('x-request-id') ?? ''
  let seen = ''
  try {
    for await (const chunk of data) {
      seen += chunk.choices[0]?.delta.content ?? ''
      onSeen(seen)
    }
  } catch (error) {
    if (error instanceof APIError) return { seen, cut: { error, atMs: performance.now() }, requestId }
    throw error
  }
  return { seen, cut: undefined, requestId }
}

/** What a call that has to be refused is refused with. */
export async function failure(call: Promise<unknown>): Promise<APIError> {
  try {
    await call
  } catch (error) {
    if (error instanceof APIError) return error
    throw error
  }
  throw new CommandError('a request that had to be refused was answered')
}
