import { gzipSync } from 'node:zlib'
import { streamEvents } from './chat-stream.js'
import {
  type Choice,
  type Completion,
  completionBody,
  DONE_EVENT,
  event,
  type ToolCall,
  usageEvent,
} from './chat-wire.js'
import type { Lie } from './lies.js'
import { piecesOf } from './pieces.js'
import { awsShapedKey, openaiShapedKey, TEST_CARD } from './secret-shapes.js'
import { ACCOUNT_HEADERS, faultBody, frame, type Headers, head, headersOfStatus, JSON_TYPE } from './upstream-http.js'
import type { Wire } from './wire.js'

/** What becomes of the connection afterwards. */
export type Afterwards = 'keep' | 'close'

const HONEST_TEXT = 'This answer is honest from its first word to its last.'
const USAGE = { promptTokens: 12, completionTokens: 34 }

export async function tell(lie: Lie, wire: Wire): Promise<Afterwards> {
  switch (lie.kind) {
    case 'honest':
      return honest(wire, { text: lie.text ?? HONEST_TEXT, pieceSize: lie.pieceSize ?? 8 })
    case 'never-answers':
      return silence(wire)
    case 'late':
      await wire.sleep(lie.delayMs ?? 3000)
      return honest(wire)
    case 'stalls':
      await startStream(wire)
      await sendEvents(wire, honestEvents(wire).slice(0, lie.afterEvents ?? 3))
      return silence(wire)
    case 'length-too-large': {
      const body = honestBody(wire)
      await wire.write(head(200, [JSON_TYPE, ['content-length', String(body.length + 1000)]]))
      await wire.write(body)
      return lie.ending === 'silence' ? silence(wire) : 'close'
    }
    case 'length-too-small': {
      const body = honestBody(wire)
      await wire.write(head(200, [JSON_TYPE, ['content-length', String(body.length - 40)]]))
      await wire.write(body)
      return 'close'
    }
    case 'two-lengths': {
      const body = honestBody(wire)
      await wire.write(head(200, [JSON_TYPE, ['content-length', String(body.length)], ['content-length', '7']]))
      await wire.write(body)
      return 'close'
    }
    case 'cut-body': {
      const body = honestBody(wire)
      await wire.write(head(200, [JSON_TYPE, ['content-length', String(body.length)]]))
      await wire.write(body.subarray(0, body.length >> 1))
      return 'close'
    }
    case 'cut-stream':
      await startStream(wire)
      await sendEvents(wire, honestEvents(wire).slice(0, lie.afterEvents ?? 3))
      if (lie.by !== 'reset') return 'close'
      // A reset may overtake what was written just before: let the other side read that first.
      await wire.sleep(20)
      wire.reset()
      return 'close'
    case 'no-done':
      if (wire.request.chat?.stream !== true) return honest(wire)
      await startStream(wire)
      await sendEvents(wire, honestEvents(wire).slice(0, -1))
      return endStream(wire)
    case 'malformed-sse':
      await startStream(wire)
      await sendEvents(wire, honestEvents(wire).slice(0, 2))
      await sendEvents(wire, [
        'data: {"choices":[{"index":0,"delta":{"content":"half\n\n',
        'data {"no":"colon"}\n\n',
        'data: 17\n\n',
      ])
      await sendEvents(wire, [
        'data: {"choices":"none"}\n\n',
        'data: {"choices":[null]}\n\n',
        'data: {"unfinished":true}',
      ])
      return endStream(wire)
    case 'malformed-chunks':
      await startStream(wire)
      await sendEvents(wire, honestEvents(wire).slice(0, 2))
      await wire.write('XYZ\r\nno chunk has such a size\r\n')
      return 'close'
    case 'not-json':
      return whole(
        wire,
        200,
        [['content-type', lie.contentType ?? 'application/json']],
        '<html><body>Welcome</body></html>',
      )
    case 'not-http':
      await wire.write('220 mail.example ESMTP ready\r\n')
      return 'close'
    case 'empty-body':
      return whole(wire, 200, [JSON_TYPE], '')
    case 'endless-stream':
      await startStream(wire)
      for (let going = true; going; ) {
        going = await sendEvents(wire, streamEvents(completionOf(wire), [{ content: 'and on ', toolCalls: [] }], 8))
        if (going) going = await wire.sleep(lie.delayMs ?? 1)
      }
      return 'close'
    case 'endless-line':
      await startStream(wire)
      await wire.write(frame('data: {"choices":[{"index":0,"delta":{"content":"'))
      while (await wire.write(frame('a'.repeat(16_384)))) if (!(await wire.sleep(1))) break
      return 'close'
    case 'slow-chunks':
      return slowly(wire, lie.delayMs ?? 50)
    case 'status':
      return whole(
        wire,
        lie.status,
        [JSON_TYPE, ...ACCOUNT_HEADERS, ...headersOfStatus(lie.status, lie.retryAfter)],
        faultBody(lie.status),
      )
    case 'redirect':
      return whole(wire, lie.status ?? 302, [['location', `${wire.origin}/elsewhere`], ...ACCOUNT_HEADERS], '')
    case 'account-headers':
      return honest(wire, { headers: ACCOUNT_HEADERS })
    case 'huge-headers':
      return honest(wire, { headers: [['x-huge', 'h'.repeat(lie.bytes ?? 131_072)]] })
    case 'early-hints':
      await wire.write(head(103, [['link', '</style.css>; rel=preload']]))
      return honest(wire)
    case 'answers-after-client-left':
      await wire.left()
      return honest(wire)
    case 'invalid-utf8':
      return invalidUtf8(wire)
    case 'secret-in-pieces':
      return honest(wire, {
        text: lie.text ?? `First ${openaiShapedKey()} and then ${awsShapedKey()}, that is all.`,
        pieceSize: lie.pieceSize ?? 1,
      })
    case 'tool-call-in-pieces': {
      const text = lie.arguments ?? JSON.stringify({ card: TEST_CARD, amount: 42 })
      const toolCalls: readonly ToolCall[] = [
        { id: 'call_lying_1', name: wire.request.chat?.tool ?? 'charge_card', arguments: text },
      ]
      return answer(wire, [{ content: null, toolCalls }], { pieceSize: lie.pieceSize ?? 1 })
    }
    case 'choices-interleaved': {
      const texts = lie.texts ?? [`The card is ${TEST_CARD}.`, `The key is ${awsShapedKey()}.`]
      const choices = texts.map((content): Choice => ({ content, toolCalls: [] }))
      return answer(wire, choices, { pieceSize: lie.pieceSize ?? 1 })
    }
    case 'strange-events':
      await startStream(wire)
      await sendEvents(wire, strangeEvents(wire))
      return endStream(wire)
    case 'error-event':
      await startStream(wire)
      await sendEvents(wire, honestEvents(wire).slice(0, 3))
      await sendEvents(wire, [`data: ${faultBody(500)}\n\n`])
      return endStream(wire)
    case 'gzip':
      return gzipped(wire)
    case 'raw':
      for (const bytes of lie.writes) {
        await wire.write(bytes)
        if (!(await wire.sleep(lie.delayMs ?? 0))) break
      }
      return 'close'
    case 'custom':
      return lie.tell(wire)
  }
}

interface HonestOptions {
  readonly text?: string
  readonly pieceSize?: number
  readonly headers?: Headers
}

function honest(wire: Wire, options: HonestOptions = {}): Promise<Afterwards> {
  return answer(wire, [{ content: options.text ?? HONEST_TEXT, toolCalls: [] }], options)
}

async function answer(wire: Wire, choices: readonly Choice[], options: HonestOptions): Promise<Afterwards> {
  const { headers = [], pieceSize = 8 } = options
  if (wire.request.chat?.stream !== true) {
    return whole(wire, 200, [JSON_TYPE, ...headers], completionBody(completionOf(wire), choices, USAGE))
  }
  await startStream(wire, headers)
  await sendEvents(wire, allEvents(wire, choices, pieceSize))
  return endStream(wire)
}

async function whole(wire: Wire, status: number, headers: Headers, body: string | Buffer): Promise<Afterwards> {
  await wire.write(head(status, [...headers, ['content-length', String(Buffer.byteLength(body))]]))
  await wire.write(body)
  return 'keep'
}

async function slowly(wire: Wire, delayMs: number): Promise<Afterwards> {
  const streams = wire.request.chat?.stream === true
  const body = honestBody(wire)
  if (streams) await startStream(wire)
  else await wire.write(head(200, [JSON_TYPE, ['content-length', String(body.length)]]))
  const pieces = streams ? honestEvents(wire).map(frame) : [0, 1, 2, 3].map((at) => quarter(body, at))
  for (const piece of pieces) {
    await wire.write(piece)
    if (!(await wire.sleep(delayMs))) return 'close'
  }
  return streams ? endStream(wire) : 'keep'
}

function quarter(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(Math.floor((bytes.length * at) / 4), Math.floor((bytes.length * (at + 1)) / 4))
}

async function startStream(wire: Wire, headers: Headers = []): Promise<void> {
  await wire.write(head(200, [['content-type', 'text/event-stream'], ['transfer-encoding', 'chunked'], ...headers]))
}

async function sendEvents(wire: Wire, events: Iterable<string>): Promise<boolean> {
  for (const one of events) if (!(await wire.write(frame(one)))) return false
  return true
}

async function endStream(wire: Wire): Promise<Afterwards> {
  await wire.write('0\r\n\r\n')
  return 'keep'
}

async function silence(wire: Wire): Promise<Afterwards> {
  await wire.left()
  return 'close'
}

function completionOf(wire: Wire): Completion {
  return { id: 'chatcmpl-lying-1', model: wire.request.chat?.model ?? 'lying-model', created: 1_767_225_600 }
}

function honestBody(wire: Wire): Buffer {
  return Buffer.from(completionBody(completionOf(wire), [{ content: HONEST_TEXT, toolCalls: [] }], USAGE))
}

function honestEvents(wire: Wire): string[] {
  return allEvents(wire, [{ content: HONEST_TEXT, toolCalls: [] }], 8)
}

function allEvents(wire: Wire, choices: readonly Choice[], pieceSize: number): string[] {
  const events = [...streamEvents(completionOf(wire), choices, pieceSize)]
  if (wire.request.chat?.includeUsage === true) events.push(usageEvent(completionOf(wire), USAGE))
  events.push(DONE_EVENT)
  return events
}

function strangeEvents(wire: Wire): string[] {
  const [first = '', second = '', ...others] = honestEvents(wire)
  const beside = `The card is ${TEST_CARD}.`
  return [
    ': a comment\r\n\r\n',
    'retry: 10000\r\n\r\n',
    first.replace('\n\n', '\r\n\r\n'),
    `event: thread.weather\r\ndata: {"text":${JSON.stringify(beside)}}\r\n\r\n`,
    `id: 41\r\nevent: message\r\n${second.replace('\n\n', '\r\n\r\n')}`,
    `unknown-field: ${beside}\r\ndata: {"object":"telemetry",\r\ndata: "note":${JSON.stringify(beside)}}\r\n\r\n`,
    event({ object: 'chat.completion.chunk', choices: [], weather: 'fine', note: beside }),
    ...others,
    ': after the end\n\n',
  ]
}

async function invalidUtf8(wire: Wire): Promise<Afterwards> {
  const broken = Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80, 0xff])
  const spoil = (text: string): Buffer => {
    const at = Buffer.from(text).indexOf('"content":"') + '"content":"'.length
    return Buffer.concat([Buffer.from(text).subarray(0, at), broken, Buffer.from(text).subarray(at)])
  }
  if (wire.request.chat?.stream !== true) return whole(wire, 200, [JSON_TYPE], spoil(honestBody(wire).toString()))
  const [first = '', second = '', ...others] = honestEvents(wire)
  await startStream(wire)
  await wire.write(frame(first))
  await wire.write(frame(spoil(second)))
  await sendEvents(wire, others)
  return endStream(wire)
}

/** Nobody asked for it: a guard that reads the bytes as they come sees no text. */
async function gzipped(wire: Wire): Promise<Afterwards> {
  const encoding = ['content-encoding', 'gzip'] as const
  if (wire.request.chat?.stream !== true) return whole(wire, 200, [JSON_TYPE, encoding], gzipSync(honestBody(wire)))
  await startStream(wire, [encoding])
  for (const piece of piecesOf(gzipSync(honestEvents(wire).join('')).toString('latin1'), 64)) {
    await wire.write(frame(Buffer.from(piece, 'latin1')))
  }
  return endStream(wire)
}
