import type { UpstreamRequest, Wire } from '@ostiary/devkit'
import { type House, MODEL_KEY } from './house.js'

export type Part =
  | { readonly text: string; readonly thought?: boolean; readonly thoughtSignature?: string }
  | { readonly functionCall: { readonly name: string; readonly args: object }; readonly thoughtSignature?: string }

export interface Script {
  /** Of each candidate. */
  readonly candidates: readonly (readonly Part[])[]
  /** Code points in each piece of a stream; default 3. */
  readonly pieceSize?: number
  /** Ends a stream in good form behind so many events. */
  readonly events?: number
  /** A member more of each candidate, in the last event of a stream. */
  readonly more?: object
}

const CALL = /^\/v1beta\/models\/([^/:]+):(\w+)(?:\?(.*))?$/
const ENVELOPE = { modelVersion: 'gemini-2.5-flash', responseId: 'mLr3aJ2SLrOZ7M8P5ovrkAg' }

/** From now on the provider of a house answers as Gemini does, to whom shows its key as Gemini wants it. */
export function answers(house: House, script: Script | ((request: UpstreamRequest) => Script)): void {
  house.upstream.behave((request) => ({
    kind: 'custom',
    async tell(wire) {
      const [, , does, query] = CALL.exec(request.target) ?? []
      if (request.method !== 'POST' || does === undefined)
        return whole(wire, 404, fault(404, 'NOT_FOUND', 'no such path'))
      if (request.headers.get('x-goog-api-key') !== MODEL_KEY) {
        return whole(wire, 403, fault(403, 'PERMISSION_DENIED', 'API key not valid'))
      }
      const told = typeof script === 'function' ? script(request) : script
      switch (does) {
        case 'generateContent':
          return whole(wire, 200, wholeOf(told))
        case 'streamGenerateContent':
          if (query !== 'alt=sse') return whole(wire, 200, [wholeOf(told)])
          return streamed(wire, eventsOf(told).slice(0, told.events))
        case 'countTokens':
          return whole(wire, 200, { totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] })
        case 'embedContent':
          return whole(wire, 200, { embedding: { values: [0.25, -0.5] } })
        case 'batchEmbedContents':
          return whole(wire, 200, { embeddings: [{ values: [0.25, -0.5] }] })
        default:
          return whole(wire, 404, fault(404, 'NOT_FOUND', 'no such method'))
      }
    },
  }))
}

/** From now on it refuses, in its own words. */
export function refuses(house: House, status: number, name: string, message: string): void {
  house.upstream.behave({
    kind: 'custom',
    tell: (wire) => whole(wire, status, fault(status, name, message), 'retry-after: 7\r\n'),
  })
}

/** The last body that the provider saw. */
export function seen(house: House): Record<string, unknown> {
  const last = house.upstream.received.at(-1)
  return last === undefined ? {} : JSON.parse(last.body.toString('utf8'))
}

function fault(code: number, status: string, message: string): object {
  return { error: { code, message, status } }
}

function usage(answered: number): object {
  return {
    promptTokenCount: 19,
    candidatesTokenCount: answered,
    totalTokenCount: 19 + answered + 12,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: 19 }],
    thoughtsTokenCount: 12,
  }
}

function wholeOf({ candidates, more }: Script): object {
  return {
    candidates: candidates.map((parts, index) => ({
      content: { parts, role: 'model' },
      finishReason: 'STOP',
      index,
      ...more,
    })),
    usageMetadata: usage(34),
    ...ENVELOPE,
  }
}

/** Candidates take turns, as they do. */
function eventsOf({ candidates, more, pieceSize = 3 }: Script): object[] {
  const pieces = candidates.map((parts) => parts.flatMap((part) => piecesOf(part, pieceSize)))
  const turns = Math.max(...pieces.map((one) => one.length))
  const events: object[] = []
  const say = (candidate: object): void => {
    events.push({ candidates: [candidate], usageMetadata: usage(events.length), ...ENVELOPE })
  }
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, all] of pieces.entries()) {
      const part = all[turn]
      if (part !== undefined) say({ content: { parts: [part], role: 'model' }, index })
    }
  }
  for (const index of candidates.keys()) {
    say({ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index, ...more })
  }
  return events
}

function piecesOf(part: Part, size: number): readonly Part[] {
  if (!('text' in part)) return [part]
  return (part.text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []).map((text) => ({ ...part, text }))
}

async function whole(wire: Wire, status: number, body: object, more = ''): Promise<'keep'> {
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${status} Status`,
    'content-type: application/json; charset=UTF-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'server-timing: gfet4t7; dur=318',
    // Of our account there: none of it is the caller's.
    'x-goog-quota-of: the-operator',
  ]
  await wire.write(`${lines.join('\r\n')}\r\n${more}\r\n${text}`)
  return 'keep'
}

async function streamed(wire: Wire, events: readonly object[]): Promise<'keep'> {
  const head = ['HTTP/1.1 200 OK', 'content-type: text/event-stream', 'transfer-encoding: chunked']
  await wire.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const one of events) {
    const bytes = Buffer.from(`data: ${JSON.stringify(one)}\r\n\r\n`)
    const framed = [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]
    if (!(await wire.write(Buffer.concat(framed)))) break
  }
  await wire.write('0\r\n\r\n')
  return 'keep'
}
