import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import type { AnswerView } from '../../spec/dialect.js'
import { createGeminiDialect } from './dialect.js'

const dialect = createGeminiDialect()
const at = (does: string) => lensAt(dialect, `/gemini/v1/models/{model}:${does}`)

function view(body: unknown, does = 'generateContent'): AnswerView {
  const got = at(does).readAnswer(Buffer.from(JSON.stringify(body)))
  if (got.kind === 'refuse') throw new Error(got.forLog)
  return got.value
}

function answer(parts: readonly object[], more: object = {}): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0, ...more }],
    usageMetadata: {
      promptTokenCount: 19,
      toolUsePromptTokenCount: 5,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 12,
      totalTokenCount: 66,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 19 }],
    },
    modelVersion: 'gemini-2.5-flash',
    responseId: 'mLr3aJ2SLrOZ7M8P5ovrkAg',
  }
}

const said = (body: unknown): string[] =>
  view(body).parts.map(({ role, isName, text }) => `${role} ${isName ? 'NAME' : text}`)

describe('readAnswer', () => {
  test('gives every text of a candidate, with its role', () => {
    const parts = [
      { text: 'thought', thought: true },
      { text: 'said', thoughtSignature: 'c2ln' },
      { functionCall: { name: 'f', args: { a: 'arg', b: 12345678 } }, thoughtSignature: 'c2ln' },
      { executableCode: { language: 'PYTHON', code: 'code' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: 'output' } },
      { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
      { inlineData: { mimeType: 'text/plain', data: Buffer.from('in a file').toString('base64') } },
      { odd: 'new' },
    ]
    expect(said(answer(parts))).toEqual([
      ...['reasoning thought', 'assistant said', 'tool-call f', 'tool-call NAME', 'tool-call arg', 'tool-call NAME'],
      ...['tool-call 12345678', 'tool-call code', 'tool output', 'assistant in a file', 'unknown NAME', 'unknown new'],
    ])
  })

  test('gives what is said about an answer', () => {
    const more = {
      finishMessage: 'because',
      citationMetadata: {
        citationSources: [{ startIndex: 0, endIndex: 4, uri: 'https://example.com/a', license: 'mit' }],
      },
      groundingMetadata: {
        searchEntryPoint: { renderedContent: '<b>chip</b>', sdkBlob: 'W10=' },
        groundingChunks: [{ web: { uri: 'https://example.com/b', title: 'title' } }],
        groundingSupports: [{ segment: { startIndex: 0, endIndex: 4, text: 'said' }, groundingChunkIndices: [0] }],
        webSearchQueries: ['asked'],
      },
      urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'https://example.com/c', urlRetrievalStatus: 'OK' }] },
      safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' }],
    }
    const texts = view(answer([{ text: 'said' }], more))
      .parts.filter(({ isName }) => !isName)
      .map(({ text }) => text)
    expect(texts).toEqual([
      ...['said', 'because', 'https://example.com/a', 'mit', '<b>chip</b>', 'https://example.com/b', 'title', 'said'],
      ...['asked', 'https://example.com/c'],
    ])
  })

  test('gives why a prompt was refused, and the text of an error', () => {
    const refused = { promptFeedback: { blockReason: 'OTHER', blockReasonMessage: 'your words' } }
    expect(view(refused).parts.map((one) => one.address)).toEqual(['/promptFeedback/blockReasonMessage'])
    const violation = { field: 'contents', description: 'bad: hi' }
    const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] }]
    const error = { code: 400, message: 'no such thing', status: 'INVALID_ARGUMENT', details }
    const texts = view({ error })
      .parts.filter(({ isName }) => !isName)
      .map(({ text }) => text)
    expect(texts).toEqual(['no such thing', 'contents', 'bad: hi'])
  })

  test('counts what tools brought in, and thoughts', () => {
    expect(view(answer([])).usage).toEqual({ inputTokens: 24, outputTokens: 42 })
    expect(view({ usageMetadata: { promptTokenCount: -1 } }).usage).toEqual({ inputTokens: 0, outputTokens: 0 })
    expect(view({ error: {} }).usage).toBeUndefined()
    expect(view({ totalTokens: 31 }, 'countTokens').usage).toBeUndefined()
  })

  test('an edit takes with it what repeats the text in another form', () => {
    const chosen = { token: 'SEC', tokenId: 7, logProbability: -0.5 }
    const more = {
      avgLogprobs: -0.5,
      logprobsResult: { topCandidates: [{ candidates: [chosen] }], chosenCandidates: [chosen] },
      groundingMetadata: {
        searchEntryPoint: { renderedContent: 'x', sdkBlob: Buffer.from('SECRET').toString('base64') },
      },
    }
    const { parts, edit } = view(answer([{ text: 'SECRET', thoughtSignature: 'c2ln' }], more))
    const index = parts.findIndex(({ text }) => text === 'SECRET')
    const [candidate] = JSON.parse(String(edit([{ index, text: '[gone]' }]))).candidates
    expect(candidate).toMatchObject({
      content: { parts: [{ text: '[gone]', thoughtSignature: 'c2ln' }] },
      logprobsResult: null,
      avgLogprobs: -0.5,
      groundingMetadata: { searchEntryPoint: { renderedContent: 'x', sdkBlob: '' } },
    })
  })

  test('takes the signature of a thought with it, and no other [content.seals]', () => {
    const thought = (text: string) => ({ text, thought: true, thought_signature: 'c2ln' })
    const { parts, edit } = view(
      answer([thought('SECRET'), thought('fine'), { text: 'SECRET', thoughtSignature: 'c2ln' }]),
    )
    expect(parts.filter(({ isSealed }) => isSealed).map(({ text }) => text)).toEqual(['SECRET', 'fine'])
    const edits = parts.flatMap(({ text }, index) => (text === 'SECRET' ? [{ index, text: '[gone]' }] : []))
    const [candidate] = JSON.parse(String(edit(edits))).candidates
    expect(candidate.content.parts).toEqual([
      { text: '[gone]', thought: true, thought_signature: '' },
      thought('fine'),
      { text: '[gone]', thoughtSignature: 'c2ln' },
    ])
  })

  test('takes the signature that closes thoughts with any of them, as in a stream', () => {
    const said = (text: string) => ({ text, thought: true })
    const closed = (text: string, thoughtSignature: string) => ({ ...said(text), thoughtSignature })
    const call = { functionCall: { name: 'f', args: {} }, thoughtSignature: 'c2ln' }
    const all = [
      closed('a', 'b25l'),
      said('SECRET'),
      call,
      said('b'),
      closed('', 'dHdv'),
      said('c'),
      closed('d', 'dHJl'),
    ]
    const { parts, edit } = view(answer(all))
    const index = parts.findIndex(({ text }) => text === 'SECRET')
    const [candidate] = JSON.parse(String(edit([{ index, text: '[gone]' }]))).candidates
    expect(candidate.content.parts).toEqual([
      ...[all[0], said('[gone]'), call, said('b')],
      ...[closed('', ''), said('c'), closed('d', 'dHJl')],
    ])
  })

  test('takes time with its length, however many thoughts are signed', () => {
    const signed = { text: 'a', thought: true, thoughtSignature: 'c2ln' }
    const { edit } = view(answer(Array.from({ length: 50_000 }, () => signed)))
    const from = performance.now()
    expect(String(edit([{ index: 0, text: '[gone]' }]))).toContain('"thoughtSignature":""')
    expect(performance.now() - from).toBeLessThan(4000)
  })

  test('of nothing edited is the same bytes', () => {
    const body = Buffer.from(
      JSON.stringify(answer([{ text: 'é' }], { logprobsResult: { chosenCandidates: [] } }), null, 1),
    )
    const got = at('generateContent').readAnswer(body)
    expect(got.kind === 'proceed' && got.value.edit([])).toBe(body)
  })

  test('of embeddings is numbers', () => {
    const { parts } = view({ embeddings: [{ values: [0.123456789, 1234567890] }] }, 'batchEmbedContents')
    expect(parts).toEqual([])
  })
})
