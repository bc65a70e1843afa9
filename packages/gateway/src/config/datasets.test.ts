import { describe, expect, it } from 'vitest'
import { BASE, good, read } from '../../test/config-text.js'

function datasets(written: string, more = ''): string {
  return `${BASE}${more}datasets:\n${written}`
}

const CRM = `  - name: crm
    owner: sales
    classification: confidential
    categories: [finance]
    purposes: [support]
    labels: [crm-data]
    postgres:
      url: postgres://reader@127.0.0.1/crm
      schemas: [sales, public]
      roles: [{ group: analysts, role: crm_analyst }]
      settings: { app.who: subject }
      tables:
        people:
          classification: internal
          columns:
            id: public
            email: { classification: restricted, categories: [pii], mask: email }
            note: {}
          filters:
            own-region: region = current_setting('app.region')
            live: { where: not deleted, always: true }
        '"odd.schema".t':
          columns: {}
          definer: true
`

describe('datasets', () => {
  it('are none, over four levels, unless some are configured', () => {
    const config = good(BASE)
    expect(config.datasets).toEqual([])
    expect(config.classification).toEqual({
      levels: ['public', 'internal', 'confidential', 'restricted'],
      categories: ['finance', 'phi', 'pii'],
    })
  })

  it('may have an address in a variable that is not set yet, for `check`', () => {
    const written = datasets(CRM.replace('postgres://reader@127.0.0.1/crm', `"\${CRM_URL}"`))
    const { faults, warnings } = read(written, { KEY: 'k' }, false)
    expect(faults).toEqual([])
    expect(warnings).toContainEqual(expect.stringMatching(/ datasets\[0\]\.postgres\.url: `CRM_URL` is not set$/))
    expect(read(written, { KEY: 'k' }, true).config).toBeUndefined()
  })

  it('of tables say what may be seen of each column, and what is not said', () => {
    const [crm] = good(datasets(CRM)).datasets
    expect(crm).toMatchObject({
      name: 'crm',
      owner: 'sales',
      level: 'confidential',
      categories: ['finance'],
      purposes: ['support'],
      labels: ['crm-data'],
      source: {
        kind: 'tables',
        schemas: ['sales', 'public'],
        roles: [{ group: 'analysts', role: 'crm_analyst' }],
        settings: [{ setting: 'app.who', from: 'subject' }],
        oracles: 'refuse',
        limits: { rows: 10_000, bytes: 16 * 1024 ** 2, timeoutMs: 30_000, connections: 10 },
        tables: [
          {
            schema: 'sales',
            table: 'people',
            level: 'internal',
            definer: false,
            columns: [
              { name: 'id', level: 'public', categories: [], mask: 'full' },
              { name: 'email', level: 'restricted', categories: ['pii'], mask: 'email' },
              { name: 'note', level: undefined, categories: [], mask: 'full' },
            ],
            filters: [
              { name: 'own-region', where: "region = current_setting('app.region')", always: false },
              { name: 'live', where: 'not deleted', always: true },
            ],
          },
          { schema: 'odd.schema', table: 't', level: undefined, columns: [], definer: true },
        ],
      },
    })
  })

  it('of documents are kept in a file of their own', () => {
    const [handbook] = good(
      datasets(
        '  - name: handbook\n    documents: { store: "sqlite:./data/handbook.db", attributes: { author: internal } }\n',
      ),
    ).datasets
    expect(handbook).toMatchObject({
      level: undefined,
      source: {
        kind: 'documents',
        store: { kind: 'sqlite', path: '/etc/ostiary/data/handbook.db' },
        attributes: [{ name: 'author', level: 'internal', categories: [] }],
        planted: 'label',
        limits: { hits: 50 },
      },
    })
  })

  it('of documents are embedded by a model that is asked in the dialect of OpenAI', () => {
    const written = '  - name: a\n    documents: { store: "sqlite:./data/a.db", embeddings: { model: gpt } }\n'
    expect(good(datasets(written)).datasets[0]?.source).toMatchObject({ embeddingModel: 'gpt' })
    const inPostgres = written.replace('sqlite:./data/a.db', 'postgres://db.example/a?sslmode=verify-full')
    expect(good(datasets(inPostgres)).datasets[0]?.source).toMatchObject({
      ...{ embeddingModel: 'gpt', store: { kind: 'postgres' } },
    })
    const faults = read(datasets(written).replace('dialect: openai', 'dialect: anthropic')).faults
    expect(faults).toEqual([
      expect.stringContaining(
        'datasets[0].documents.embeddings.model: the model `gpt` has no endpoint for embeddings in the dialect openai',
      ),
    ])
  })

  it('are classified by levels and categories that there are', () => {
    const lattice = 'classification: { levels: [open, closed], categories: [hr] }\n'
    const faults = (written: string): readonly string[] => read(datasets(written, lattice)).faults
    const of = (said: string): string =>
      `  - name: a\n    ${said}\n    documents: { store: "sqlite:./data/a.db", attributes: { x: { classification: closed, categories: [hr] } } }\n`
    expect(faults(of('classification: open'))).toEqual([])
    expect(faults(of('classification: clsed'))).toEqual([
      expect.stringContaining(
        'datasets[0].classification: classification.levels has no `clsed` (did you mean `closed`?)',
      ),
    ])
    expect(faults(of('categories: [hr, pii]'))).toEqual([
      expect.stringContaining('datasets[0].categories[1]: classification.categories has no `pii`'),
    ])
    expect(read(`${BASE}classification: { levels: [a, b, a] }\n`).faults).toEqual([
      expect.stringContaining('`a` stands twice among levels and categories'),
    ])
  })

  it('warns where documents that tell models what to do are to be refused, and nothing finds them', () => {
    const of = (planted: string): string =>
      datasets(`  - name: a\n    documents: { store: "sqlite:./data/a.db", planted: ${planted} }\n`)
    expect(read(of('refuse')).warnings).not.toContainEqual(expect.stringContaining('planted'))
    const off = 'inspection: { detectors: { injection.high: false } }\n'
    expect(read(`${off}${of('refuse')}`).warnings).toContainEqual(
      expect.stringContaining('datasets[0].documents.planted: no detector that is on finds `injection.high`'),
    )
    expect(read(of('label')).warnings).not.toContainEqual(expect.stringContaining('planted'))
  })

  it.each([
    ['a name twice', `${CRM}${CRM}`, 'datasets[1].name: the name `crm` stands twice'],
    ['neither tables nor documents', '  - name: a\n', 'datasets[0]: write one of postgres and documents'],
    [
      'a group twice, of which the first alone would count',
      CRM.replace('role: crm_analyst }', 'role: crm_analyst }, { group: analysts, role: other }'),
      'datasets[0].postgres.roles[1].group: the group `analysts` stands twice',
    ],
    [
      'a setting without a dot',
      CRM.replace('app.who: subject', 'who: subject'),
      'a key in `datasets[0].postgres.settings`: write a setting such as app.region',
    ],
    [
      'a setting of a claim that nobody maps',
      CRM.replace('app.who: subject', 'app.who: regoin'),
      'datasets[0].postgres.settings.app.who: no issuer maps a claim to `regoin`',
    ],
    ['no role at all', CRM.replace('[{ group: analysts, role: crm_analyst }]', '[]'), 'datasets[0].postgres.roles'],
    [
      "the gateway's own store",
      '  - name: a\n    documents: { store: "sqlite:./data/ostiary.db" }\n',
      "datasets[0].documents.store: this file is the gateway's own store already",
    ],
    [
      'an index of another dataset',
      ['a', 'b'].map((name) => `  - name: ${name}\n    documents: { store: "sqlite:./data/x.db" }\n`).join(''),
      "datasets[1].documents.store: this file is the dataset `a`'s already",
    ],
    [
      'a model for embeddings that there is not',
      '  - name: a\n    documents: { store: "sqlite:./data/a.db", embeddings: { model: nothing } }\n',
      'datasets[0].documents.embeddings.model: no model `nothing`',
    ],
    [
      'a mask that there is not',
      CRM.replace('mask: email', 'mask: emial'),
      'datasets[0].postgres.tables.people.columns.email.mask',
    ],
  ])('are refused with %s', (_, written, fault) => {
    expect(read(datasets(written)).faults).toEqual([expect.stringContaining(fault)])
  })

  it('never say an address that has a password in it', () => {
    const faulty = CRM.replace('postgres://reader@', 'postgers://reader:secret-word@')
    const { faults } = read(datasets(faulty))
    expect(faults).toEqual([expect.stringContaining('datasets[0].postgres.url: write postgres://')])
    expect(faults.join()).not.toContain('secret-word')
  })
})
