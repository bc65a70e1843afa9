import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAnthropicDialect } from '../src/adapters/dialect-anthropic/dialect.js'
import { createBedrockDialect } from '../src/adapters/dialect-bedrock/dialect.js'
import { createGeminiDialect } from '../src/adapters/dialect-gemini/dialect.js'
import { createOpenAiDialect } from '../src/adapters/dialect-openai/dialect.js'
import { Restoring } from '../src/release/restoring.js'
import type { ChannelKind, Dialect, Lens, TextGuard, VaultSession } from '../src/spec/index.js'
import { Finder } from '../src/vault/finder.js'
import { transcript } from './event-stream.js'
import { run } from './guards.js'
import { permitted } from './verdicts.js'

// Streams of the dialects' corpora say one of two words, cut over events: here it is a placeholder.

const VALUE = 'ann@example.com'
const WORDS = ['PASSWORD', 'SECRET']
const WORD = /(?<![A-Za-z0-9])(?:PASSWORD|SECRET)(?![A-Za-z0-9])/gi

const ADAPTERS = new URL('../src/adapters/', import.meta.url).pathname
const STREAMS: readonly (readonly [corpus: string, dialect: Dialect, path: RegExp])[] = [
  ['dialect-openai/chat', createOpenAiDialect(), /chat\/completions$/],
  ['dialect-openai/responses', createOpenAiDialect(), /\/responses$/],
  ['dialect-openai/completions', createOpenAiDialect(), /v1\/completions$/],
  ['dialect-anthropic', createAnthropicDialect(), /\/messages$/],
  ['dialect-gemini', createGeminiDialect(), /v1beta.*:streamGenerateContent$/],
  ['dialect-bedrock/converse', createBedrockDialect(), /\/converse-stream$/],
]
/** Corpora in which a signature vouches for what the model thought. */
const SIGNED: ReadonlySet<string> = new Set(['dialect-anthropic', 'dialect-gemini', 'dialect-bedrock/converse'])

/** A stream as it came; a transcript of binary messages is put into their frames. */
function bytesOf(corpus: string, file: Buffer): Buffer {
  return corpus.startsWith('dialect-bedrock') ? transcript(file.toString()) : file
}

const finder = new Finder<string>()
for (const word of WORDS) finder.set(word, VALUE)
const session: VaultSession = {
  types: () => ['pii.email'],
  tokenize: (_, value) => value,
  isKept: true,
  keep: async () => 'kept',
  scan(text, from, ended) {
    const { spots, hold } = finder.scan(text, from, ended)
    return { found: spots.map(({ start, end, what }) => ({ start, end, type: 'pii.email', value: what })), hold }
  },
}

interface Heard extends ChannelKind {
  before: string
  after: string
}

/** What goes into restoring and comes out of it, by channel. */
function heard(lens: Lens, stream: Buffer, ...sources: readonly string[]): readonly Heard[] {
  const restoring = new Restoring(session, () => permitted(...sources))
  const all: Heard[] = []
  const guard = (channel: ChannelKind): TextGuard => {
    const one: Heard = { ...channel, before: '', after: '' }
    all.push(one)
    const inner: TextGuard = {
      push(text) {
        one.before += text
        return text
      },
      end: () => '',
      held: 0,
    }
    const outer = restoring.guard(channel, inner)
    const say = (out: ReturnType<TextGuard['push']>): ReturnType<TextGuard['push']> => {
      if (typeof out === 'string') one.after += out
      return out
    }
    return { push: (text) => say(outer.push(text)), end: () => say(outer.end()), held: 0 }
  }
  expect(run(lens.openStream({ guard }), [stream]).refusal).toBeUndefined()
  return all
}

describe.each(STREAMS)('streams of %s', (corpus, dialect, path) => {
  const lens = dialect.endpoints.find((one) => path.test(one.path))?.lens
  const folder = join(ADAPTERS, corpus, 'corpus')
  const streams = readdirSync(folder).map((name) => [name, bytesOf(corpus, readFileSync(join(folder, name)))] as const)
  const whole = streams.filter(([name]) => !name.startsWith('failed') && !name.startsWith('incomplete'))

  test('are restored in every channel that no signature vouches for, and in calls of tools only where policy names them [vault.sinks]', () => {
    if (lens === undefined) throw new Error('no such endpoint')
    let texts = 0
    let calls = 0
    let sealed = 0
    for (const [, stream] of whole) {
      for (const { role, before, after, isSealed } of heard(lens, stream, 'restore:url')) {
        const isCall = role === 'tool-call'
        expect(after).toBe(isCall || isSealed === true ? before : before.replaceAll(WORD, VALUE))
        const times = before.match(WORD)?.length ?? 0
        if (isSealed === true) sealed += times
        if (isCall) calls += times
        else texts += times
      }
      for (const { before, after, isSealed } of heard(lens, stream, 'restore:url', 'restore:tool-arguments')) {
        expect(after).toBe(isSealed === true ? before : before.replaceAll(WORD, VALUE))
      }
    }
    expect(texts).toBeGreaterThan(0)
    expect(sealed > 0).toBe(SIGNED.has(corpus))
    if (whole.some(([name]) => name.startsWith('tools'))) expect(calls).toBeGreaterThan(0)
  })
})

describe('whole answers', () => {
  const said = 'the PASSWORD'
  const ANSWERS: readonly (readonly [string, Dialect, RegExp, (thought: string, text: string) => object])[] = [
    [
      'anthropic',
      createAnthropicDialect(),
      /\/messages$/,
      (thinking, text) => ({
        content: [
          { type: 'thinking', thinking, signature: 'c2ln' },
          { type: 'text', text },
        ],
      }),
    ],
    [
      'gemini',
      createGeminiDialect(),
      /v1beta.*:generateContent$/,
      (thought, text) => ({
        candidates: [
          {
            content: {
              parts: [
                { text: thought, thought: true, thoughtSignature: 'c2ln' },
                { text, thoughtSignature: 'c2ln' },
              ],
            },
          },
        ],
      }),
    ],
    [
      'bedrock',
      createBedrockDialect(),
      /\/converse$/,
      (thought, text) => ({
        output: {
          message: {
            role: 'assistant',
            content: [{ reasoningContent: { reasoningText: { text: thought, signature: 'c2ln' } } }, { text }],
          },
        },
      }),
    ],
  ]

  test.each(ANSWERS)(
    'of %s are restored but for what a signature vouches for [vault.sinks]',
    (_, dialect, path, answer) => {
      const lens = dialect.endpoints.find((one) => path.test(one.path))?.lens
      const read = lens?.readAnswer(Buffer.from(JSON.stringify(answer(said, said))))
      if (read?.kind !== 'proceed') throw new Error('refused')
      const edits = new Restoring(session, () => permitted()).edits(read.value.parts, [])
      expect(JSON.parse(String(read.value.edit(edits)))).toEqual(answer(said, `the ${VALUE}`))
    },
  )
})
