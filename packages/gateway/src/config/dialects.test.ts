import { expect, test } from 'vitest'
import { GUIDE_ENTRIES, loadSections } from '../../test/declared.js'
import { createAnthropicDialect } from '../adapters/dialect-anthropic/dialect.js'
import { createBedrockDialect } from '../adapters/dialect-bedrock/dialect.js'
import { createGeminiDialect } from '../adapters/dialect-gemini/dialect.js'
import { createOpenAiDialect } from '../adapters/dialect-openai/dialect.js'
import { DIALECTS } from './config.js'
import { OWN_PATHS } from './dialect-relations.js'

const BUILT_IN = [createOpenAiDialect(), createAnthropicDialect(), createGeminiDialect(), createBedrockDialect()]

test('what is built in is known by its name and its prefix', () => {
  expect(BUILT_IN.map((one) => one.name)).toEqual([...DIALECTS])
  for (const { endpoints, prefix } of BUILT_IN) {
    for (const path of [prefix, ...endpoints.map((one) => one.path)]) expect(OWN_PATHS).toContain(path.split('/')[1])
  }
})

test.each([...GUIDE_ENTRIES].map(([title, entry]) => ({ title, entry })))(
  'the guide’s entry $title is taken without a word',
  ({ entry }) => {
    expect(loadSections(entry).said).toEqual([])
  },
)

/** The dialect in lines, each a fault's place. */
function faults(endpoint: string, dialect = '', others = ''): readonly string[] {
  return loadSections(`dialects:
  - name: plain
    endpoints:
      - ${endpoint}
${dialect}providers: [{ name: p, dialect: plain, baseUrl: "https://p.example" }]
models: [{ name: m, provider: p }]
${others}`).said
}

const OK = '{ path: /ask, model: { member: /model } }'

test('an endpoint may say no more than where it is and where its model is named', () => {
  expect(faults(OK)).toEqual([])
})

test.each([
  ['no endpoint', 'endpoints: []', '3:16 dialects[0].endpoints: must not be an empty list'],
  [
    'a stream without its end',
    '- { path: /a, model: { member: /model }, stream: { framing: sse } }',
    '4:48 missing `end` in `dialects[0].endpoints[0].stream`',
  ],
  [
    'a framing of no kind',
    '- { path: /a, model: { member: /model }, stream: { framing: grpc, end: close } }',
    '4:67 dialects[0].endpoints[0].stream.framing: must be one of `sse`, `ndjson`, not `grpc`',
  ],
  [
    'a path that is none',
    '- { path: ask, model: { member: /model } }',
    '4:17 dialects[0].endpoints[0].path: write a path such as /generate, with {model} for a name, not `ask`',
  ],
  [
    'a query in a path',
    '- { path: "/ask?x=1", model: { member: /model } }',
    '4:17 dialects[0].endpoints[0].path: write a path such as /generate, with {model} for a name, not `/ask?x=1`',
  ],
  [
    'a model in a path that has no place for it',
    '- { path: /ask, model: path }',
    '4:17 dialects[0].endpoints[0].path: write {model} once where the model is named, not `/ask`',
  ],
  [
    'two places for a model',
    '- { path: "/{model}/{model}", model: path }',
    '4:17 dialects[0].endpoints[0].path: write {model} once where the model is named, not `/{model}/{model}`',
  ],
  [
    'a place that nobody reads',
    '- { path: "/{model}", model: { member: /model } }',
    '4:17 dialects[0].endpoints[0].path: model says another place, not `/{model}`',
  ],
  [
    'a member that is no path',
    '- { path: /a, model: { member: model } }',
    '4:38 dialects[0].endpoints[0].model.member: write a path such as /message/content, not `model`',
  ],
  [
    'a member with a star',
    '- { path: /a, model: { member: "/x/*" } }',
    '4:38 dialects[0].endpoints[0].model.member: write a path such as /message/content, without `*`, not `/x/*`',
  ],
  [
    'a number in a pattern',
    '- { path: /a, model: { member: /m }, request: { text: { /x/0/y: user } } }',
    '4:71 dialects[0].endpoints[0].request.text./x/0/y: write `*` for the items of a list, not a number, not `user`',
  ],
  [
    'a role of no kind',
    '- { path: /a, model: { member: /m }, request: { text: { /x: human } } }',
    '4:67 dialects[0].endpoints[0].request.text./x: must be one of `system`, `user`, `assistant`, `reasoning`, `tool-call`, `tool`, `tool-definition`, `unknown`, not `human`',
  ],
  [
    'what is text and opaque',
    '- { path: /a, model: { member: /m }, request: { text: { /x: user }, opaque: { /x: id } } }',
    '4:89 dialects[0].endpoints[0].request.opaque./x: what is opaque is no text: this path stands in another list too, not `id`',
  ],
  [
    'system text that is no member of the body',
    '- { path: /a, model: { member: /m }, request: { system: /x/y } }',
    '4:63 dialects[0].endpoints[0].request.system: write a member of the body itself, such as /system, not `/x/y`',
  ],
  [
    'an end of a block that nothing tells',
    '- { path: /a, model: { member: /m }, stream: { framing: sse, end: close, ends: [{ member: /t, is: x }] } }',
    '4:86 dialects[0].endpoints[0].stream.ends: nothing tells which block is over: write index too',
  ],
  [
    'names of events in lines',
    '- { path: /a, model: { member: /m }, stream: { framing: ndjson, end: { data: x }, events: [a] } }',
    '4:97 dialects[0].endpoints[0].stream.events: events have names in sse alone',
  ],
  [
    'a key that is misspelt',
    '- { path: /a, modle: { member: /m } }',
    '4:21 unknown key `modle` in `dialects[0].endpoints[0]` (did you mean `model`?)',
  ],
])('%s is a fault, and has its place', (_what, endpoint, fault) => {
  const said = loadSections(`dialects:
  - name: plain
    ${endpoint.startsWith('-') ? `endpoints:\n      ${endpoint}` : endpoint}
providers: [{ name: p, dialect: plain, baseUrl: "https://p.example" }]
models: [{ name: m, provider: p }]
`).said
  expect(said).toContain(fault)
})

test.each([
  ['/ask', '/ask', true],
  ['/ask', '/ask/more', false],
  ['/{model}', '/{model}:predict', true],
  ['/{model}:predict', '/{model}:explain', false],
  ['/v1/{model}', '/v2/{model}', false],
  ['/{model}', '/fixed', false],
])('endpoints at %s and %s', (one, other, clash) => {
  const written = (path: string) => `{ path: "${path}", model: ${path.includes('{') ? 'path' : '{ member: /model }'} }`
  const said = faults(`${written(one)}\n      - ${written(other)}`)
  expect(said).toEqual(
    clash
      ? [
          `5:17 dialects[0].endpoints[1].path: a path of \`${other}\` may be one of \`${one}\` too: nobody could tell which is meant`,
        ]
      : [],
  )
})

test.each([
  ['/v1/', "5:13 dialects[0].prefix: paths below `/v1/` are the gateway's own: write another prefix"],
  ['/gemini/x/', "5:13 dialects[0].prefix: paths below `/gemini/x/` are the gateway's own: write another prefix"],
  ['/oauth/', "5:13 dialects[0].prefix: paths below `/oauth/` are the gateway's own: write another prefix"],
  ['plain', '5:13 dialects[0].prefix: write a path with a slash at both ends, such as /ollama/, not `plain`'],
])('the prefix %s is a fault', (prefix, fault) => {
  expect(faults(OK, `    prefix: ${prefix}\n`)).toContain(fault)
})

test('dialects keep out of each other’s paths and names', () => {
  const other = (name: string, prefix: string) => `  - { name: ${name}, prefix: ${prefix}, endpoints: [${OK}] }\n`
  expect(faults(OK, other('plain', '/other/'))).toContain(
    '5:13 dialects[1].name: the name `plain` stands twice in dialects',
  )
  expect(faults(OK, other('other', '/plain/more/'))).toContain(
    '5:28 dialects[1].prefix: paths below `/plain/more/` are also those of dialect `plain`',
  )
  expect(faults(OK, other('gemini', '/g/'))).toContain(
    "5:13 dialects[1].name: `gemini` is a dialect of the gateway's own",
  )
  expect(faults(OK, other('unused', '/unused/'))).toEqual(['5:13 dialects[1].name: no provider speaks `unused`'])
})

test('a provider speaks what there is', () => {
  const said = loadSections(`dialects: [{ name: plain, endpoints: [${OK}] }]
providers: [{ name: p, dialect: plian, baseUrl: "https://p.example" }]
models: [{ name: m, provider: p }]
`).said
  expect(said).toContain(
    `2:33 providers[0].dialect: must be one of ${[...DIALECTS, 'plain'].map((one) => `\`${one}\``).join(', ')}, not \`plian\` (did you mean \`plain\`?)`,
  )
})

test('a model that an endpoint serves alone must be one of its own', () => {
  expect(faults('{ path: /a, model: { fixed: n } }')).toEqual([
    '4:37 dialects[0].endpoints[0].model.fixed: no model of dialect `plain` is named `n` (did you mean `m`?)',
  ])
  expect(faults('{ path: /a, model: { fixed: m } }')).toEqual([])
})

test('a stream that looks like any answer, and one whose tear nobody sees, are told', () => {
  const stream = (more: string) => faults(`{ path: /a, model: { member: /m }, stream: { framing: ndjson, ${more} } }`)
  expect(stream('end: close')).toEqual([
    '4:76 dialects[0].endpoints[0].stream.end: close: an answer that was torn on the way looks whole',
  ])
  expect(stream('end: { data: x }, contentType: application/json, asked: { member: /s }')).toEqual([
    '4:102 dialects[0].endpoints[0].stream.contentType: answers that are no streams are of this type too: nobody could tell one from the other',
  ])
  expect(stream('end: { data: x }, contentType: application/json')).toEqual([])
})

test('a refusal says its code', () => {
  expect(faults(OK, '    refusal: { oops: "{message}" }\n')).toEqual([
    '5:14 dialects[0].refusal: write {code} somewhere: without it nobody can tell refusals apart',
  ])
})
