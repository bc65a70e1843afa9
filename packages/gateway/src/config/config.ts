import type {
  Amount,
  AttributeValue,
  DeclaredDialect,
  FindingType,
  Lattice,
  Price,
  SurrogateType,
  TermType,
  VaultFormat,
  WhenIll,
} from '../spec/index.js'
import type { KeySecret, Secret, SecretValue } from './secret.js'

export const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'Ed25519',
  'EdDSA',
] as const
export type AlgorithmName = (typeof ALGORITHMS)[number]

export const ATTRIBUTE_TYPES = ['String', 'Long', 'Bool', 'Set<String>'] as const
/** Types of Cedar that a claim or a model's attribute may have. */
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number]

export interface TlsConfig {
  readonly cert: Secret
  readonly key: Secret
  /** Certificates that a client's must be signed by, for mTLS. */
  readonly clientCa: Secret | undefined
}

export interface ListenConfig {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly tls: TlsConfig | undefined
}

/** How an issuer's tokens are verified. */
export type KeySource =
  | { readonly kind: 'jwksUri'; readonly uri: string }
  /** The issuer's own metadata (RFC 8414, OpenID Connect Discovery) names its key set. */
  | { readonly kind: 'discovery' }
  | IntrospectionConfig
  | ModuleConfig

/** The issuer is asked what each token means (RFC 7662). */
export interface IntrospectionConfig {
  readonly kind: 'introspection'
  readonly endpoint: string
  readonly credential:
    | { readonly kind: 'basic'; readonly clientId: string; readonly clientSecret: Secret }
    | { readonly kind: 'bearer'; readonly token: Secret }
  /** `jwt`: its tokens say whose they are, and are asked about all the same. */
  readonly tokens: 'opaque' | 'jwt'
  /** Opaque tokens that begin so are this issuer's. */
  readonly prefix: string
  readonly cacheMaxMs: number
  readonly audience: 'required' | 'optional'
}

/** An identity provider of the operator's own. */
export interface ModuleConfig {
  readonly kind: 'module'
  /** Absolute. */
  readonly path: string
  /** Handed to the module as they are. */
  readonly options: Readonly<Record<string, unknown>>
}

export type ClaimMapping =
  | { readonly kind: 'groups'; readonly claim: string }
  | { readonly kind: 'attribute'; readonly claim: string; readonly name: string; readonly type: AttributeType }

/** How an issuer's group names become the names that Cedar knows. */
export type GroupNames =
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** Only these count, under their own names. */
  | { readonly kind: 'allow'; readonly names: readonly string[] }

/** A claim that a token must have, and what it must be or hold: one of these. */
export interface RequiredClaim {
  readonly claim: string
  readonly values: readonly string[]
}

/** How an issuer's words for what may be done become scopes of ours. */
export interface ScopesConfig {
  /** Undefined: `scope`, else `scp`. */
  readonly claims: readonly string[] | undefined
  /** Undefined: they are ours as they are. */
  readonly map: readonly { readonly from: string; readonly to: readonly string[] }[] | undefined
  readonly always: readonly string[]
}

export interface AgentConfig {
  /** The token's outermost `act.sub`. */
  readonly id: string
  /** Names as Cedar knows them: no prefix is added. */
  readonly groups: readonly string[]
}

export interface IssuerConfig {
  /** Exact `iss`, compared byte for byte. */
  readonly issuer: string
  readonly audience: string
  readonly keys: KeySource
  readonly algorithms: readonly AlgorithmName[]
  readonly profile: 'rfc9068' | 'legacy' | 'spiffe'
  readonly maxTokenLifetimeMs: number
  readonly clockToleranceMs: number
  readonly streamGraceMs: number
  readonly dpop: 'optional' | 'required'
  readonly allowPrivateNetwork: boolean
  readonly jwksCooldownMs: number
  readonly claims: readonly ClaimMapping[]
  readonly required: readonly RequiredClaim[]
  readonly scopes: ScopesConfig
  /** `services`: every subject is a service; undefined: those that are their own client. */
  readonly subjects: 'services' | undefined
  readonly agents: readonly AgentConfig[]
  readonly groups: GroupNames
}

export interface RemoteDetectorConfig {
  readonly name: string
  readonly kind: 'presidio' | 'llm-guard' | 'moderation'
  /** Without a slash at its end: what each kind serves is below it. */
  readonly url: string
  readonly timeoutMs: number
  readonly onFailure: WhenIll
  /** Undefined: the second level from below. */
  readonly labelsMax: string | undefined
  /** What its words for findings mean; what is not in it is not looked for. `injection`: a grade by the score. */
  readonly types: readonly { readonly from: string; readonly to: FindingType | 'injection' }[]
  /** Lowest score that counts; undefined: what the kind takes for one. */
  readonly threshold: number | undefined
  readonly language: string
  readonly model: string | undefined
  /** UTF-16 code units that it is shown in one piece. */
  readonly window: number
  /** Calls at once. */
  readonly concurrency: number
  readonly apiKey: Secret | undefined
  /** Where the key goes, in small letters; `authorization` takes it as a Bearer token. */
  readonly header: string
}

/** A detector in this process, beside the gateway's own thread. */
export interface LocalDetectorConfig {
  readonly name: string
  /** The name of a package, or an absolute path. */
  readonly module: string
  /** Absolute path of the folder with its models; undefined: where it looks for them itself. */
  readonly models: string | undefined
  readonly types: readonly FindingType[]
  readonly timeoutMs: number
  readonly onFailure: WhenIll
  /** Texts at once. */
  readonly concurrency: number
  /** For injections it is asked only where one of the gateway's own is unsure. */
  readonly ifUnsure: boolean
}

export interface InspectionConfig {
  /** Finding types whose detectors, of the gateway's own, are on. */
  readonly types: readonly FindingType[]
  /** Of those, the ones whose detectors may fail and let pass what they failed at. */
  readonly open: readonly FindingType[]
  /** What a failure means where a detector has no word of its own. */
  readonly onFailure: WhenIll
  readonly remote: readonly RemoteDetectorConfig[]
  readonly local: readonly LocalDetectorConfig[]
  readonly terms: readonly TermConfig[]
}

/** What an operator wants found beside what the gateway finds of itself; its type is `term.NAME`. */
export interface TermConfig {
  readonly name: string
  readonly words: readonly string[]
  /** More words, one a line. */
  readonly file: string | undefined
  readonly pattern: string | undefined
  readonly ignoreCase: boolean
  /** One of these has to stand before it, within so many characters. */
  readonly context: readonly string[] | undefined
  readonly within: number
  readonly score: number
}

/** Dialects that are built in. */
export const DIALECTS = ['openai', 'anthropic', 'gemini', 'bedrock'] as const

/** Dialects that have paths for files. */
export const FILE_DIALECTS = ['openai', 'anthropic'] as const

export interface ProviderKeyConfig {
  readonly secret: KeySecret
  /** Unique among the provider's keys; logs and commands say it. */
  readonly name: string | undefined
  /** Its share of the calls, against those of the provider's other keys. */
  readonly weight: number
}

/** How a provider is shown a key: as `Authorization: Bearer`, or as the value of a header (in small letters). */
export type Authentication = { readonly kind: 'bearer' } | { readonly kind: 'header'; readonly name: string }

export interface ProviderConfig {
  readonly name: string
  /** One that is built in, or one of `dialects`. */
  readonly dialect: string
  /** Without a trailing slash in its path. A query in it goes with every call. */
  readonly baseUrl: string
  /** Undefined: as its dialect has it. */
  readonly authentication: Authentication | undefined
  /** Where it is, for signatures that say so; undefined: its address tells, or nobody asks. */
  readonly region: string | undefined
  /** Used in turn; none for a server that asks for no key. */
  readonly apiKeys: readonly ProviderKeyConfig[]
}

export interface ModelConfig {
  readonly name: string
  readonly provider: string
  readonly upstreamModel: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly price: PriceConfig | undefined
}

/** Millionths of the currency for a million tokens. */
export type PriceConfig = Price

export const BUDGETS_PER = ['principal', 'group', 'key', 'model', 'all'] as const

export interface BudgetRuleConfig {
  readonly name: string
  /** For whom an allowance is. */
  readonly per: (typeof BUDGETS_PER)[number]
  /** Empty: everybody's requests are counted. */
  readonly groups: readonly string[]
  /** Empty: requests to every model are. */
  readonly models: readonly string[]
  readonly amounts: readonly Amount[]
}

export interface BudgetsConfig {
  /** What is done while nobody can say what is spent. */
  readonly failure: 'closed' | 'open'
  /** Tokens set aside for an answer that nobody bounds. */
  readonly answerTokens: number
  readonly rules: readonly BudgetRuleConfig[]
}

/** What policies may have said to models (`system:replace:NAME` and the like). */
export interface SystemMessageConfig {
  readonly name: string
  readonly version: string | undefined
  /** No secret, but the operator's own: never printed. */
  readonly text: Secret
  readonly after: Secret | undefined
}

/** How something is classified, as far as it is said: what is not is what it is a part of. */
export interface ClassificationConfig {
  /** Undefined: that of what it is a part of; of a dataset that says none, the highest. */
  readonly level: string | undefined
  /** Beside those of what it is a part of. */
  readonly categories: readonly string[]
}

/** What is shown of a column that policy masks. */
export const COLUMN_MASKS = ['null', 'full', 'email', 'first1', 'last4', 'year'] as const
export type ColumnMask = (typeof COLUMN_MASKS)[number]

export interface ColumnConfig extends ClassificationConfig {
  readonly name: string
  readonly mask: ColumnMask
}

export interface TableConfig extends ClassificationConfig {
  readonly schema: string
  readonly table: string
  /** Others are not there. */
  readonly columns: readonly ColumnConfig[]
  /** Conditions over its columns, in SQL of the operator's. Those that policy asks for by name, or that always hold. */
  readonly filters: readonly { readonly name: string; readonly where: string; readonly always: boolean }[]
  /** A view that reads in the name of its owner, a foreign table or the like is taken as it is: the database decides nothing there. */
  readonly definer: boolean
}

export interface TablesConfig {
  readonly kind: 'tables'
  readonly url: SecretValue
  /** Where names without a schema are looked for, in this order. */
  readonly schemas: readonly string[]
  readonly tables: readonly TableConfig[]
  /** Roles of the database, by groups of callers. The first that fits. */
  readonly roles: readonly { readonly group: string; readonly role: string }[]
  /** Transaction settings that the database's own rules may read, and the attribute of the caller that each has. */
  readonly settings: readonly { readonly setting: string; readonly from: string }[]
  /** What becomes of a statement that decides by what it may not show: it is refused, or sees the masks. */
  readonly oracles: 'refuse' | 'masks'
  readonly limits: {
    readonly rows: number
    readonly bytes: number
    readonly timeoutMs: number
    readonly connections: number
  }
}

export interface DocumentsConfig {
  readonly kind: 'documents'
  readonly store: StoreConfig
  /** What is known of a document beside its text. Others are of the highest classification. */
  readonly attributes: readonly (ClassificationConfig & { readonly name: string })[]
  /** What becomes of a document that tells models what to do. */
  readonly planted: 'refuse' | 'label' | 'flag'
  /** The model, by the name that callers use, that makes vectors of documents and of what is looked for; undefined: words alone. */
  readonly embeddingModel: string | undefined
  readonly limits: { readonly hits: number }
}

export interface DatasetConfig extends ClassificationConfig {
  readonly name: string
  readonly owner: string
  /** What it may be read for; empty: nobody is asked. */
  readonly purposes: readonly string[]
  /** Labels that every read brings, whatever was read. */
  readonly labels: readonly string[]
  readonly source: TablesConfig | DocumentsConfig
}

/** What tools do: read, change something where they are, or take something out of the house. */
export const TOOL_EFFECTS = ['read', 'write', 'send'] as const

/** A tool that is called elsewhere, and asked about here. */
export interface ToolConfig {
  readonly name: string
  readonly server: string
  readonly effect: (typeof TOOL_EFFECTS)[number]
  /** Of whoever may call it: what it gives back is not seen here. */
  readonly labels: readonly string[]
}

export interface AuditConfig {
  readonly store: { readonly kind: 'fs'; readonly dir: string }
  readonly origin: string
  /** Undefined: made on first start, in `keptIn`. */
  readonly key: Secret | undefined
  readonly failure: 'closed' | 'open'
  readonly order: 'before-forward' | 'before-release'
  readonly flushIntervalMs: number
  readonly checkpointIntervalMs: number
  readonly publish: boolean
}

/** What the gateways of one installation share. */
export type StoreConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** An address with a password in it; paths in it are absolute. */
  | { readonly kind: 'postgres'; readonly url: SecretValue }

export interface LimitsConfig {
  readonly bodyBytes: number
  readonly headerBytes: number
  /** Of one upload of a file. */
  readonly uploadBytes: number
  readonly promptTokens: number
  /** The longest answer that a request may ask for; undefined: any. */
  readonly maxTokens: number | undefined
  /** Tools that a request may offer; undefined: any number. */
  readonly tools: number | undefined
  /** Parts that cannot be inspected; undefined: any number that policy lets pass. */
  readonly images: number | undefined
  /** Text parts and other parts of one body. */
  readonly parts: number
  /** Depth of arrays and objects in a body. */
  readonly nesting: number
}

/** How callers prove that they hold the key of a token (RFC 9449). */
export interface DpopConfig {
  readonly nonces: 'required' | 'off'
  /** How far from now a proof's `iat` may be. */
  readonly windowMs: number
  readonly algorithms: readonly AlgorithmName[]
  /** What happens to proofs while nobody can tell whether they were used before. */
  readonly replayFailure: 'closed' | 'open'
}

export interface TimeoutsConfig {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  readonly totalMs: number
  readonly requestHeadMs: number
  readonly requestBodyMs: number
}

/** A configuration file, read and checked. Frozen through and through; paths are absolute, units are in the names. */
export interface Config {
  /** An origin, without a trailing slash. */
  readonly publicUrl: string
  readonly listen: ListenConfig
  readonly admin: ListenConfig
  /** Addresses or networks in CIDR form. */
  readonly trustedProxies: readonly string[]
  readonly issuers: readonly IssuerConfig[]
  readonly dpop: DpopConfig
  /** Wire formats that are declared instead of built in. */
  readonly dialects: readonly DeclaredDialect[]
  readonly providers: readonly ProviderConfig[]
  readonly models: readonly ModelConfig[]
  /** By dialect, the provider that keeps files and jobs; undefined: their paths are not governed. */
  readonly files: Readonly<Record<(typeof FILE_DIALECTS)[number], string | undefined>>
  readonly policy: { readonly dir: string }
  readonly systemMessages: readonly SystemMessageConfig[]
  readonly inspection: InspectionConfig
  readonly limits: LimitsConfig
  readonly budgets: BudgetsConfig
  readonly timeouts: TimeoutsConfig
  readonly audit: AuditConfig
  /** What it means that revocations cannot be checked because the store is away. */
  readonly revocation: { readonly failure: 'closed' | 'open' }
  readonly apiKeys: {
    /** The data plane takes keys that were made `direct`; else every key is exchanged for a token first. */
    readonly direct: boolean
  }
  /** The order of classifications. */
  readonly classification: Lattice
  readonly datasets: readonly DatasetConfig[]
  readonly tools: readonly ToolConfig[]
  /** Which labels identities have. */
  readonly ledger: {
    /** How long a label counts after it was last gathered. */
    readonly ttlMs: number
    readonly scope: 'principal' | 'session'
    /** The outermost actor has labels of its own too. */
    readonly actors: boolean
    /** What exchanges add. */
    readonly gather: {
      /** Labels of what was found and passed; types without any are left out. */
      readonly findings: readonly { readonly type: FindingType; readonly labels: readonly string[] }[]
      /** Labels of whoever sends what tools gave back. */
      readonly toolResults: readonly string[]
      /** Single terms that labels were written for, be there such terms or not. */
      readonly termsNamed: readonly TermType[]
    }
    /** What is remembered of what was released; undefined: nothing. */
    readonly fingerprints: { readonly ttlMs: number; readonly max: number } | undefined
  }
  /** Where values lie that placeholders stand for. */
  readonly vault: {
    /** How long a value can be restored after it was last tokenized. */
    readonly ttlMs: number
    readonly formats: Readonly<Record<SurrogateType, VaultFormat>>
  }
  /** The tokens that we issue ourselves. */
  readonly tokens: {
    readonly lifetimeMs: number
    readonly algorithm: 'ES256' | 'Ed25519'
    /** How long a key signs. */
    readonly rotationMs: number
  }
  readonly store: StoreConfig
  /** The folder of what a first start makes beside the store: that of its file, or for a database the configuration's own. */
  readonly keptIn: string
  /** What seals the store's secrets: 32 bytes in base64. Undefined: made with the first of them, in `keptIn`. */
  readonly secretsKey: Secret | undefined
  readonly shutdown: { readonly deadlineMs: number }
  readonly control: { readonly socket: string }
}
