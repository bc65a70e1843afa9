import { patientAt } from './patients.js'
import { EFFECTS, type Sink, WAYS_OUT } from './sinks.js'
import { SOURCES } from './sources.js'
import type { By, Step, Story } from './story.js'

// What people do all day, and what tainting all that is read would stop.

const HARMLESS: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
  { name: 'public handbook', steps: [{ do: 'search', dataset: 'handbook', text: 'leave' }] },
  { name: 'internal handbook', steps: [{ do: 'search', dataset: 'handbook', text: 'canteen' }] },
  { name: 'standard contract', steps: [{ do: 'search', dataset: 'contracts', text: 'delivery' }] },
  { name: 'products', steps: [{ do: 'query', dataset: 'products', sql: 'SELECT name, stock FROM products' }] },
  {
    name: 'wards',
    steps: [{ do: 'query', dataset: 'patients', sql: 'SELECT ward, count(*) FROM patients GROUP BY ward' }],
  },
  {
    name: 'a search without hits among contracts',
    steps: [{ do: 'search', dataset: 'contracts', text: 'giraffe', finds: false }],
  },
]

const SAYS = ['Thirty days of leave, and soup on Mondays: please write it up.']

/** What is nobody's secret goes anywhere. */
function published(): readonly Story[] {
  const sinks: readonly Sink[] = [
    ...WAYS_OUT,
    ...EFFECTS.filter(({ name }) =>
      ['customer update', 'file deletion', 'hosted search (responses)', 'stored exchange'].includes(name),
    ),
  ]
  return HARMLESS.flatMap(({ name, steps }, at) =>
    sinks
      .filter((_, nth) => nth % 2 === at % 2)
      .map((sink) => ({ name: `${name} > ${sink.name}`, steps: [...steps, sink.step('self', SAYS)] })),
  )
}

const INSIDE: readonly Step[] = [
  { do: 'ask', dialect: 'chat', model: 'home', texts: ['Sum it up.'] },
  { do: 'ask', dialect: 'responses', model: 'home', texts: ['Sum it up.'] },
  { do: 'ask', dialect: 'messages', model: 'home-claude', texts: ['Sum it up.'] },
  { do: 'ask', dialect: 'embeddings', model: 'home-embed', texts: ['a passage'] },
  { do: 'tool', tool: 'calculator', arguments: '1200 / 12' },
  { do: 'tool', tool: 'update-customer', arguments: { id: 7, status: 'seen' } },
  { do: 'search', dataset: 'handbook', text: 'leave' },
]

/** Confidential data is worked on inside. */
function keptInside(): readonly Story[] {
  return SOURCES.filter(({ brings }) => brings === 'confidential').flatMap((source, at) =>
    INSIDE.filter((_, nth) => (nth + at) % 2 === 0).map(
      (step, nth): Story => ({
        name: `${source.name} > inside: ${nameOf(step)}`,
        steps: [...source.steps('self', patientAt(at * 10 + nth)), step],
      }),
    ),
  )
}

const ANSWERS: readonly Step[] = [
  { do: 'ask', dialect: 'chat', model: 'cloud', texts: ['What do they say of copper?'] },
  {
    do: 'ask',
    dialect: 'stream',
    model: 'cloud',
    texts: ['What do they say of copper?'],
    more: { tools: [ownTool()] },
  },
  { do: 'ask', dialect: 'messages', model: 'cloud-claude', texts: ['Sum up the news.'] },
  { do: 'ask', dialect: 'embeddings', model: 'cloud-embed', texts: ['news'] },
  { do: 'tool', tool: 'read-calendar', arguments: { day: 'Friday' } },
  { do: 'search', dataset: 'web', text: 'copper' },
]

function ownTool(): object {
  return { type: 'function', function: { name: 'look_up', parameters: { type: 'object', properties: {} } } }
}

/** What came from outside is read, talked about and looked up further. */
function readOn(): readonly Story[] {
  return SOURCES.filter(({ brings }) => brings === 'outside').flatMap((source, at) =>
    ANSWERS.filter((_, nth) => (nth + at) % 2 === 0).map(
      (step): Story => ({
        name: `${source.name} > reads on: ${nameOf(step)}`,
        steps: [...source.steps('self', patientAt(at)), step],
      }),
    ),
  )
}

const CLOUD: Step = { do: 'ask', dialect: 'chat', model: 'cloud', texts: ['Write a limerick.'] }
const MAIL: Step = { do: 'tool', tool: 'send-mail', arguments: { to: 'team', text: 'See you on Friday.' } }
const READS: Step = { do: 'query', dataset: 'patients', sql: 'SELECT phone FROM patients WHERE id = 3' }
const by = (step: Step, who: By): Step => ({ ...step, by: who })

/** One by one. */
const SINGLE: readonly Story[] = [
  {
    name: 'declassified > outside model',
    steps: [READS, { do: 'denied', step: CLOUD }, { do: 'declassify', labels: ['restricted'] }, CLOUD],
  },
  { name: 'declassified > mail', steps: [READS, { do: 'declassify', labels: ['restricted'] }, MAIL] },
  {
    name: 'reviewed page > mail',
    steps: [
      { do: 'search', dataset: 'web', text: 'copper' },
      { do: 'denied', step: MAIL },
      { do: 'declassify', labels: ['untrusted'] },
      MAIL,
    ],
  },
  { name: 'first sent, then read', steps: [MAIL, CLOUD, READS] },
  { name: 'the colleague has read', steps: [by(READS, 'other'), CLOUD, MAIL] },
  { name: "the colleague's agent has read", steps: [by(READS, 'scout-of-other'), by(CLOUD, 'scout')] },
  { name: 'the read was refused', groups: ['interns'], steps: [{ do: 'denied', step: READS }, CLOUD] },
  { name: 'masked for trainees > outside model', groups: ['trainees'], steps: [READS, CLOUD] },
  { name: 'masked for trainees > mail', groups: ['trainees'], steps: [READS, MAIL] },
  {
    name: 'a mail refused does not taint',
    steps: [{ do: 'search', dataset: 'web', text: 'copper' }, { do: 'denied', step: MAIL }, CLOUD],
  },
  ...['yes', '42', 'ward 3', 'Müller', '1985'].map(
    (word): Story => ({
      name: `a common value of a restricted row: ${word}`,
      steps: [
        by(
          { do: 'query', dataset: 'patients', sql: 'SELECT ward, consent, name, born FROM patients WHERE id < 9' },
          'other',
        ),
        { do: 'ask', dialect: 'chat', model: 'cloud', texts: [`Is ${word} a good answer?`] },
      ],
    }),
  ),
  ...['+49 30 1234567', 'DE89 3704 0044 0532 0130 00'].map(
    (own): Story => ({
      name: `one's own value like those: ${own}`,
      steps: [by(READS, 'other'), { do: 'tool', tool: 'send-mail', arguments: { text: `Mine is ${own}.` } }],
    }),
  ),
]

/** What the shipped rules stop though nobody means harm: in the documentation, with the way out. */
const KNOWN_COST: readonly Story[] = [
  { name: 'reads a mail and answers it', steps: [{ do: 'search', dataset: 'mail', text: 'lunch' }, MAIL] },
  {
    name: 'reads a ticket and closes it',
    steps: [
      { do: 'query', dataset: 'tickets', sql: 'SELECT text FROM tickets WHERE id = 2' },
      { do: 'tool', tool: 'update-customer', arguments: { ticket: 2, status: 'closed' } },
    ],
  },
  {
    name: 'searches the web, then asks by an SDK that has answers stored',
    steps: [
      { do: 'search', dataset: 'web', text: 'copper' },
      { do: 'ask', dialect: 'responses', model: 'cloud', texts: ['Sum it up.'], more: { store: true } },
    ],
  },
]

/** Told where labels last a second. */
export const AGED: readonly Story[] = [
  ...SOURCES.filter(({ name }) => ['web search', 'tickets', 'tool result', 'fetched page'].includes(name)).map(
    (source, at) => ({
      name: `${source.name} > aged out > mail`,
      steps: [...source.steps('self', patientAt(at)), { do: 'denied', step: MAIL }, { do: 'wait' }, MAIL] as const,
    }),
  ),
  ...SOURCES.filter(({ brings }) => brings === 'confidential').map((source, at) => ({
    name: `${source.name} > aged out > outside model`,
    steps: [...source.steps('self', patientAt(at)), { do: 'denied', step: CLOUD }, { do: 'wait' }, CLOUD] as const,
  })),
]

export const BENIGN: readonly Story[] = [...published(), ...keptInside(), ...readOn(), ...SINGLE, ...KNOWN_COST]

function nameOf(step: Step): string {
  switch (step.do) {
    case 'ask':
      return `${step.dialect} of ${step.model}`
    case 'tool':
      return step.tool
    case 'search':
    case 'query':
      return step.dataset
    default:
      return step.do
  }
}
