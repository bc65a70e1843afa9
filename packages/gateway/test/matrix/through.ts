import { expect } from 'vitest'
import type { House } from '../house.js'
import { type Answer, ask } from '../http.js'
import { inPieces, type Received, type ScriptedProvider } from '../scripted-provider.js'
import { isAbsent, type Row, type Surface } from './fields.js'
import { differencesInStream } from './readable.js'

const JSON_TYPE = { 'content-type': 'application/json' }

/** A whole gateway between people and a provider that answers as it is told, over the surfaces of the matrix. */
export interface Between {
  readonly house: House
  readonly provider: ScriptedProvider
}

type Respond = Parameters<Parameters<ScriptedProvider['behave']>[0]>[1]

export interface Asked {
  readonly as?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly stream?: boolean
}

export async function call({ house }: Between, surface: Surface, asked: Asked = {}): Promise<Answer> {
  const { as, headers = {}, stream = false } = asked
  const body = asked.body ?? (stream ? surface.askingStream : surface.asking)
  const path = stream ? (surface.streamPath ?? surface.path) : surface.path
  const token = await house.token(as, { scope: 'models:invoke embeddings:create' })
  return await ask(house, body, { path, token, headers })
}

/** What the provider gets of a request. */
export async function sent(between: Between, surface: Surface, body: unknown, as?: string): Promise<Received> {
  between.provider.behave((_request, response) => response.writeHead(400, JSON_TYPE).end('{"message":"no"}'))
  const before = between.provider.received.length
  const answer = await call(between, surface, { body, ...(as === undefined ? {} : { as }) })
  expect(between.provider.received.length, answer.text).toBe(before + 1)
  return between.provider.last
}

/** A refusal in the dialect's own shape, with this code, before anything was forwarded. */
export async function expectRefused(between: Between, surface: Surface, asked: Asked, code: string): Promise<Answer> {
  const before = between.provider.received.length
  const answer = await call(between, surface, asked)
  expect(answer.text).toContain(code)
  expect(between.provider.received).toHaveLength(before)
  expect((await between.house.exchange(answer.id)).outcome.own).toMatchObject({ outcome: 'refused', reason: code })
  return answer
}

export function answers({ provider }: Between, body: unknown): void {
  provider.behave((_request, response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(body)))
}

/** From now on it streams these bytes, in pieces of this size. */
export function streams({ provider }: Between, { streamType }: Surface, bytes: Buffer, size = 53): void {
  provider.behave((_request, response) => void inPieces(response, streamType, bytes, size))
}

export function behaves({ provider }: Between, how: (response: Respond) => void): void {
  provider.behave((_request, response) => how(response))
}

/** A text goes through as another: what a user says, what the model answers, and what it says piece by piece. */
export async function expectThrough(between: Between, surface: Surface, text: string, becomes: string): Promise<void> {
  const asking = probe(surface.request, 'user') ?? probe(surface.request, 'input')
  expect((await sent(between, surface, asking?.(text))).json()).toEqual(plain(asking?.(becomes)))
  const answering = probe(surface.answer, 'assistant')
  if (answering === undefined) return
  answers(between, answering(text))
  expect((await call(between, surface)).json()).toEqual(plain(answering(becomes)))
  await expectStreamed(
    between,
    surface,
    probe(surface.stream, 'assistant')?.(text),
    probe(surface.stream, 'assistant')?.(becomes),
  )
}

/** What a client reads in a stream of these events is what it would read in those. */
export async function expectStreamed(
  between: Between,
  surface: Surface,
  events: unknown,
  become: unknown,
  as = 'alice',
): Promise<void> {
  const framed = (all: unknown): Buffer => surface.frame(all as readonly unknown[])
  for (const size of [7, 1 << 20]) {
    streams(between, surface, framed(events), size)
    const { body } = await call(between, surface, { as, stream: true })
    const differences = differencesInStream(surface.parse(framed(become)), surface.parse(body))
    expect(differences, body.toString()).toEqual({ emptied: [], other: [] })
  }
}

function probe(row: Row, field: 'user' | 'input' | 'assistant'): ((text: string) => unknown) | undefined {
  const cell = row[field]
  return isAbsent(cell) ? undefined : cell[0]
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
