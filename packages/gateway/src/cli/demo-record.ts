import { type APIError, type OpenAI, readChatRequest } from '@ostiary/devkit'
import { failure, type Story } from './demo-story.js'
import { CommandError } from './output.js'

export type Ask = Omit<OpenAI.ChatCompletionCreateParams, 'stream'> & { readonly stream?: boolean }

/** The four texts of an exchange: two are the app's, two come from the model's own record. */
export interface Exchange {
  readonly requestId: string
  readonly sent: string
  readonly got: string
  /** What the model said, in the pieces of its stream. */
  readonly pieces: readonly string[]
  readonly read: string
  readonly readPieces: readonly string[]
}

export async function exchange({ house }: Story, client: OpenAI, ask: Ask): Promise<Exchange> {
  const { model } = house
  if (model === undefined) throw new CommandError('the demo has no model of its own')
  const { data, response } = await client.chat.completions
    .create({ ...ask, stream: ask.stream ?? false })
    .withResponse()
  const readPieces: string[] = []
  if (Symbol.asyncIterator in data) {
    for await (const { choices } of data) readPieces.push(choices[0]?.delta.content ?? '')
  } else readPieces.push(data.choices[0]?.message.content ?? '')
  return {
    requestId: response.headers.get('x-request-id') ?? '',
    sent: textOf(ask),
    got: textOf(JSON.parse(model.lastRequest?.body.toString('utf8') ?? '{}')),
    pieces: model.lastAnswer,
    read: readPieces.join(''),
    readPieces: readPieces.filter((piece) => piece !== ''),
  }
}

/** An exchange that the gate refuses: nothing of it is in the model's record. */
export async function refusal(client: OpenAI, ask: Ask): Promise<Exchange & { readonly error: APIError }> {
  const error = await failure(client.chat.completions.create(ask))
  const read = `${error.status} ${error.code}: ${error.message.replace(/^\d+ /, '')}`
  const requestId = error.requestID ?? ''
  const sent = `${textOf(ask)}\n(an answer of ${ask.max_tokens} tokens at the most)`
  return { error, requestId, sent, got: '(nothing)', pieces: ['(nothing)'], read, readPieces: [read] }
}

/** The messages of a request's body, a line for each. */
function textOf(body: unknown): string {
  const messages = readChatRequest(body)?.messages ?? []
  return messages.map(({ role, text }) => `${role}: ${text}`).join('\n')
}
