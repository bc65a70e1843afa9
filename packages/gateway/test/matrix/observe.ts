import { awsShapedKey } from '@ostiary/devkit'
import type { House } from '../house.js'
import { type Answer, ask } from '../http.js'
import { inPieces, type ScriptedProvider } from '../scripted-provider.js'
import type { Direction, FieldId, Probe, Surface } from './fields.js'
import { type Differences, differencesIn, differencesInStream, leaksIn } from './readable.js'

/** What is looked for, and what a mask leaves of it. */
const VALUE = awsShapedKey('coverage')
const MASKED = `${VALUE.slice(0, 4)}****`

/** One policy a person: what is masked for one is blocked for the other; the third may send what nobody can look into. */
export const POLICIES = `@id("masks") @obligation("mask:secret, output:mask:secret")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed"], resource is Model);
@id("blocks") @obligation("block:secret, output:block:secret")
permit (principal in Group::"support", action in [Action::"invoke", Action::"embed"], resource is Model);
@id("lets-pass") @obligation("mask:secret, output:mask:secret, pass:uninspectable")
permit (principal in Group::"security", action in [Action::"invoke", Action::"embed"], resource is Model);
`
const SCOPE = 'models:invoke embeddings:create'

/** What happened, in the words of the page. */
export interface Observed {
  readonly inspected: string
  readonly edited: string
  readonly refused: string
}

export interface Place {
  readonly surface: Surface
  readonly direction: Direction
  readonly field: FieldId
  readonly probe: Probe
}

interface Parts {
  readonly house: House
  readonly provider: ScriptedProvider
}

type Person = 'alice' | 'bob' | 'carol'

/** Sends the value through the whole gateway: once where policy masks it, once where policy blocks it. Throws where it leaks. */
export async function observe(parts: Parts, place: Place): Promise<Observed> {
  switch (place.direction) {
    case 'request':
      return await observeRequest(parts, place)
    case 'answer':
    case 'stream':
      return await observeAnswer(parts, place)
  }
}

async function observeRequest(parts: Parts, place: Place): Promise<Observed> {
  const { probe, surface } = place
  const paths = new Set([surface.path, surface.streamPath ?? surface.path])
  const observed: Observed[] = []
  for (const path of paths) {
    const masking = await send(parts, path, probe(VALUE), 'alice')
    if (masking.code === 'content_uninspectable') {
      await expectCode(parts, path, probe(VALUE), 'bob', 'content_uninspectable')
      const passing = await send(parts, path, probe(VALUE), 'carol')
      const how = passing.code === undefined ? 'refused unless `pass:uninspectable`' : 'refused always'
      observed.push({ inspected: 'not inspected', edited: 'not edited', refused: how })
      continue
    }
    if (masking.code === 'obligation_failed') {
      await expectCode(parts, path, probe(VALUE), 'bob', 'content_blocked')
      observed.push({ inspected: 'inspected', edited: 'refused, not edited', refused: 'refused' })
      continue
    }
    if (masking.code !== undefined) throw new Error(`${at(place)}: no good request: ${masking.code}`)
    const { sent } = masking
    expectNoLeak(place, [sent])
    if (!masking.found) throw new Error(`${at(place)}: it was not found, and gone all the same`)
    const edited = editedWord(place, differencesIn(asJson(probe(MASKED)), sent))
    await expectCode(parts, path, probe(VALUE), 'bob', 'content_blocked')
    observed.push({ inspected: 'inspected', edited, refused: 'refused' })
  }
  return theSame(place, observed)
}

async function expectCode(parts: Parts, path: string, body: unknown, as: Person, code: string): Promise<void> {
  const { code: got } = await send(parts, path, body, as)
  if (got !== code) throw new Error(`${path}: ${as} gets ${got ?? 'an answer'} in place of ${code}`)
}

interface Sent {
  /** Of the refusal, if there was one. */
  readonly code: string | undefined
  /** What the provider got. */
  readonly sent: unknown
  /** A finding in the request is in the log. */
  readonly found: boolean
}

async function send({ house, provider }: Parts, path: string, body: unknown, as: Person): Promise<Sent> {
  // What comes back is of no weight here, as long as it comes.
  provider.behave((_request, response) => response.writeHead(400, JSON_TYPE).end('{"error":{"message":"as you say"}}'))
  const before = provider.received.length
  const { id } = await ask(house, body, { path, token: await house.token(as, { scope: SCOPE }) })
  const { intent, outcome } = await house.exchange(id)
  if (intent === undefined) {
    if (provider.received.length !== before) throw new Error(`${path}: it was refused, and forwarded all the same`)
    return { code: String(outcome.own['reason']), sent: undefined, found: false }
  }
  return { code: undefined, sent: provider.last.json(), found: hasFinding(intent.own) }
}

const JSON_TYPE = { 'content-type': 'application/json' }

async function observeAnswer(parts: Parts, place: Place): Promise<Observed> {
  const masking = await receive(parts, place, 'alice')
  const blocking = await receive(parts, place, 'bob')
  for (const { answer, values } of [masking, blocking]) expectNoLeak(place, [...values, answer.text])
  const refused = refusedWord(blocking)
  const { own, values } = masking
  if (own['reason'] === 'obligation_failed') {
    if (refused === undefined) throw new Error(`${at(place)}: refused where it is masked, not where it is blocked`)
    return { inspected: 'inspected', edited: `${wayOut(masking)}, not edited`, refused }
  }
  if (own['reason'] !== undefined) throw new Error(`${at(place)}: no good answer: ${own['reason']}`)
  // Sound is dropped from an event whose words were found: that is another matter.
  if (Number(own['dropped_events']) > 0 && !hasFinding(own)) {
    if (Number(blocking.own['dropped_events']) === 0) throw new Error(`${at(place)}: passed on where it is blocked`)
    return { inspected: 'not inspected', edited: 'not passed on', refused: 'not passed on' }
  }
  const expected = expectedOf(place)
  const differences =
    place.direction === 'stream' ? differencesInStream(expected, values) : differencesIn(expected[0], values[0])
  const edited = editedWord(place, differences)
  const found = hasFinding(own)
  if (found !== (refused !== undefined)) throw new Error(`${at(place)}: found in one of masking and blocking alone`)
  if (refused !== undefined) return { inspected: 'inspected', edited, refused }
  const emptied = differences.emptied.length > 0
  return {
    inspected: 'not inspected',
    edited: emptied ? edited.replace('edited, ', '') : 'not edited',
    refused: emptied ? 'not passed on' : 'passes',
  }
}

/** What becomes of an answer that may not have it; undefined where it passes. */
function refusedWord(received: Received): string | undefined {
  return received.own['reason'] === 'content_blocked' ? wayOut(received) : undefined
}

/** A stream that has begun can only be cut. */
function wayOut({ answer }: Received): string {
  return answer.status === 200 ? 'cut' : 'refused'
}

interface Received {
  readonly answer: Answer
  /** The body, or the events of a stream. */
  readonly values: readonly unknown[]
  /** Of the outcome. */
  readonly own: Readonly<Record<string, unknown>>
}

async function receive({ house, provider }: Parts, place: Place, as: Person): Promise<Received> {
  const { direction, field, probe, surface } = place
  const streams = direction === 'stream'
  provider.behave((_request, response) => {
    if (streams) void inPieces(response, surface.streamType, surface.frame(probe(VALUE) as readonly unknown[]), 211)
    else response.writeHead(field === 'errors' ? 400 : 200, JSON_TYPE).end(JSON.stringify(probe(VALUE)))
  })
  const answer = await ask(house, streams ? surface.askingStream : surface.asking, {
    path: streams ? (surface.streamPath ?? surface.path) : surface.path,
    token: await house.token(as, { scope: SCOPE }),
  })
  const { outcome } = await house.exchange(answer.id)
  const isStream = streams && answer.status === 200
  return { answer, values: isStream ? surface.parse(answer.body) : [answer.json()], own: outcome.own }
}

function expectedOf({ direction, probe, surface }: Place): readonly unknown[] {
  return direction === 'stream'
    ? surface.parse(surface.frame(probe(MASKED) as readonly unknown[]))
    : [asJson(probe(MASKED))]
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function editedWord(place: Place, { emptied, other }: Differences): string {
  if (other.length > 0) throw new Error(`${at(place)}: changed beside the value: ${other.join(', ')}`)
  return emptied.length === 0 ? 'edited' : `edited, ${emptied.map((name) => `\`${name}\``).join(', ')} emptied`
}

function expectNoLeak(place: Place, values: readonly unknown[]): void {
  const leaks = leaksIn(values, VALUE)
  if (leaks.length > 0) throw new Error(`${at(place)}: the value leaves in ${leaks.join(', ')}`)
}

function hasFinding(own: Readonly<Record<string, unknown>>): boolean {
  return Number((own['findings'] as Readonly<Record<string, number>>)['secret.aws'] ?? 0) > 0
}

/** Of several probes of one cell. */
export function theSame(place: Pick<Place, 'surface' | 'direction' | 'field'>, all: readonly Observed[]): Observed {
  const [first, ...others] = all
  if (first === undefined) throw new Error(`${at(place)}: no probe`)
  const differing = others.find((one) => JSON.stringify(one) !== JSON.stringify(first))
  if (differing === undefined) return first
  throw new Error(`${at(place)}: probes differ: ${JSON.stringify(first)}, ${JSON.stringify(differing)}`)
}

function at({ direction, field, surface }: Pick<Place, 'surface' | 'direction' | 'field'>): string {
  return `${surface.title}, ${direction}, ${field}`
}
