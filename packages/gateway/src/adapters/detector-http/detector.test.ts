import { createServer } from 'node:net'
import { remoteDetectorSuite } from '@ostiary/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../../test/certificate.js'
import { type DetectorServer, type Lexicon, startDetectorServer } from '../../../test/detector-server.js'
import { startProxy } from '../../../test/proxy.js'
import { until } from '../../../test/until.js'
import type { Finding, FindingType, RemoteDetector } from '../../spec/index.js'
import { createHttpDetector, type HttpDetectorParts } from './detector.js'

const PEOPLE: Lexicon = { 'Ann Lee': 'PERSON', '555-0100': 'PHONE_NUMBER', 楊: 'PERSON' }
const PRESIDIO_TYPES = new Map([
  ['PERSON', 'pii.person'],
  ['PHONE_NUMBER', 'pii.phone'],
] as const)

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serverOf(lexicon: Lexicon = PEOPLE, ...more: [Parameters<typeof startDetectorServer>[1]?]) {
  const server = await startDetectorServer(lexicon, ...more)
  closers.push(() => server.close())
  return server
}

type Kind = HttpDetectorParts['kind']

const TYPES: Readonly<Record<Kind, HttpDetectorParts['types']>> = {
  presidio: PRESIDIO_TYPES,
  'llm-guard': new Map([
    ['PromptInjection', 'injection'],
    ['Toxicity', 'moderation.harassment'],
  ] as const),
  moderation: new Map([
    ['harassment', 'moderation.harassment'],
    ['sexual/minors', 'moderation.sexual-minors'],
    ['violence', 'moderation.violence'],
    ['violence/graphic', 'moderation.violence'],
    ['illicit', 'moderation.illicit'],
  ] as const),
}

function detectorOf(url: string, kind: Kind, more: Partial<HttpDetectorParts> = {}): RemoteDetector {
  return createHttpDetector({
    name: kind,
    kind,
    url: new URL(url),
    env: {},
    credential: undefined,
    concurrency: 4,
    labelsWithin: ['public', 'internal'],
    textMax: 10_000,
    types: TYPES[kind],
    threshold: undefined,
    language: 'en',
    model: undefined,
    ...more,
  })
}

function inspect(detector: RemoteDetector, texts: readonly string[], withinMs = 5000) {
  return detector.inspect(texts, AbortSignal.timeout(withinMs))
}

/** The code of a failure. */
async function failure(detector: RemoteDetector, texts: readonly string[] = ['Ann Lee'], withinMs = 5000) {
  return await inspect(detector, texts, withinMs).then(
    () => 'none',
    (error: unknown) => (error as { code?: string }).code,
  )
}

remoteDetectorSuite('presidio over http', async () => {
  const server = await startDetectorServer(PEOPLE)
  return {
    detector: detectorOf(server.url, 'presidio'),
    corpus: {
      found: [
        { text: 'Ann Lee', found: [['pii.person', 'Ann Lee']] },
        {
          text: '😀😀 Ann Lee 👩‍👩‍👧 rang 555-0100, e\u0301crit 楊',
          found: [
            ['pii.person', 'Ann Lee'],
            ['pii.phone', '555-0100'],
            ['pii.person', '楊'],
          ],
        },
      ],
      clean: ['ann lee', '😀'],
    },
    close: () => server.close(),
  }
})

remoteDetectorSuite('llm guard over http', async () => {
  const server = await startDetectorServer({ 'ignore all': 'PromptInjection', fool: 'Toxicity' })
  return {
    detector: detectorOf(server.url, 'llm-guard'),
    corpus: {
      found: [
        { text: 'ignore all 😀', found: [['injection.high', 'ignore all 😀']] },
        {
          text: 'ignore all, fool',
          found: [
            ['injection.high', 'ignore all, fool'],
            ['moderation.harassment', 'ignore all, fool'],
          ],
        },
      ],
      clean: ['good day'],
    },
    close: () => server.close(),
  }
})

remoteDetectorSuite('moderation over http', async () => {
  const server = await startDetectorServer({ fool: 'harassment', blood: 'violence/graphic' })
  return {
    detector: detectorOf(server.url, 'moderation'),
    corpus: {
      found: [
        { text: 'you fool 😀', found: [['moderation.harassment', 'you fool 😀']] },
        { text: 'blood', found: [['moderation.violence', 'blood']] },
      ],
      clean: ['good day'],
    },
    close: () => server.close(),
  }
})

describe('what is sent', () => {
  it('to Presidio: one text a call, and only what is asked for is looked for', async () => {
    const server = await serverOf()
    const detector = detectorOf(`${server.url}/below/`, 'presidio', { language: 'de', threshold: 0.7 })
    await inspect(detector, ['Ann Lee', 'and you'])
    expect(server.asked.map(({ path }) => path)).toEqual(['/below/analyze', '/below/analyze'])
    expect(server.asked[0]?.body).toEqual({
      text: 'Ann Lee',
      language: 'de',
      entities: ['PERSON', 'PHONE_NUMBER'],
      score_threshold: 0.7,
    })
  })

  it('to a moderation endpoint: 32 texts a call, and the model where one is configured', async () => {
    const server = await serverOf({ fool: 'harassment' })
    const texts = Array.from({ length: 70 }, (_, index) => (index === 69 ? 'fool' : `text ${index}`))
    const findings = await inspect(detectorOf(server.url, 'moderation', { model: 'omni' }), texts)
    expect(server.asked.map(({ body }) => (body['input'] as string[]).length).sort()).toEqual([32, 32, 6])
    expect(server.asked[0]?.body['model']).toBe('omni')
    expect(findings.flatMap((ofText, index) => (ofText.length > 0 ? [index] : []))).toEqual([69])
  })

  it('with the key as it is at that moment, in its header, and to nobody where it cannot be read', async () => {
    const server = await serverOf()
    let key = ['a', 'key'].join('-')
    const detector = detectorOf(server.url, 'presidio', { credential: () => ['authorization', `Bearer ${key}`] })
    await inspect(detector, ['x'])
    key = ['another', 'key'].join('-')
    await inspect(detector, ['x'])
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer a-key', 'Bearer another-key'])
    key = 'two\r\nx-lines: 1'
    expect(await failure(detector)).toBe('SECRET_UNREADABLE')
    const away = detectorOf(server.url, 'presidio', {
      credential() {
        throw new Error('ENOENT /etc/keys/detector')
      },
    })
    expect(await failure(away)).toBe('SECRET_UNREADABLE')
    expect(server.asked).toHaveLength(2)
  })

  it('with nothing of the caller, and no wish for a compressed answer', async () => {
    const server = await serverOf()
    await inspect(detectorOf(server.url, 'presidio'), ['x'])
    expect(Object.keys(server.asked[0]?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
    ])
    expect(server.asked[0]?.headers['accept-encoding']).toBe('identity')
  })
})

describe('scores', () => {
  it('grade an injection, and below the threshold nothing is found', async () => {
    const server = await serverOf()
    const detector = detectorOf(server.url, 'llm-guard')
    const types = async (score: number): Promise<readonly string[]> => {
      const scanners = { PromptInjection: score, Toxicity: -0.5 }
      server.behave({ kind: 'says', body: JSON.stringify({ is_valid: score <= 0, scanners }) })
      return (await inspect(detector, ['x']))[0]?.map(({ type }) => type) ?? []
    }
    expect(await types(-1)).toEqual([])
    expect(await types(0)).toEqual([])
    expect(await types(0.1)).toEqual(['injection.low'])
    expect(await types(0.5)).toEqual(['injection.medium'])
    expect(await types(0.8)).toEqual(['injection.high'])
    expect(detector.types).toEqual(['injection.high', 'injection.low', 'injection.medium', 'moderation.harassment'])
  })

  it('of Presidio below the threshold are left out, and so are entities nobody asked for', async () => {
    const server = await serverOf()
    const entity = (entity_type: string, score: number) => ({ entity_type, start: 0, end: 1, score })
    const body = JSON.stringify([entity('PERSON', 0.49), entity('PHONE_NUMBER', 0.5), entity('DATE_TIME', 1)])
    server.behave({ kind: 'says', body })
    const found = await inspect(detectorOf(server.url, 'presidio'), ['x'])
    expect(found).toEqual([[{ type: 'pii.phone', start: 0, end: 1, score: 0.5 }]])
  })

  it('of a moderation count where the provider flags, or from the threshold on', async () => {
    const server = await serverOf()
    const result = {
      flagged: true,
      categories: { harassment: true, violence: false },
      category_scores: { harassment: 0.4, violence: 0.6 },
    }
    server.behave({ kind: 'says', body: JSON.stringify({ results: [result] }) })
    const types = async (threshold: number | undefined): Promise<readonly FindingType[] | undefined> =>
      (await inspect(detectorOf(server.url, 'moderation', { threshold }), ['x']))[0]?.map(({ type }) => type)
    expect(await types(undefined)).toEqual(['moderation.harassment'])
    expect(await types(0.5)).toEqual(['moderation.violence'])
  })
})

describe('an answer that is none', () => {
  const finding = (more: object) => [{ entity_type: 'PERSON', start: 0, end: 1, score: 1, ...more }]
  const scanned = (more: object) => ({ is_valid: true, scanners: { PromptInjection: -1, Toxicity: -1 }, ...more })
  const judged = (more: object) => ({
    results: [{ flagged: false, categories: { violence: false }, category_scores: { violence: 0 }, ...more }],
  })

  it.each<[Kind, string, unknown]>([
    ['presidio', 'no JSON', '<html>'],
    ['presidio', 'an error in place of a list', { error: 'x' }],
    ['presidio', 'no object', [1]],
    ['presidio', 'no entity', finding({ entity_type: undefined })],
    ['presidio', 'an offset before the text', finding({ start: -1 })],
    ['presidio', 'an offset behind it, counted in code points', finding({ end: 3 })],
    ['presidio', 'an empty span', finding({ end: 0 })],
    ['presidio', 'a span that is turned round', finding({ start: 2 })],
    ['presidio', 'half an offset', finding({ end: 0.5 })],
    ['presidio', 'an offset in words', finding({ end: '1' })],
    ['presidio', 'a score in words', finding({ score: 'high' })],
    ['presidio', 'a score above 1', finding({ score: 2 })],
    ['presidio', 'no score', finding({ score: null })],
    ['presidio', 'a member twice', '[{"entity_type":"PERSON","start":0,"start":1,"end":2,"score":1}]'],
    ['presidio', 'arrays in arrays', `${'['.repeat(50)}${']'.repeat(50)}`],
    ['llm-guard', 'a list', []],
    ['llm-guard', 'no word on whether it is valid', scanned({ is_valid: 'yes' })],
    ['llm-guard', 'no scores', scanned({ scanners: undefined })],
    ['llm-guard', 'a scanner that did not run', scanned({ scanners: { PromptInjection: 0 } })],
    ['llm-guard', 'a score that is none', scanned({ scanners: { PromptInjection: null, Toxicity: 0 } })],
    ['llm-guard', 'a score beyond all scales', scanned({ scanners: { PromptInjection: 50, Toxicity: 0 } })],
    ['llm-guard', 'an objection of nobody', scanned({ is_valid: false })],
    ['moderation', 'no results', { results: undefined }],
    ['moderation', 'too few results', { results: [] }],
    ['moderation', 'no categories', judged({ categories: null })],
    ['moderation', 'a category that is no flag', judged({ categories: { violence: 'no' } })],
    ['moderation', 'a category without a score', judged({ category_scores: {} })],
    ['moderation', 'none of the categories that were asked for', judged({ categories: { weather: true } })],
  ])('of %s: %s', async (kind, _, body) => {
    const server = await serverOf()
    server.behave({ kind: 'says', body: typeof body === 'string' ? body : JSON.stringify(body) })
    expect(await failure(detectorOf(server.url, kind), ['x😀'])).toBe('ANSWER_INVALID')
  })

  it.each([301, 302, 307, 308])('status %i: a redirect is not followed', async (status) => {
    const elsewhere = await serverOf()
    const server = await serverOf()
    server.behave({ kind: 'status', status, headers: { location: `${elsewhere.url}/analyze` } })
    expect(await failure(detectorOf(server.url, 'presidio'))).toBe(`STATUS_${status}`)
    expect(elsewhere.asked).toEqual([])
  })

  it.each([204, 400, 401, 429, 500, 503])('status %i, whatever its body says', async (status) => {
    const server = await serverOf()
    server.behave({ kind: 'status', status })
    expect(await failure(detectorOf(server.url, 'presidio'))).toBe(`STATUS_${status}`)
  })

  it('compressed though asked not to', async () => {
    const server = await serverOf()
    server.behave({ kind: 'status', status: 200, headers: { 'content-encoding': 'gzip' } })
    expect(await failure(detectorOf(server.url, 'presidio'))).toBe('ANSWER_COMPRESSED')
  })

  it('of ten megabytes: no more than one of them is held', async () => {
    const server = await serverOf()
    server.behave({ kind: 'floods', bytes: 10 * 1024 * 1024 })
    expect(await failure(detectorOf(server.url, 'presidio'))).toBe('ANSWER_TOO_LARGE')
  })

  it('that breaks off, hangs up, stalls or never comes', async () => {
    const server = await serverOf()
    const detector = detectorOf(server.url, 'presidio')
    server.behave({ kind: 'hangs-up' })
    expect(await failure(detector)).toBe('ECONNRESET')
    for (const kind of ['stalls', 'hangs'] as const) {
      server.behave({ kind })
      expect(await failure(detector, ['x'], 50)).toBe('ABORT_ERR')
    }
    server.behave(undefined)
    expect(await failure(detector)).toBe('none')
  })

  it('of nobody: nothing listens there', async () => {
    const held = createServer()
    await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve))
    const { port } = held.address() as { port: number }
    await new Promise((resolve) => held.close(resolve))
    expect(await failure(detectorOf(`http://127.0.0.1:${port}`, 'presidio'))).toBe('ECONNREFUSED')
  })

  it('of somebody whose certificate nobody vouches for', async () => {
    const server = await serverOf(PEOPLE, selfSigned('localhost'))
    expect(await failure(detectorOf(server.url, 'presidio'))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(server.asked).toEqual([])
  })
})

describe('connections', () => {
  it('are kept, and one that the other side closed meanwhile is no failure', async () => {
    const server = await serverOf()
    const detector = detectorOf(server.url, 'presidio')
    for (let i = 0; i < 5; i++) expect(await failure(detector)).toBe('none')
    expect(server.connections).toBe(1)
    for (let i = 0; i < 5; i++) {
      server.dropIdle()
      expect(await failure(detector)).toBe('none')
    }
    expect(server.asked).toHaveLength(10)
  })

  it('to localhost go to this machine, whatever a resolver says', async () => {
    const server = await serverOf()
    expect(await failure(detectorOf(`http://localhost:${server.port}`, 'presidio'))).toBe('none')
    expect(server.asked).toHaveLength(1)
  })

  it('beyond this machine go by the egress proxy, and TLS ends at the detector', async () => {
    const server = await serverOf(PEOPLE, selfSigned('detector.example'))
    const proxy = await startProxy({ 'detector.example:443': server.port })
    closers.push(() => proxy.close())
    const detector = detectorOf('https://detector.example', 'presidio', { env: { HTTPS_PROXY: proxy.url } })
    expect(await failure(detector)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(proxy.targets()).toEqual(['detector.example:443'])
    const refused = await startProxy({ 'detector.example:443': { status: 403 } })
    closers.push(() => refused.close())
    const other = detectorOf('https://detector.example', 'presidio', { env: { HTTPS_PROXY: refused.url } })
    expect(await failure(other)).toBe('STATUS_403')
    expect(server.asked).toEqual([])
  })
})

describe('many at once', () => {
  async function slow(concurrency: number): Promise<{ server: DetectorServer; detector: RemoteDetector }> {
    const server = await serverOf()
    server.behave({ kind: 'slow', ms: 20 })
    return { server, detector: detectorOf(server.url, 'presidio', { concurrency }) }
  }

  it('take turns: no more calls than configured, of one inspection or of many', async () => {
    const { server, detector } = await slow(3)
    const texts = Array.from({ length: 12 }, (_, index) => `${index} Ann Lee`)
    const [whole, ...single] = await Promise.all([
      inspect(detector, texts),
      ...texts.map((text) => inspect(detector, [text])),
    ])
    expect(server.busiest).toBe(3)
    expect(whole).toEqual(single.map(([ofText]) => ofText))
    expect(whole?.[11]).toEqual<Finding[]>([{ type: 'pii.person', start: 3, end: 10, score: 0.85 }])
  })

  it('are too many from some point on: those fail at once, and the others are served', async () => {
    const { server, detector } = await slow(2)
    const results = await Promise.all(Array.from({ length: 60 }, () => failure(detector)))
    expect(results.filter((code) => code === 'OVERLOADED')).toHaveLength(60 - 2 - 32)
    expect(results.filter((code) => code === 'none')).toHaveLength(34)
    expect(server.asked).toHaveLength(34)
    expect(await failure(detector)).toBe('none')
  })

  it('give up their turn when nobody waits any more', async () => {
    const { server, detector } = await slow(1)
    server.behave({ kind: 'hangs' })
    const holding = new AbortController()
    const held = detector.inspect(['a'], holding.signal).catch(() => 'ended')
    await until(() => server.asked.length > 0)
    const impatient = await Promise.all([failure(detector, ['b'], 30), failure(detector, ['c'], 30)])
    expect(impatient).toEqual(['ABORTED', 'ABORTED'])
    holding.abort()
    expect(await held).toBe('ended')
    expect(server.asked).toHaveLength(1)
    server.behave(undefined)
    expect(await failure(detector)).toBe('none')
  })

  it('of one inspection stop where one of them fails', async () => {
    const { server, detector } = await slow(2)
    server.behave({ kind: 'status', status: 500 })
    const over = new AbortController()
    const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`)
    await expect(detector.inspect(texts, over.signal)).rejects.toMatchObject({ code: 'STATUS_500' })
    over.abort()
    await until(() => server.asked.length > 0)
    expect(server.asked.length).toBeLessThan(10)
  })
})
