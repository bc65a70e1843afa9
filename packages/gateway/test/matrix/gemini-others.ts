import { absent, inBase64, nothing, type Row, type Surface, said } from './fields.js'
import { at, failed, GEMINI_GENERATE, inline, MODEL, USER } from './gemini.js'

/** Of an endpoint whose answers are numbers. */
function plain(
  title: string,
  method: string,
  rows: Pick<Surface, 'asking' | 'attaching' | 'request'>,
  body: object,
): Surface {
  const { streamPath: _, attaching: _none, ...rest } = GEMINI_GENERATE
  return {
    ...rest,
    ...(rows.attaching === undefined ? {} : { attaching: rows.attaching }),
    asking: rows.asking,
    request: rows.request,
    title,
    path: at(method),
    answer: {
      ...nothing('answers are numbers'),
      unknown: [(text) => ({ ...body, novel: said(text) })],
      names: [(text) => ({ ...body, novel: { [said(text)]: 1 } })],
      errors: [failed],
    },
    stream: nothing('never streams'),
  }
}

const COUNT = plain('Gemini countTokens', 'countTokens', GEMINI_GENERATE, { totalTokens: 7 })

type Embeds = (content: object, more?: object) => object

function embedding(title: string, method: string, asks: Embeds, body: object): Surface {
  const file = (data: string): object => asks({ parts: [inline('text/plain', data)] })
  const request: Row = {
    ...nothing('one plain text'),
    user: absent('see its input below'),
    choices: absent('only answers have them'),
    unknown: [(text) => asks(USER, { novel: { deep: [said(text)] } })],
    names: [(text) => asks(USER, { novel: { [said(text)]: 1 } })],
    textFiles: [(text) => file(inBase64(said(text)))],
    otherFiles: [() => asks({ parts: [inline('image/png', 'iVBORw0KGgo=')] })],
    kept: [() => asks({ parts: [{ fileData: { mimeType: 'text/plain', fileUri: 'https://x.example/files/1' } }] })],
    input: [
      (text) => asks({ parts: [{ text: said(text) }] }),
      (text) => asks({ parts: { text: said(text) } }),
      (text) => asks(USER, { title: said(text) }),
    ],
    events: absent('only streams have events'),
    errors: absent('only answers have them'),
  }
  return plain(title, method, { asking: asks(USER), attaching: file, request }, body)
}

const VALUES = { values: [0.5, -0.25] }

export const GEMINI_OTHERS: readonly Surface[] = [
  COUNT,
  embedding('Gemini embedContent', 'embedContent', (content, more) => ({ content, ...more }), { embedding: VALUES }),
  embedding(
    'Gemini batchEmbedContents',
    'batchEmbedContents',
    (content, more) => ({ requests: [{ model: `models/${MODEL}`, content, ...more }] }),
    { embeddings: [VALUES] },
  ),
]
