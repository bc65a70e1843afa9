import { entriesOf } from './demo-log.js'
import { exchange } from './demo-record.js'
import { ask, failure, MODEL, type Story } from './demo-story.js'
import { OUTSIDE_MODEL } from './dev-config.js'
import { HANDBOOK } from './dev-handbook.js'

const QUESTION = 'night duty pay'

const [SALARY, EMAIL] = ['43100', 'ida.holm@linden.example']

/** One question of two people; and what the one has read decides where she may go with it. */
export async function identityBound(story: Story): Promise<void> {
  const { title, say, must } = story
  title('one question, two answers: alice and bob ask the handbook, and then a model outside')
  const [hers, his] = [await search(story, 'alice'), await search(story, 'bob')]
  say('both ask', QUESTION)
  for (const one of hers.results) say('alice finds', textOf(one))
  for (const one of his.results) say('bob finds', textOf(one))
  const finds = ({ results }: Searched, title: string): boolean => results.some((one) => one.title === title)
  must(finds(hers, 'Pay bands') && !finds(his, 'Pay bands'), 'bob finds what is for analysts')
  must(finds(his, 'Calls at night') && !finds(hers, 'Calls at night'), 'alice finds what is for support')
  must(
    hers.text.includes(SALARY) && hers.text.includes(EMAIL),
    'alice does not see all that is known of whom she found',
  )
  must(!his.text.includes(SALARY) && !his.text.includes(EMAIL), 'bob sees what is kept from him')
  must(!his.text.includes('"salary"') && his.text.includes('"email":"***"'), 'bob does not see what policy leaves him')

  const denied = await failure(ask(story.client('alice'), 'Sum it up.', OUTSIDE_MODEL))
  say('alice then', `${OUTSIDE_MODEL}: ${denied.status} ${denied.code}: ${denied.message.replace(/^\d+ /, '')}`)
  must(denied.status === 403 && denied.code === 'forbidden_by_policy', 'what alice has read may leave the house')
  must(denied.message.includes('restricted data'), 'alice is not told why')
  const home = await answered(story, 'alice', MODEL)
  await answered(story, 'bob', OUTSIDE_MODEL)

  must((await gathered(story, 'alice', hers)).includes('restricted'), 'the log lacks what alice has read')
  must(!(await gathered(story, 'bob', his)).includes('restricted'), 'bob counts as one who has read it')
  const { determining, labels } = await whyRefused(story, denied.requestID ?? '')
  must(determining.join() === 'restricted-stays-in-the-house', 'the log does not say what forbids it')
  must(labels.includes('restricted'), 'the log does not say for which label')
  must((await labelsOf(story, home)).after.includes('restricted'), 'alice no longer counts as one who has read it')
}

/** @returns the request's id */
async function answered(story: Story, as: string, model: string): Promise<string> {
  const messages = [{ role: 'user' as const, content: 'Sum it up.' }]
  const { read, requestId } = await exchange(story, story.client(as), { model, messages })
  story.must(read.includes('I was shown'), `${as} is not answered by ${model}`)
  story.say(`${as} then`, `${model}: 200`)
  return requestId
}

/** The labels that a search brought. */
async function gathered({ dataDir, say }: Story, who: string, { requestId }: Searched): Promise<readonly string[]> {
  const { data, index } = (await entriesOf(dataDir, requestId)).outcome
  const { labels_brought = [] } = data.unmapped as { readonly labels_brought?: readonly string[] }
  say('in the log', `${who}'s search, entry ${index}: ${JSON.stringify({ labels_brought })}`)
  return labels_brought
}

interface Why {
  readonly determining: readonly string[]
  /** That the policies read. */
  readonly labels: readonly string[]
}

interface Decided {
  readonly determining: readonly string[]
  readonly inputs: { readonly context: { readonly labels: readonly string[] } }
}

async function whyRefused({ dataDir, say }: Story, requestId: string): Promise<Why> {
  const { data, index } = (await entriesOf(dataDir, requestId)).outcome
  const { determining, inputs } = data.unmapped['decided'] as Decided
  const why = { determining, labels: inputs.context.labels }
  say('in the log', `her refusal, entry ${index}: ${JSON.stringify(why)}`)
  return why
}

interface Labels {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

async function labelsOf({ dataDir, say }: Story, requestId: string): Promise<Labels> {
  const { intent } = await entriesOf(dataDir, requestId)
  const { labels = { before: [], after: [] } } = (intent?.data.unmapped ?? {}) as { readonly labels?: Labels }
  say('in the log', `${MODEL}, entry ${intent?.index}: ${JSON.stringify({ labels })}`)
  return labels
}

interface Searched {
  readonly requestId: string
  /** The whole answer. */
  readonly text: string
  readonly results: readonly Found[]
}

interface Found {
  readonly title: string
  readonly classification: string
  readonly categories: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

async function search({ house, must }: Story, as: 'alice' | 'bob'): Promise<Searched> {
  const answer = await fetch(`${house.running.gateway.url}/v1/datasets/${HANDBOOK}/search`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await house.issuer.token({ as, scope: 'datasets:read' })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query: QUESTION }),
  })
  const text = await answer.text()
  must(answer.status === 200, `${as} was not answered`)
  const { results } = JSON.parse(text) as Pick<Searched, 'results'>
  return { requestId: answer.headers.get('x-request-id') ?? '', text, results }
}

function textOf({ title, classification, categories, attributes }: Found): string {
  const known = Object.entries(attributes).map(([name, value]) => `, ${name} ${value}`)
  return `${title} (${[classification, ...categories].join(', ')})${known.join('')}`
}
