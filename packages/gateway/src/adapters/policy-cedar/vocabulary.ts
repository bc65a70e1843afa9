import type { Action, PrincipalKind, Resource } from '../../spec/index.js'
import { FINDING_TYPES, type FindingType, familyOf, OWN_TYPES } from '../../spec/index.js'

export type AttributeType = 'String' | 'Long' | 'Bool' | 'Set<String>'

/** What the configuration adds to the gateway's own words. */
export interface Vocabulary {
  /** Configured attributes of models: required where every model has them. */
  readonly modelAttributes: ReadonlyMap<string, { readonly type: AttributeType; readonly required: boolean }>
  /** Mapped claims. One named like an attribute of the gateway's own is ignored: a token must not overwrite `issuer`. */
  readonly claimAttributes: readonly { readonly name: string; readonly type: AttributeType }[]
  /** Names that can come about; absent: nobody is warned of one that cannot. */
  readonly known?: Known
}

export interface Known {
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
  /** What policies may have said to models. */
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
  readonly isDev?: boolean
}

export interface Attribute {
  readonly type: AttributeType
  readonly required: boolean
}

export type Attributes = ReadonlyMap<string, Attribute>

const STRING: Attribute = { type: 'String', required: true }
const STRINGS: Attribute = { type: 'Set<String>', required: true }

export const PRINCIPAL_KINDS: readonly PrincipalKind[] = ['User', 'Service', 'Agent']

/** Attributes of every principal but the mapped claims. */
export const OWN_PRINCIPAL_ATTRIBUTES: Attributes = new Map<string, Attribute>([
  ['acr', { type: 'String', required: false }],
  ['actors', STRINGS],
  ['authAgeSeconds', { type: 'Long', required: false }],
  ['groups', STRINGS],
  ['issuer', STRING],
  ['proof', STRING],
  ['scopes', STRINGS],
  ['subject', STRING],
  ['tokenAgeSeconds', { type: 'Long', required: true }],
])

/** Attributes that change while nothing but time goes by. */
export const AGES = ['authAgeSeconds', 'tokenAgeSeconds'] as const

export const OWN_RESOURCE_ATTRIBUTES: ReadonlyMap<Resource['type'], Attributes> = new Map<Resource['type'], Attributes>(
  [
    [
      'Model',
      new Map([
        ['dialect', STRING],
        ['provider', STRING],
      ]),
    ],
    [
      'Dataset',
      new Map([
        ['categories', STRINGS],
        ['classification', STRING],
        ['owner', STRING],
      ]),
    ],
    [
      'Tool',
      new Map([
        ['effect', STRING],
        ['server', STRING],
      ]),
    ],
    ['Gateway', new Map()],
  ],
)

/** What each action is asked for. */
export const RESOURCES_OF: ReadonlyMap<Action, readonly Resource['type'][]> = new Map<
  Action,
  readonly Resource['type'][]
>([
  ['invoke', ['Model']],
  ['embed', ['Model']],
  ['train', ['Model']],
  ['listModels', ['Model']],
  ['queryDataset', ['Dataset']],
  ['searchDataset', ['Dataset']],
  ['callTool', ['Tool']],
  ['release', ['Model', 'Dataset', 'Tool']],
  ['detokenize', ['Model', 'Dataset', 'Tool']],
  ['declassify', ['Dataset', 'Gateway']],
  ['readVault', ['Gateway']],
  ['administer', ['Gateway']],
])

/** Names and Cedar types of the context, sorted. A name that ends in `?` is optional. */
export const CONTEXT_ATTRIBUTES = [
  ['approvals', 'Set<String>'],
  ['findings', 'Set<String>'],
  ['hasEffects', 'Bool'],
  ['hasSystemMessage', 'Bool'],
  ['labels', 'Set<String>'],
  ['maxTokens', 'Long'],
  ['promptTokens', 'Long'],
  ['purpose?', 'String'],
  ['sourceIp', 'ipaddr'],
  ['stream', 'Bool'],
  ['time', 'datetime'],
  ['uninspectable', 'Bool'],
] as const

/**
 * What `context.findings` can hold: whatever the gateway's own detectors yield, be they switched off, and what those elsewhere yield
 * that are configured.
 */
export function findingWords({ known }: Vocabulary): ReadonlySet<string> {
  const types = known === undefined ? FINDING_TYPES : [...OWN_TYPES, ...known.findings]
  return new Set([...types, ...types.map(familyOf)])
}

export function principalAttributes(vocabulary: Vocabulary): Attributes {
  const all = new Map<string, Attribute>()
  for (const { name, type } of vocabulary.claimAttributes) all.set(name, { type, required: false })
  return sorted([...all, ...OWN_PRINCIPAL_ATTRIBUTES])
}

export function resourceAttributes(type: Resource['type'], vocabulary: Vocabulary): Attributes {
  const own = OWN_RESOURCE_ATTRIBUTES.get(type) ?? []
  return sorted(type === 'Model' ? [...vocabulary.modelAttributes, ...own] : [...own])
}

function sorted(entries: readonly (readonly [string, Attribute])[]): Attributes {
  return new Map([...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1)))
}
