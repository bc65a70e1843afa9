import {
  type Dialect,
  type Endpoint,
  type Lens,
  type Named,
  type Refusal,
  refuse,
  type StreamLens,
  type TextGuard,
} from 'ostiary/spec'
import { describe, expect, it } from 'vitest'
import { cuttings, seeded } from './cut.js'

/** Real bodies and streams of one endpoint, and what a person reads in them. */
export interface LensCorpus {
  readonly endpoint: Pick<Endpoint, 'method' | 'path'>
  readonly requests: readonly DialectRequest[]
  /** Bodies that are none of this dialect. */
  readonly refused: readonly (string | Uint8Array)[]
  readonly answers: readonly { readonly body: string; readonly texts: readonly string[] }[]
  /** Whole streams, end mark and all. One of them says `PASSWORD`, cut over events. None where the endpoint never streams. */
  readonly streams: readonly Uint8Array[]
  /** What a client of this dialect reads in a stream, all channels. */
  readonly textOf: (stream: Buffer) => string
}

export interface DialectRequest {
  readonly body: string
  /** Where the path names the model: what it says. */
  readonly named?: Named
  /** Neither path nor body names the model: the endpoint serves one. */
  readonly isFixed?: boolean
  readonly model: string
  readonly stream: boolean
  /** Texts that must be seen, in any order; a dialect may see more. */
  readonly texts: readonly string[]
}

/** The word that the suite's guard takes out. */
const WORD = 'PASSWORD'
const REMOVED = '[removed]'
const REFUSED: Refusal = refuse('content_blocked', 'in a stream')
/** What an edit may have to say. */
const HARD = 'a "quoted" back\\slash\nnew line\ttab é🔑 \u2028 </script> \u0000 {}[],:'

/** A text that is an object in JSON (a tool call's arguments) stays one: a dialect may see to it that it does. */
function hardFor(text: string): string {
  return /^\s*\{/.test(text) ? JSON.stringify({ hard: HARD }) : HARD
}

/** The conformance suite of the seam `Dialect`. */
export function dialectSuite(name: string, dialect: Dialect, corpora: readonly LensCorpus[]): void {
  describe(`dialect: ${name}`, () => {
    it('has a corpus for each of its endpoints', () => {
      const told = ({ method, path }: Pick<Endpoint, 'method' | 'path'>): string => `${method} ${path}`
      expect(corpora.map((one) => told(one.endpoint)).sort()).toEqual(dialect.endpoints.map(told).sort())
    })
    for (const corpus of corpora) {
      const { method, path } = corpus.endpoint
      const found = dialect.endpoints.find((one) => one.method === method && one.path === path)
      if (found === undefined) continue
      describe(`${method} ${path}`, () => {
        requests(found.lens, corpus)
        answers(found.lens, corpus)
        if (found.lens.streamType !== undefined) streams(found.lens, corpus)
      })
    }
    wire(dialect)
  })
}

const UNNAMED: Named = { model: undefined, query: '' }

function requests(lens: Lens, { requests: all, refused }: LensCorpus): void {
  const viewOf = (body: Buffer, named: Named) => {
    const read = lens.read(body, named)
    if (read.kind === 'refuse') throw new Error(read.forLog)
    return read.value
  }

  describe.each(all.map((one, index) => ({ ...one, index })))('request $index', (one) => {
    const body = Buffer.from(one.body)
    const view = (seen: Buffer) => viewOf(seen, one.named ?? UNNAMED)

    it('is seen: model, stream, texts', () => {
      const { model, stream, parts } = view(body)
      expect([model, stream]).toEqual([one.model, one.stream])
      expect(parts.map(({ text }) => text)).toEqual(expect.arrayContaining([...one.texts]))
      expect(new Set(parts.map(({ address, isName }) => `${isName} ${address}`)).size).toBe(parts.length)
    })

    it('is the very same bytes where nobody edits', () => {
      expect(view(body).edit({ model: undefined, edits: [] })).toBe(body)
      expect(body.toString()).toBe(one.body)
    })

    it('has each text replaced, and nothing else', () => {
      const { parts } = view(body)
      for (const [index, part] of parts.entries()) {
        if (part.isName) continue
        const text = hardFor(part.text)
        const edited = view(view(body).edit({ model: undefined, edits: [{ index, text }] }))
        expect(edited.model).toBe(one.model)
        expect(edited.parts).toEqual(parts.map((was, at) => (at === index ? { ...was, text } : was)))
      }
    })

    it('has all texts replaced at once', () => {
      const { parts } = view(body)
      const edits = parts.flatMap(({ isName, text }, index) => (isName ? [] : [{ index, text: hardFor(text) }]))
      const edited = view(view(body).edit({ model: undefined, edits }))
      expect(edited.parts.map(({ text }) => text)).toEqual(
        parts.map(({ isName, text }) => (isName ? text : hardFor(text))),
      )
    })

    it('has the model replaced, and nothing else', () => {
      const bytes = view(body).edit({ model: 'other-model', edits: [] })
      // Where the path names it, the body says nothing of it.
      if (one.named?.model !== undefined || one.isFixed === true) {
        expect(bytes).toBe(body)
        return
      }
      const edited = view(bytes)
      expect(edited.model).toBe('other-model')
      expect(edited.parts).toEqual(view(body).parts)
    })
  })

  it.each(refused.map((body, index) => ({ index, body })))(
    'refuses body $index, and quotes nothing of it',
    ({ body }) => {
      const read = lens.read(Buffer.from(body as string), all[0]?.named ?? UNNAMED)
      expect(read.kind).toBe('refuse')
      if (read.kind !== 'refuse') return
      expect(read.status).toBeGreaterThanOrEqual(400)
      expect(read.status).toBeLessThan(500)
      expect(`${read.message} ${read.forLog}`).not.toContain(WORD)
    },
  )
}

function answers(lens: Lens, { answers: all }: LensCorpus): void {
  describe.each(all.map((one, index) => ({ ...one, index })))('answer $index', (one) => {
    const view = (body: Buffer) => {
      const read = lens.readAnswer(body)
      if (read.kind === 'refuse') throw new Error(read.forLog)
      return read.value
    }
    const body = Buffer.from(one.body)

    it('is seen', () => {
      expect(view(body).parts.map(({ text }) => text)).toEqual(expect.arrayContaining([...one.texts]))
    })

    it('is the very same bytes where nobody edits', () => {
      expect(view(body).edit([])).toBe(body)
    })

    it('has each text replaced, and nothing else', () => {
      const { parts } = view(body)
      for (const [index, part] of parts.entries()) {
        if (part.isName) continue
        const text = hardFor(part.text)
        const edited = view(view(body).edit([{ index, text }]))
        expect(edited.parts).toEqual(parts.map((was, at) => (at === index ? { ...was, text } : was)))
      }
    })
  })
}

function streams(lens: Lens, { streams: all, textOf }: LensCorpus): void {
  const open = (guard: (() => TextGuard) | undefined): StreamLens => lens.openStream({ guard })

  it('has a stream that says the word', () => {
    expect(all.some((bytes) => textOf(Buffer.from(bytes)).includes(WORD))).toBe(true)
  })

  describe.each(all.map((bytes, index) => ({ index, whole: Buffer.from(bytes) })))('stream $index', ({ whole }) => {
    const cuts = cuttings(whole.length, seeded(whole.length), 12)

    it('passes as it came where no obligation holds, under every cutting', () => {
      for (const cutting of cuts) expect(bytesOf(open(undefined), whole, cutting)).toEqual(whole)
    })

    it('says the same through a guard that finds nothing, the same bytes under every cutting', () => {
      const [first = whole, ...others] = cuts.map((cutting) => passed(bytesOf(open(letThrough), whole, cutting)))
      expect(textOf(first)).toBe(textOf(whole))
      for (const other of others) expect(other).toEqual(first)
    })

    it('says no word that its guard takes out, the same bytes under every cutting', () => {
      const [first = whole, ...others] = cuts.map((cutting) => passed(bytesOf(open(takeOut), whole, cutting)))
      expect(textOf(first)).toBe(textOf(whole).replaceAll(WORD, REMOVED))
      expect(first.includes(WORD)).toBe(false)
      for (const other of others) expect(other).toEqual(first)
    })

    it('ends in a refusal where its guard refuses', () => {
      if (!textOf(whole).includes(WORD)) return
      for (const cutting of cuts) expect(bytesOf(open(block), whole, cutting)).toBe(REFUSED)
    })

    it('is refused where it was torn before its end mark, and not where it is whole', () => {
      const half = whole.subarray(0, Math.floor(whole.length / 2))
      for (const guard of [undefined, letThrough]) {
        const torn = bytesOf(open(guard), half, [half.length])
        expect(Buffer.isBuffer(torn) ? 'passed' : torn.code).toBe('upstream_failed')
        expect(Buffer.isBuffer(bytesOf(open(guard), whole, [whole.length]))).toBe(true)
      }
    })
  })

  it('ends a torn stream with an event that has the code, and not with its end mark', () => {
    const whole = Buffer.from(all[0] ?? [])
    for (const guard of [undefined, letThrough]) {
      for (const cut of [0, Math.floor(whole.length / 2)]) {
        const torn = open(guard)
        const pushed = torn.push(Buffer.from(whole.subarray(0, cut)))
        const before = Buffer.isBuffer(pushed) ? Buffer.from(pushed) : Buffer.alloc(0)
        const event = torn.tear(refuse('content_blocked', 'by secret-policy'))
        expect(event.toString()).toContain('content_blocked')
        expect(event.toString()).not.toContain('secret-policy')
        expect(() => textOf(Buffer.concat([before, event]))).not.toThrow()
      }
    }
  })

  it('keeps two streams apart', () => {
    const whole = Buffer.from(all[0] ?? [])
    const [one, other] = [open(takeOut), open(takeOut)]
    const half = Math.floor(whole.length / 2)
    const pushed = [one.push(whole.subarray(0, half)), other.push(whole), one.push(whole.subarray(half))]
    const [first, , second] = pushed.map((piece) => (Buffer.isBuffer(piece) ? Buffer.from(piece) : Buffer.alloc(0)))
    const ended = one.end()
    expect(Buffer.isBuffer(ended)).toBe(true)
    if (!Buffer.isBuffer(ended)) return
    expect(Buffer.concat([first ?? ended, second ?? ended, ended])).toEqual(
      bytesOf(open(takeOut), whole, [whole.length]),
    )
  })
}

function wire(dialect: Dialect): void {
  it('words a refusal with its status, code and request id, and without what only the log may know', () => {
    const { status, headers, body } = dialect.refusal(refuse('forbidden_by_policy', 'by secret-policy'), 'request-7')
    expect(status).toBe(403)
    expect(headers['x-request-id'] ?? headers['request-id']).toBe('request-7')
    expect(headers['content-type']).toBeDefined()
    expect(body.toString()).toContain('forbidden_by_policy')
    expect(`${body.toString()}${JSON.stringify(headers)}`).not.toContain('secret-policy')
  })

  it('gives a refusal its own headers', () => {
    const headers = { 'www-authenticate': 'Bearer' }
    expect(dialect.refusal(refuse('missing_token', 'none', { headers }), 'r').headers).toMatchObject(headers)
  })

  it('lets no credential, cookie or hop-by-hop header through, either way', () => {
    const never =
      /^(authorization|proxy-.*|cookie|set-cookie.*|x-api-key|connection|keep-alive|te|trailer|transfer-encoding|upgrade|host|content-length|forwarded|x-forwarded-.*)$/
    for (const header of [...dialect.requestHeaders.keys(), ...dialect.responseHeaders.keys()]) {
      expect(header).toBe(header.toLowerCase())
      expect(header).not.toMatch(never)
    }
  })

  it('presents our own credential in one header', () => {
    const call = {
      method: 'POST',
      origin: 'https://p.example',
      path: '/x',
      headers: [],
      body: Buffer.alloc(0),
      nowMs: 0,
    }
    const [header = '', value] = dialect.credential('our-own', call)
    expect(header).toMatch(/^[a-z-]+$/)
    expect(value).toContain('our-own')
  })

  it('has endpoints, each path once', () => {
    expect(dialect.endpoints.length).toBeGreaterThan(0)
    const paths = dialect.endpoints.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(paths).size).toBe(paths.length)
    for (const { path, upstreamPath } of dialect.endpoints) {
      expect(path.startsWith(dialect.prefix)).toBe(true)
      expect(upstreamPath('a/model name', 'key=stolen')).toMatch(/^\/[^ ]*$/)
      expect(upstreamPath('m', 'key=stolen')).not.toContain('stolen')
    }
  })

  it('lists models by name', () => {
    if (dialect.modelList === undefined) return
    const { write } = dialect.modelList
    const list = write([
      { id: 'one', ownedBy: 'openai' },
      { id: 'two', ownedBy: 'openai' },
    ]).toString()
    expect(list.indexOf('one')).toBeGreaterThanOrEqual(0)
    expect(list.indexOf('two')).toBeGreaterThan(list.indexOf('one'))
    expect(write([]).toString()).not.toContain('one')
  })
}

function bytesOf(lens: StreamLens, whole: Buffer, cutting: readonly number[]): Buffer | Refusal {
  const pieces: Buffer[] = []
  let from = 0
  for (const length of cutting) {
    // A copy each: what a socket gave is used again.
    const piece = lens.push(Buffer.from(whole.subarray(from, length)))
    if (!Buffer.isBuffer(piece)) return piece
    pieces.push(Buffer.from(piece))
    from = length
  }
  const last = lens.end()
  return Buffer.isBuffer(last) ? Buffer.concat([...pieces, last]) : last
}

function passed(bytes: Buffer | Refusal): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes
  throw new Error(`refused: ${bytes.forLog}`)
}

function letThrough(): TextGuard {
  return { held: 0, push: (text) => text, end: () => '' }
}

function block(): TextGuard {
  let seen = ''
  return {
    held: 0,
    push(text) {
      seen += text
      return seen.includes(WORD) ? REFUSED : text
    },
    end: () => '',
  }
}

/** Holds what may become the word, and no more. */
function takeOut(): TextGuard {
  let held = ''
  return {
    get held() {
      return held.length
    },
    push(text) {
      const known = (held + text).replaceAll(WORD, REMOVED)
      let open = Math.max(0, known.length - WORD.length + 1)
      while (open < known.length && !WORD.startsWith(known.slice(open))) open++
      held = known.slice(open)
      return known.slice(0, open)
    },
    end() {
      const rest = held
      held = ''
      return rest
    },
  }
}
