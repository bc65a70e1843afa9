import { closeAll, datasetsOf, type HeldDatasets } from '../compose/datasets.js'
import type { Config } from '../config/config.js'
import type { Clock, Document, Reader } from '../spec/index.js'
import { CommandError } from './output.js'

/** What `dev` calls its documents. */
export const HANDBOOK = 'handbook'

/** Its section in the configuration: of what is known of staff, each is classified by itself. */
export const HANDBOOK_SETTINGS: Readonly<Record<string, unknown>> = {
  name: HANDBOOK,
  owner: 'linden-clinic',
  classification: 'internal',
  documents: {
    store: 'sqlite:./handbook.db',
    attributes: {
      office: 'internal',
      email: { classification: 'confidential', categories: ['pii'] },
      salary: { classification: 'restricted', categories: ['finance'] },
    },
  },
}

/** Puts the documents into a handbook that has none: at the first start, or once all of them were deleted. */
export async function fillHandbook(config: Config, clock: Clock, report: (text: string) => void): Promise<void> {
  const held: HeldDatasets = new Map()
  const { datasets, settle } = await datasetsOf(config, { clock, report }, held)
  await settle()
  try {
    const source = datasets.get(HANDBOOK)?.source
    if (source?.kind !== 'documents') throw new CommandError('the handbook has no documents')
    if ((await source.documents.classes()).length === 0) await source.documents.put(DOCUMENTS)
  } finally {
    await closeAll(held.values())
  }
}

type Written = Pick<Document, 'id' | 'title' | 'text'> & Partial<Pick<Document, 'attributes'>>

function documents(
  level: string,
  categories: readonly string[],
  readers: readonly Reader[],
  all: readonly Written[],
): readonly Document[] {
  return all.map((one) => ({ attributes: {}, ...one, classification: { level, categories }, readers }))
}

/** Of a clinic that is made up, as is everybody there. */
const DOCUMENTS: readonly Document[] = [
  ...documents(
    'public',
    [],
    ['*'],
    [
      {
        id: 'visits',
        title: 'Visits',
        text: 'Visitors are welcome from two to eight, in the children’s ward at any time.',
      },
      { id: 'parking', title: 'Parking', text: 'Cars stand behind the north wing. The first hour is free.' },
    ],
  ),
  ...documents(
    'internal',
    [],
    ['*'],
    [
      { id: 'hygiene', title: 'Hands', text: 'Hands are washed before and after each patient, gloves or none.' },
      { id: 'night', title: 'Night duty', text: 'Night duty is from nine to six. The desk by the gate has the keys.' },
      {
        id: 'staff-1',
        title: 'Ida Holm, night desk',
        text: 'Has night duty from Monday to Thursday.',
        attributes: { office: '0.12', email: 'ida.holm@linden.example', salary: '43100' },
      },
      {
        id: 'staff-2',
        title: 'Jonas Reuter, pharmacist',
        text: 'Answers for the stock room, and orders on Tuesdays.',
        attributes: { office: '1.04', email: 'jonas.reuter@linden.example', salary: '61700' },
      },
      {
        id: 'staff-3',
        title: 'Mara Lind, head of nursing',
        text: 'Plans who works when, three weeks ahead.',
        attributes: { office: '2.20', email: 'mara.lind@linden.example', salary: '68400' },
      },
    ],
  ),
  ...documents(
    'internal',
    [],
    ['group:support'],
    [
      {
        id: 'calls',
        title: 'Calls at night',
        text: 'Who rings at night is put through to night duty, never to a ward.',
      },
      { id: 'refunds', title: 'Refunds', text: 'A bill that was paid twice is paid back within ten days.' },
    ],
  ),
  ...documents(
    'confidential',
    [],
    ['group:analysts'],
    [{ id: 'beds', title: 'Beds', text: 'Nine beds in ten were taken last winter, and seven in ten last summer.' }],
  ),
  ...documents(
    'restricted',
    ['finance'],
    ['group:analysts'],
    [
      { id: 'pay', title: 'Pay bands', text: 'Night duty adds a fifth to the pay of bands two to five.' },
      {
        id: 'wing',
        title: 'The north wing',
        text: 'The north wing is to be sold next spring. Staff are told in March.',
      },
    ],
  ),
]
