import { type AttributeValue, FINDING_TYPES, type FindingType, familyOf, UNTRUSTED } from '../spec/index.js'
import { wordsOf } from './attribute-words.js'
import type { AttributeType, Config } from './config.js'
import { isDevIssuer } from './dev-issuer.js'
import { termType } from './terms.js'
import type { Path } from './yaml.js'

/** What a configuration adds to the policy vocabulary. */
export interface Vocabulary {
  /** Required where every model has them. */
  readonly modelAttributes: ReadonlyMap<string, { readonly type: AttributeType; readonly required: boolean }>
  readonly claimAttributes: readonly { readonly name: string; readonly type: AttributeType }[]
  /** Names that can come about, so that a policy can be warned of one that cannot. */
  readonly known: {
    readonly models: readonly string[]
    /** Of each model. */
    readonly dialects: ReadonlyMap<string, string>
    readonly issuers: readonly string[]
    /** Groups by their whole names, and what the names of all others begin with. */
    readonly groups: { readonly names: readonly string[]; readonly prefixes: readonly string[] }
    /** Types that a detector yields which is on, here or elsewhere. */
    readonly findings: readonly FindingType[]
    /** That identities can gather. */
    readonly labels: readonly string[]
    readonly systemMessages: readonly string[]
    readonly datasets: readonly string[]
    readonly tools: readonly string[]
    /** What an obligation about columns may name: levels, categories and columns; and row filters. */
    readonly columns: readonly string[]
    /** By name, the tables beside it in its datasets that have none of that name. */
    readonly filters: ReadonlyMap<string, readonly string[]>
    /** A dataset lists some. */
    readonly hasPurposes: boolean
    /** What the gateway's own attributes of datasets and tools, and purposes, can be, by `resource.NAME` or `context.NAME`. */
    readonly words: ReadonlyMap<string, readonly string[]>
    /** Models without a price. */
    readonly unpriced: readonly string[]
    /** The configuration is that of `ostiary dev`, which nobody can give terms to. */
    readonly isDev: boolean
  }
}

// Contract, "Principals" and "Resources": what the gateway itself says of them.
const PRINCIPAL_OWN: ReadonlySet<string> = new Set([
  'scopes',
  'groups',
  'issuer',
  'subject',
  'proof',
  'acr',
  'authAgeSeconds',
  'tokenAgeSeconds',
  'actors',
])
const MODEL_OWN: ReadonlySet<string> = new Set(['provider', 'dialect'])

export function vocabularyOf(config: Config): Vocabulary {
  const modelAttributes = new Map<string, { type: AttributeType; required: boolean }>()
  for (const model of config.models) {
    for (const [name, value] of Object.entries(model.attributes)) {
      const required = config.models.every((one) => Object.hasOwn(one.attributes, name))
      modelAttributes.set(name, { type: attributeType(value), required })
    }
  }
  const claims = new Map<string, AttributeType>()
  for (const issuer of config.issuers) {
    for (const claim of issuer.claims) if (claim.kind === 'attribute') claims.set(claim.name, claim.type)
  }
  return {
    modelAttributes,
    claimAttributes: [...claims].map(([name, type]) => ({ name, type })),
    known: {
      models: config.models.map((one) => one.name),
      dialects: dialectsOf(config),
      issuers: config.issuers.map((one) => one.issuer),
      groups: groupsOf(config),
      findings: findingsOf(config),
      labels: labelsOf(config),
      systemMessages: config.systemMessages.map((one) => one.name),
      datasets: config.datasets.map((one) => one.name),
      tools: config.tools.map((one) => one.name),
      columns: columnsOf(config),
      filters: filtersOf(config),
      hasPurposes: config.datasets.some(({ purposes }) => purposes.length > 0),
      words: wordsOf(config, new Set(modelAttributes.keys())),
      unpriced: config.models.filter((one) => one.price === undefined).map((one) => one.name),
      isDev: config.issuers.some(({ issuer }) => isDevIssuer(issuer)),
    },
  }
}

function dialectsOf({ models, providers }: Config): ReadonlyMap<string, string> {
  const ofProvider = new Map(providers.map(({ name, dialect }) => [name, dialect]))
  return new Map(models.map(({ name, provider }) => [name, ofProvider.get(provider) ?? '']))
}

function findingsOf({ datasets, inspection: { types, remote, local, terms } }: Config): readonly FindingType[] {
  const meant = new Set(remote.flatMap((one) => one.types.map(({ to }) => to)))
  const found = FINDING_TYPES.filter(
    (type) =>
      types.includes(type) ||
      meant.has(type) ||
      local.some((one) => one.types.includes(type)) ||
      (meant.has('injection') && familyOf(type) === 'injection') ||
      (datasets.length > 0 && familyOf(type) === 'data'),
  )
  return [...found, ...terms.map(termType)]
}

function labelsOf({ classification, datasets, ledger: { gather }, tools }: Config): readonly string[] {
  const read = datasets.length === 0 ? [] : [...classification.levels.slice(1), ...classification.categories]
  const own = datasets.flatMap(({ labels, source }) =>
    source.kind === 'documents' && source.planted === 'label' ? [...labels, UNTRUSTED] : labels,
  )
  const gathered = gather.findings.flatMap(({ labels }) => labels)
  const called = tools.flatMap(({ labels }) => labels)
  return [...new Set([...gather.toolResults, ...gathered, ...read, ...own, ...called])].sort()
}

function columnsOf({ classification, datasets }: Config): readonly string[] {
  const columns = datasets.flatMap(({ source }) =>
    source.kind === 'tables'
      ? source.tables.flatMap(({ schema, table, columns }) =>
          columns.flatMap(({ name }) => [`${table}.${name}`, `${schema}.${table}.${name}`]),
        )
      : source.attributes.map(({ name }) => name),
  )
  return [...new Set([...classification.levels, ...classification.categories, ...columns])]
}

function filtersOf({ datasets }: Config): ReadonlyMap<string, readonly string[]> {
  const filters = new Map<string, string[]>()
  for (const { name: dataset, source } of datasets) {
    if (source.kind !== 'tables') continue
    for (const filter of new Set(source.tables.flatMap((table) => table.filters.map(({ name }) => name)))) {
      const without = source.tables.filter((table) => !table.filters.some(({ name }) => name === filter))
      const names = without.map(({ schema, table }) => `${dataset}: ${schema}.${table}`)
      filters.set(filter, [...(filters.get(filter) ?? []), ...names])
    }
  }
  return filters
}

function groupsOf({ issuers }: Config): Vocabulary['known']['groups'] {
  const names = new Set(issuers.flatMap((issuer) => issuer.agents.flatMap((agent) => agent.groups)))
  const prefixes = new Set<string>()
  for (const { groups } of issuers) {
    if (groups.kind === 'prefix') prefixes.add(groups.prefix)
    else for (const name of groups.names) names.add(name)
  }
  return { names: [...names], prefixes: [...prefixes] }
}

export interface Conflict {
  readonly path: Path
  readonly message: string
}

/** Names that mean two things: a policy reading one could not be checked. */
export function vocabularyConflicts(config: Config): readonly Conflict[] {
  return [...modelConflicts(config), ...claimConflicts(config)]
}

function modelConflicts(config: Config): readonly Conflict[] {
  const conflicts: Conflict[] = []
  const first = new Map<string, { type: AttributeType; model: string }>()
  for (const [index, model] of config.models.entries()) {
    for (const [name, value] of Object.entries(model.attributes)) {
      const path = ['models', index, 'attributes', name]
      const type = attributeType(value)
      const held = first.get(name)
      if (MODEL_OWN.has(name)) {
        conflicts.push({ path, message: `the attribute \`${name}\` is the gateway's own: give yours another name` })
      } else if (held === undefined) {
        first.set(name, { type, model: model.name })
      } else if (held.type !== type) {
        const message = `the attribute \`${name}\` is ${type} here and ${held.type} in model \`${held.model}\``
        conflicts.push({ path, message })
      }
    }
  }
  return conflicts
}

function claimConflicts(config: Config): readonly Conflict[] {
  const conflicts: Conflict[] = []
  const first = new Map<string, { type: AttributeType; issuer: string }>()
  for (const [index, { claims, issuer }] of config.issuers.entries()) {
    const here = new Set<string>()
    for (const claim of claims) {
      if (claim.kind === 'groups') continue
      const { name, type } = claim
      const path = ['issuers', index, 'claims', claim.claim]
      const held = first.get(name)
      if (PRINCIPAL_OWN.has(name)) {
        conflicts.push({ path, message: `the attribute \`${name}\` is the gateway's own: give yours another name` })
      } else if (here.has(name)) {
        conflicts.push({ path, message: `two claims of this issuer are mapped to \`${name}\`` })
      } else if (held !== undefined && held.type !== type) {
        const message = `the attribute \`${name}\` is ${type} here and ${held.type} for issuer \`${held.issuer}\``
        conflicts.push({ path, message })
      }
      here.add(name)
      if (held === undefined) first.set(name, { type, issuer })
    }
  }
  return conflicts
}

function attributeType(value: AttributeValue): AttributeType {
  if (typeof value === 'string') return 'String'
  if (typeof value === 'number') return 'Long'
  return typeof value === 'boolean' ? 'Bool' : 'Set<String>'
}
