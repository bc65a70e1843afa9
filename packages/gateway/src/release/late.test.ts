import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAnthropicDialect } from '../adapters/dialect-anthropic/dialect.js'
import { createGeminiDialect } from '../adapters/dialect-gemini/dialect.js'
import { createOpenAiDialect } from '../adapters/dialect-openai/dialect.js'
import { allDetectors } from '../compose/detectors.js'
import {
  type Act,
  type ActsByType,
  type ChannelKind,
  type Dialect,
  FINDING_TYPES,
  type Finding,
  type FindingType,
  type Lens,
  type PartFindings,
  type Refusal,
  refuse,
} from '../spec/index.js'
import { editText } from '../spec/replacement.js'
import { createGuardFactory } from './guard.js'
import { type Heard, hear, say as sayWith } from './late.js'

const CHANNEL: ChannelKind = { name: 'text', role: 'assistant', isJson: false }

/** A stream that is a list of pieces in JSON, each `[channel, piece]`, and comes out as such a list. */
const PIECES: Pick<Lens, 'openStream'> = {
  openStream({ guard }) {
    const guards = new Map<string, { push(text: string): string | Refusal; end(): string | Refusal }>()
    const out: [string, string][] = []
    const at = (name: string) => {
      const held = guards.get(name) ?? guard?.({ ...CHANNEL, name })
      if (held === undefined) throw new Error('nobody guards')
      guards.set(name, held)
      return held
    }
    return {
      usage: undefined,
      dropped: 0,
      push(chunk) {
        for (const [name, piece] of JSON.parse(chunk.toString('utf8')) as [string, string][]) {
          const said = at(name).push(piece)
          if (typeof said !== 'string') return said
          out.push([name, said])
        }
        return Buffer.alloc(0)
      },
      end() {
        for (const [name, held] of guards) {
          const said = held.end()
          if (typeof said !== 'string') return said
          out.push([name, said])
        }
        return Buffer.from(JSON.stringify(out))
      },
      tear: () => Buffer.alloc(0),
    }
  },
}

/** Without a vault. */
function say(
  lens: Pick<Lens, 'openStream'>,
  stream: Buffer,
  saying: Omit<Parameters<typeof sayWith>[2], 'vault' | 'restoring'>,
) {
  return sayWith(lens, stream, { ...saying, vault: undefined, restoring: undefined })
}

function heard(lens: Pick<Lens, 'openStream'>, stream: Buffer): Heard {
  const all = hear(lens, stream)
  if ('kind' in all) throw new Error(all.forLog)
  return all
}

function joined(out: Buffer | Refusal): Readonly<Record<string, string>> {
  if (!Buffer.isBuffer(out)) throw new Error(out.forLog)
  const texts: Record<string, string> = {}
  for (const [name, text] of JSON.parse(out.toString('utf8')) as [string, string][]) {
    texts[name] = (texts[name] ?? '') + text
  }
  return texts
}

const found = (...findings: readonly Finding[]): readonly PartFindings[] => [{ index: 0, findings }]
const person = (start: number, end: number): Finding => ({ start, end, type: 'pii.person', score: 1 })
/** No session's vault, and nobody for whom values are put back. */
const NOTHING_KEPT = { vault: undefined, restoring: undefined } as const
const acts = (act: Act): ActsByType => new Map(FINDING_TYPES.map((type): [FindingType, Act] => [type, act]))
const list = (...pieces: readonly (readonly [string, string])[]): Buffer => Buffer.from(JSON.stringify(pieces))

describe('a stream that is heard', () => {
  it('gives the text of each channel, and where it stands', () => {
    expect(heard(PIECES, list(['a', 'He'], ['b', 'X'], ['a', 'llo'])).parts).toMatchObject([
      { address: 'a', text: 'Hello', role: 'assistant', isName: false, isJson: false },
      { address: 'b', text: 'X' },
    ])
  })
})

describe('a stream of more texts than are kept', () => {
  it('is refused', () => {
    const many = Array.from({ length: 16_385 }, (_, index) => [`${index}`, 'x'] as const)
    expect(heard(PIECES, list(...many.slice(1))).parts).toHaveLength(16_384)
    expect(hear(PIECES, list(...many))).toMatchObject({ code: 'upstream_failed' })
  })
})

describe('a stream that is said again', () => {
  it('says each channel as a whole text would be edited, for every cutting and whatever was found [stream.late]', () => {
    const pieces = fc.array(
      fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('Ann', ' ', '😀', 'e\u0301', 'xy', '\ud83d')),
      {
        maxLength: 40,
      },
    )
    const spans = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...FINDING_TYPES)), { maxLength: 8 })
    fc.assert(
      fc.property(
        pieces,
        spans,
        spans,
        fc.constantFrom<Act>('redact', 'mask', 'flag'),
        (all, ofFirst, ofSecond, act) => {
          const stream = list(...all)
          const { parts } = heard(PIECES, stream)
          const places = [ofFirst, ofSecond].map((some, index) => findingsIn(parts[index]?.text ?? '', some))
          const counts = new Map<string, number>()
          const { out } = say(PIECES, stream, {
            parts,
            found: places.map((findings, index) => ({ index, findings })),
            acts: acts(act),
            ...NOTHING_KEPT,
            onFinding: (type) => counts.set(type, (counts.get(type) ?? 0) + 1),
          })
          const whole = parts.map(({ text }, index) => editText(text, places[index] ?? [], acts(act)))
          const said = joined(out)
          for (const [index, edited] of whole.entries()) {
            expect(edited.kind === 'edited' ? edited.text : '').toBe(said[parts[index]?.address ?? ''])
          }
          const expected = new Map<string, number>()
          for (const { counts: of } of whole)
            for (const [type, times] of of) expected.set(type, (expected.get(type) ?? 0) + times)
          expect([...counts].sort()).toEqual([...expected].sort())
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('gives out what is not found with the piece that brought it, and holds back what is until it is whole', () => {
    const stream = list(['a', 'Hi A'], ['a', 'nn, hi'], ['a', '!'])
    const { parts } = heard(PIECES, stream)
    const { out } = say(PIECES, stream, {
      parts,
      found: found(person(3, 6)),
      acts: acts('redact'),
      ...NOTHING_KEPT,
      onFinding: () => {},
    })
    expect(out.toString()).toBe('[["a","Hi "],["a","[redacted:pii.person], hi"],["a","!"],["a",""]]')
  })

  it('knows texts that come whole by what they say, however often the lens asks about each', () => {
    /** Asks about a text anew where it was edited, and about all when it was full, as a lens may that remembers. */
    const asking: Pick<Lens, 'openStream'> = {
      openStream({ guard }) {
        const clean = new Set<string>()
        let edited = 0
        return {
          ...PIECES.openStream({ guard }),
          push(chunk) {
            const all = JSON.parse(chunk.toString('utf8')) as [string, string][]
            const out = all.map(([name, text]) => {
              const one = clean.has(text) ? undefined : guard?.({ ...CHANNEL, name })
              if (one === undefined) return text
              const said = `${one.push(text)}${one.end()}`
              if (said === text) clean.add(text)
              else if (++edited === 3) clean.clear()
              return said
            })
            return Buffer.from(out.join('|'))
          },
          end: () => Buffer.alloc(0),
        }
      },
    }
    const stream = list(['w', 'Ann'], ['w', 'Ann'], ['w', 'An'], ['w', 'Ann'], ['v', 'An'], ['w', 'Ann'])
    const { parts } = heard(asking, stream)
    expect(parts.map(({ text }) => text)).toEqual(['Ann', 'An'])
    const { out } = say(asking, stream, {
      parts,
      found: found(person(0, 3)),
      acts: acts('redact'),
      ...NOTHING_KEPT,
      onFinding: () => {},
    })
    const redacted = '[redacted:pii.person]'
    expect(out.toString()).toBe([redacted, redacted, 'An', redacted, 'An', redacted].join('|'))
  })

  it('is refused where something in it is blocked', () => {
    const stream = list(['a', 'Hi '], ['a', 'Ann'])
    const { parts } = heard(PIECES, stream)
    const { out } = say(PIECES, stream, {
      parts,
      found: found(person(3, 6)),
      acts: acts('block'),
      ...NOTHING_KEPT,
      onFinding: () => {},
    })
    expect(out).toMatchObject({ code: 'content_blocked', forLog: 'pii.person in a stream' })
  })

  it.each<[string, readonly (readonly [string, string])[]]>([
    ['says something else', [['a', 'Hi Bob']]],
    ['says more', [['a', 'Hi Ann!']]],
    ['says less', [['a', 'Hi']]],
    [
      'has another channel',
      [
        ['a', 'Hi Ann'],
        ['b', 'x'],
      ],
    ],
  ])('is refused where the lens the second time %s', (_, second) => {
    const { parts } = heard(PIECES, list(['a', 'Hi Ann']))
    const { out } = say(PIECES, list(...second), {
      parts,
      found: [],
      acts: acts('redact'),
      ...NOTHING_KEPT,
      onFinding: () => {},
    })
    expect(out).toMatchObject(refuse('inspection_failed', 'a stream was not the same the second time'))
  })
})

function findingsIn(text: string, spans: readonly (readonly [number, number, FindingType])[]): readonly Finding[] {
  if (text.length === 0) return []
  return spans
    .map(([at, length, type]) => {
      const start = at % text.length
      return { start, end: start + 1 + (length % (text.length - start)), type, score: 1 }
    })
    .filter(({ start, end }) => [start, end].every((one) => (text.codePointAt(one - 1) ?? 0) <= 0xffff))
    .sort((a, b) => a.start - b.start || a.end - b.end)
}

const [openai, gemini] = [createOpenAiDialect(), createGeminiDialect()]

function lensOf({ endpoints }: Dialect, path: string): Lens {
  const found = endpoints.find((one) => one.path.endsWith(path))
  if (found === undefined) throw new Error(`no ${path}`)
  return found.lens
}

const CORPORA: readonly (readonly [name: string, lens: Lens, folder: string])[] = [
  ['chat', lensOf(openai, '/chat/completions'), '../adapters/dialect-openai/chat/corpus/'],
  ['completions', lensOf(openai, '/v1/completions'), '../adapters/dialect-openai/completions/corpus/'],
  ['responses', lensOf(openai, '/responses'), '../adapters/dialect-openai/responses/corpus/'],
  ['anthropic', lensOf(createAnthropicDialect(), '/messages'), '../adapters/dialect-anthropic/corpus/'],
  ['gemini', lensOf(gemini, ':streamGenerateContent'), '../adapters/dialect-gemini/corpus/'],
]

describe.each(CORPORA)('a recorded stream of %s', (_, lens, folder) => {
  const files = readdirSync(new URL(folder, import.meta.url)).filter((name) => /\.(chunks|events)\.txt$/.test(name))
  const detectors = allDetectors().map((detector) => ({ detector, whenIll: 'closed' as const }))

  it.each(files)('%s says late what it says while it flows, with what detectors here find [stream.late]', (file) => {
    const stream = readFileSync(new URL(folder + file, import.meta.url))
    const { parts } = heard(lens, stream)
    const places = parts.flatMap(({ text }, index) => {
      const findings = detectors.flatMap(({ detector }) => detector.scan(text, 0, true).findings)
      return findings.length === 0
        ? []
        : [{ index, findings: findings.sort((a, b) => a.start - b.start || a.end - b.end) }]
    })
    const { out } = say(lens, stream, {
      parts,
      found: places,
      acts: acts('redact'),
      ...NOTHING_KEPT,
      onFinding: () => {},
    })
    if (!Buffer.isBuffer(out)) throw new Error(out.forLog)

    const guard = createGuardFactory({ detectors, acts: acts('redact'), onFinding: () => {}, onIll: () => {} })
    const flowing = lens.openStream({ guard })
    const [most, rest] = [flowing.push(stream), flowing.end()]
    if (!Buffer.isBuffer(most) || !Buffer.isBuffer(rest)) throw new Error('refused')
    // When a channel is first heard of depends on what was held of it; what it says does not.
    const said = (bytes: Buffer): readonly string[] =>
      heard(lens, bytes)
        .parts.map(({ address, text }) => `${address}: ${text}`)
        .sort()
    expect(said(out)).toEqual(said(Buffer.concat([most, rest])))
  })
})
