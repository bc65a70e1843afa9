import { describe, expect, test } from 'vitest'
import { FINDING_TYPES, OWN_TYPES } from '../../spec/index.js'
import { loadPolicies } from './load.js'
import type { Known } from './vocabulary.js'

const KNOWN: Known = {
  models: ['gpt-4o-mini', 'home', 'other'],
  dialects: new Map([
    ['gpt-4o-mini', 'openai'],
    ['home', 'openai'],
    ['other', 'anthropic'],
  ]),
  issuers: ['https://idp.example', 'https://other.example/a#b'],
  groups: { names: ['agents', 'readers'], prefixes: ['corp:'] },
  findings: FINDING_TYPES.filter((type) => type !== 'pii.email' && !type.startsWith('secret.')),
  labels: ['restricted', 'untrusted'],
  systemMessages: ['house-rules'],
  datasets: ['crm'],
  tools: ['mail/send'],
  columns: ['public', 'restricted', 'pii', 'people.email'],
  filters: new Map([
    ['own-region', []],
    ['half', ['crm: public.view']],
  ]),
  hasPurposes: true,
  words: new Map([
    ['resource.classification', ['public', 'restricted']],
    ['resource.categories', ['pii']],
    ['resource.effect', ['read', 'write', 'send']],
    ['context.purpose', []],
  ]),
  unpriced: ['free', 'other'],
}

/** `LINE:COLUMN message` of each warning; none of these is a fault. */
function warnings(text: string, known: Known = KNOWN): readonly string[] {
  const vocabulary = { modelAttributes: new Map(), claimAttributes: [], known }
  const { faults, warnings: all } = loadPolicies([{ path: 'a.cedar', text }], vocabulary)
  expect(faults).toEqual([])
  return all.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

const permit = (principal: string, resource: string, condition = 'true', obligation = 'flag:pii'): string =>
  `@id("a") @obligation("${obligation}")\npermit (${principal}, action == Action::"invoke", ${resource})\nwhen { ${condition} };`

describe('an id that no configuration knows', () => {
  test('of a model, with the nearest one', () => {
    expect(warnings(permit('principal', 'resource == Model::"gpt-4o-mni"'))).toEqual([
      '2:60 `Model::"gpt-4o-mni"`: no model has this name; did you mean `gpt-4o-mini`?',
    ])
    expect(warnings(permit('principal', 'resource is Model', 'resource == Model :: "home"'))).toEqual([])
    expect(warnings(permit('principal', 'resource is Model', 'resource == Model::"far-away"'))).toEqual([
      '3:20 `Model::"far-away"`: no model has this name',
    ])
  })

  test('of a tool: no version has one yet', () => {
    const text = '@id("a") permit (principal, action == Action::"callTool", resource == Tool::"mail/sent");'
    expect(warnings(text)).toEqual(['1:71 `Tool::"mail/sent"`: no tool has this name; did you mean `mail/send`?'])
    expect(warnings(text.replace('sent', 'send'))).toEqual([])
  })

  test.each(['User', 'Service', 'Agent'])('of a %s, without its issuer or with one that is not configured', (type) => {
    const of = (id: string): readonly string[] => warnings(permit(`principal == ${type}::"${id}"`, 'resource is Model'))
    expect(of('alice')).toEqual([
      `2:22 \`${type}::"alice"\`: write issuer and subject, \`${type}::"https://idp.example#SUBJECT"\``,
    ])
    expect(of('https://idp.example#')).toHaveLength(1)
    expect(of('https://ipd.example#alice')).toEqual([
      `2:22 \`${type}::"https://ipd.example#alice"\`: no issuer is \`https://ipd.example\`; did you mean \`https://idp.example\`?`,
    ])
    expect(of('https://idp.example#alice')).toEqual([])
    expect(of('https://other.example/a#b#alice')).toEqual([])
  })

  test('of a group, where no issuer can give that name', () => {
    const of = (id: string, known = KNOWN): readonly string[] =>
      warnings(permit(`principal in Group::"${id}"`, 'resource is Model'), known)
    expect(of('agnets')).toEqual([
      '2:22 `Group::"agnets"`: no issuer gives this group (names begin with `corp:`); did you mean `agents`?',
    ])
    expect(of('corp:anybody')).toEqual([])
    expect(of('readers')).toEqual([])
    expect(of('anybody', { ...KNOWN, groups: { names: [], prefixes: [''] } })).toEqual([])
  })

  test('is not looked for in texts and comments', () => {
    expect(warnings('// Model::"x"\n@id("a") @reason("Model::x") permit (principal, action, resource);')).toEqual([])
  })
})

describe('a finding whose detector is off', () => {
  test('in an obligation: where nothing of it is left', () => {
    expect(
      warnings(permit('principal', 'resource', 'true', 'mask:pii.email, redact:pii,  output:block:secret')),
    ).toEqual([
      '1:23 `mask:pii.email` does nothing: its detector is switched off in inspection.detectors',
      '1:52 `output:block:secret` does nothing: its detector is switched off in inspection.detectors',
    ])
  })

  test('in a condition', () => {
    const off = (word: string, column: number): string =>
      `3:${column} \`context.findings\` never has \`${word}\`: its detector is switched off in inspection.detectors`
    expect(warnings(permit('principal', 'resource', 'context.findings.contains("secret.aws")'))).toEqual([
      off('secret.aws', 34),
    ])
    expect(
      warnings(permit('principal', 'resource', 'context.findings.containsAny(["pii", "secret", "pii.email"])')),
    ).toEqual([off('secret', 45), off('pii.email', 55)])
    expect(warnings(permit('principal', 'resource', 'context.approvals.contains("secret")'))).toEqual([])
  })
})

/** `LINE:COLUMN message` of each fault, as far as it says what is wrong. */
function faults(text: string, known: Known = KNOWN): readonly string[] {
  const vocabulary = { modelAttributes: new Map(), claimAttributes: [], known }
  const { faults: all } = loadPolicies([{ path: 'a.cedar', text }], vocabulary)
  return all.map(({ line, column, message }) => `${line}:${column} ${message.replace(/; there are .*/, '')}`)
}

describe('a finding that only a detector elsewhere yields, and none is configured', () => {
  const here = { ...KNOWN, findings: [...OWN_TYPES] }

  test('is a fault in an obligation', () => {
    const text = permit('principal', 'resource', 'true', 'redact:pii, block:moderation')
    expect(faults(text, here)).toEqual(['1:35 no detector yields what `block:moderation` is about'])
    expect(faults(text, { ...here, findings: [...OWN_TYPES, 'moderation.hate'] })).toEqual([])
  })

  test('is a fault in a condition', () => {
    const text = permit('principal', 'resource', 'context.findings.containsAny(["pii", "moderation.hate"])')
    expect(faults(text, here)).toEqual(['3:45 no detector yields the finding type `moderation.hate`'])
    expect(faults(text, { ...here, findings: [...OWN_TYPES, 'moderation.hate'] })).toEqual([])
  })
})

describe('a route', () => {
  test('leads to a model that is configured', () => {
    expect(faults(permit('principal', 'resource', 'true', 'redact:pii, route:hme'))).toEqual([
      '1:35 `route:hme`: no model has this name; did you mean `home`?',
    ])
    expect(faults(permit('principal', 'resource', 'true', 'redact:pii, route:home'))).toEqual([])
  })

  test('leads to one of the same dialect, where the policy is about one model', () => {
    const from = (model: string): readonly string[] =>
      faults(permit('principal', `resource == Model::"${model}"`, 'true', 'route:home'))
    expect(from('gpt-4o-mini')).toEqual([])
    expect(from('other')).toEqual(['1:23 `route:home`: `other` speaks the dialect `anthropic`, `home` speaks `openai`'])
  })

  test('is nothing for an oblige policy, and needs a model', () => {
    const text = '@id("a") @mode("oblige") @obligation("route:home")\npermit (principal, action, resource);'
    expect(faults(text)).toEqual(['1:39 an oblige policy cannot carry `route:home`: it never grants'])
    expect(faults(permit('principal', 'resource', 'true', 'route:'))).toEqual([
      '1:23 obligation `route:` needs a model after `route:`',
    ])
  })
})

describe('labels', () => {
  const conditions = ['context.labels.contains("a")', 'context["labels"].contains("a")', 'context has labels']

  test('of which none can arise are told where they are read', () => {
    const told =
      '`context.labels` is read, but neither `ledger.gather` nor a dataset brings a label: it is always empty'
    const none = { ...KNOWN, labels: [] }
    for (const condition of conditions) {
      expect(warnings(permit('principal', 'resource', condition), none)).toEqual([`3:8 ${told}`])
    }
    expect(warnings(permit('principal', 'resource', 'context.findings.contains("pii")'), none)).toEqual([])
  })

  test('that cannot arise are told by name', () => {
    const never = (word: string): string =>
      `\`context.labels\` never has \`${word}\`: neither \`ledger.gather\` nor a dataset brings it`
    const told = (condition: string): readonly string[] => warnings(permit('principal', 'resource', condition))
    expect(told('context.labels.contains("restricted")')).toEqual([])
    expect(told('context.labels.contains("phi")')).toEqual([`3:32 ${never('phi')}`])
    expect(told('context.labels.containsAny(["restricted", "untrustd"])')).toEqual([
      `3:50 ${never('untrustd')}; did you mean \`untrusted\`?`,
    ])
  })
})

describe('an obligation on system text', () => {
  const permit = (obligation: string, mode = ''): string =>
    `@id("a") ${mode}@obligation("${obligation}") permit (principal, action, resource is Model);`
  const faultsOf = (text: string): readonly string[] => {
    const vocabulary = { modelAttributes: new Map(), claimAttributes: [], known: KNOWN }
    return loadPolicies([{ path: 'a.cedar', text }], vocabulary).faults.map(
      ({ line, column, message }) => `${line}:${column} ${message}`,
    )
  }

  test.each(['system:replace:house-rules', 'system:wrap:house-rules', 'system:fence:house-rules', 'system:drop'])(
    '%s is taken',
    (obligation) => {
      expect(faultsOf(permit(obligation))).toEqual([])
    },
  )

  test.each(['spotlight:delimit', 'spotlight:datamark', 'spotlight:encode'])('%s is taken', (obligation) => {
    expect(faultsOf(permit(obligation))).toEqual([])
  })

  test.each([
    [
      'system:replace:house-rule',
      /^1:23 `system:replace:house-rule`: systemMessages has no `house-rule`; did you mean `house-rules`\?$/,
    ],
    ['system:replace', /needs the name of a system message after `system:replace:`/],
    ['system:drop:house-rules', /takes no name/],
    ['system:erase:house-rules', /unknown obligation `system:erase:house-rules`/],
    ['system:wrap:house-rules:more', /unknown obligation/],
    ['spotlight:tool', /write one of `spotlight:delimit`/],
  ])('%s is a fault', (obligation, message) => {
    expect(faultsOf(permit(obligation))).toEqual([expect.stringMatching(message)])
  })

  test.each(['system:drop', 'spotlight:encode', 'system:wrap:house-rules'])(
    '%s cannot be for everybody',
    (obligation) => {
      expect(faultsOf(permit(obligation, '@mode("oblige") '))).toEqual([
        expect.stringContaining(`an oblige policy cannot carry \`${obligation}\``),
      ])
    },
  )
})

describe('limits [policy.check-limits]', () => {
  const permit = (obligation: string, mode = ''): string =>
    `@id("a") ${mode}@obligation("${obligation}") permit (principal, action, resource is Model);`
  const loaded = (text: string): ReturnType<typeof loadPolicies> =>
    loadPolicies([{ path: 'a.cedar', text }], { modelAttributes: new Map(), claimAttributes: [], known: KNOWN })

  test.each([
    ...['max-tokens:100', 'prompt-tokens:1000', 'tools:0', 'images:2'],
    ...['requests:60/1m', 'tokens:100000/1d', 'tokens:5/total', 'requests:5/month'],
  ])('limit:%s is taken, for everybody too', (limit) => {
    for (const mode of ['', '@mode("oblige") ']) {
      expect(loaded(permit(`limit:${limit}`, mode))).toMatchObject({ faults: [], warnings: [] })
    }
  })

  test.each([
    ['limit:max-tokens', 'needs a whole number after `limit:max-tokens:`'],
    ['limit:max-tokens:1.5', 'needs a whole number after `limit:max-tokens:`'],
    ['limit:tools:1:2', 'needs a whole number after `limit:tools:`'],
    ['limit:requests:60', 'write AMOUNT/WINDOW, such as 60/1m'],
    ['limit:requests:60/1w', 'the window is a time under a day'],
    ['limit:money:1/1m', 'money is counted by `1d`, `month` or `total`'],
    ['limit:request:1/1m', 'unknown limit in obligation `limit:request:1/1m`: `request` is none'],
    ['output:limit:tools:1', 'unknown obligation `output:limit:tools:1`'],
  ])('%s is a fault', (obligation, message) => {
    expect(loaded(permit(obligation)).faults).toMatchObject([{ column: 23, message: expect.stringContaining(message) }])
  })

  test('money of models without a price is warned of, for they are refused', () => {
    expect(loaded(permit('limit:tools:1, limit:money:5.00/1d')).warnings).toMatchObject([
      { column: 38, message: '`limit:money:5.00/1d` refuses models that have no price: `free`, `other`' },
    ])
  })
})

describe('a word that an attribute never is', () => {
  const about = (action: string, type: string, condition: string): string =>
    `@id("a")\nforbid (principal, action == Action::"${action}", resource is ${type})\nwhen { ${condition} };`

  test('of a classification, a category, an effect or a purpose, with the nearest one', () => {
    expect(warnings(about('queryDataset', 'Dataset', 'resource.classification == "restricetd"'))).toEqual([
      '3:35 `resource.classification` is never `restricetd`; did you mean `restricted`?',
    ])
    expect(warnings(about('queryDataset', 'Dataset', 'resource.categories.containsAny(["pii", "pi"])'))).toEqual([
      '3:48 `resource.categories` is never `pi`; did you mean `pii`?',
    ])
    expect(warnings(about('callTool', 'Tool', 'resource.effect != "sends"'))).toEqual([
      '3:27 `resource.effect` is never `sends`; did you mean `send`?',
    ])
    expect(warnings(about('queryDataset', 'Dataset', 'context has purpose && context.purpose == "support"'))).toEqual([
      '3:50 `context.purpose` is never `support`; there are none',
    ])
  })

  test('is no matter of words that there are, nor of attributes that can be anything', () => {
    expect(warnings(about('queryDataset', 'Dataset', 'resource.classification == "restricted"'))).toEqual([])
    expect(warnings(about('queryDataset', 'Dataset', 'resource.owner == "sales"'))).toEqual([])
    expect(warnings(about('callTool', 'Tool', 'resource.effect == "send" && resource.server == "sends"'))).toEqual([])
  })
})

describe('an obligation about what is read', () => {
  const on = (obligation: string, action: string, resource: string): string =>
    `@id("a") @obligation("${obligation}") permit (principal, action == Action::"${action}", resource is ${resource});`

  test('does nothing where nothing is read', () => {
    expect(warnings(on('column:mask:pii', 'queryDataset', 'Dataset'))).toEqual([])
    expect(warnings(on('column:mask:pii', 'invoke', 'Model'))).toEqual([
      expect.stringContaining('`column:mask:pii` does nothing: it concerns `queryDataset` and `searchDataset` alone'),
    ])
  })

  test('says which tables it leaves as they are, and that nobody could name a purpose', () => {
    expect(warnings(on('rows:own-region, require:purpose', 'queryDataset', 'Dataset'))).toEqual([])
    expect(warnings(on('rows:half', 'queryDataset', 'Dataset'))).toEqual([
      expect.stringContaining('`rows:half` leaves all rows of `crm: public.view`: no filter there has this name'),
    ])
    expect(warnings(on('require:purpose', 'queryDataset', 'Dataset'), { ...KNOWN, hasPurposes: false })).toEqual([
      expect.stringContaining('`require:purpose` refuses every read: no dataset lists `purposes`'),
    ])
  })

  test('is not one about texts', () => {
    expect(warnings(on('redact:pii', 'invoke', 'Model'))).toEqual([])
    expect(warnings(on('output:redact:pii, block:pii', 'queryDataset', 'Dataset'))).toEqual([])
    expect(warnings(on('mask:pii', 'queryDataset', 'Dataset'))).toEqual([
      expect.stringContaining('write `column:mask:…` for columns, `output:mask:pii` for texts in them'),
    ])
  })
})

describe('an operator’s terms', () => {
  const known: Known = { ...KNOWN, findings: [...KNOWN.findings, 'term.order', 'term.project'] }
  const load = (text: string, with_: Known = known): ReturnType<typeof loadPolicies> =>
    loadPolicies([{ path: 'a.cedar', text }], { modelAttributes: new Map(), claimAttributes: [], known: with_ })
  const obliged = (obligation: string): string => permit('principal', 'resource is Model', 'true', obligation)

  test('are obliged by their names and by their family [content.terms]', () => {
    for (const obligation of ['redact:term', 'redact:term.order', 'output:mask:term.project']) {
      expect(load(obliged(obligation)).faults, obligation).toEqual([])
    }
    expect(load(permit('principal', 'resource is Model', 'context.findings.contains("term.order")')).faults).toEqual([])
  })

  test('that are not there are faults', () => {
    const why = (text: string, with_?: Known): string =>
      load(text, with_)
        .faults.map(({ message }) => message)
        .join('\n')
    expect(why(obliged('redact:term.ordre'))).toContain('unknown finding type `term.ordre`')
    expect(why(obliged('redact:term'), KNOWN)).toContain('unknown finding type `term`')
    const asked = permit('principal', 'resource is Model', 'context.findings.contains("term.ordre")')
    expect(why(asked)).toContain('no detector yields the finding type `term.ordre`')
  })

  test('that nobody could write are told of as such', () => {
    const asked = permit('principal', 'resource is Model', 'context.findings.contains("term.order")')
    for (const text of [obliged('redact:term'), obliged('output:mask:term.order'), asked]) {
      const told = (with_: Known): readonly string[] => load(text, with_).faults.map(({ message }) => message)
      expect(told(KNOWN)).toEqual([expect.stringMatching(/; there are no terms: `inspection.terms` is empty$/)])
      expect(told({ ...KNOWN, isDev: true })).toEqual([
        expect.stringMatching(/; `ostiary dev` has no `inspection`, and so no terms: run `ostiary start` with a/),
      ])
    }
    expect(load(obliged('redact:term.weather')).faults).toMatchObject([
      { message: expect.stringMatching(/; a term has its name from `inspection.terms`$/) },
    ])
  })
})
