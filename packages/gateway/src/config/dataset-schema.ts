import { z } from 'zod'
import type {
  ClassificationConfig,
  Config,
  DatasetConfig,
  DocumentsConfig,
  StoreConfig,
  TablesConfig,
} from './config.js'
import { COLUMN_MASKS } from './config.js'
import { bytes, duration, flag, group, label, objectBarely, text } from './schema-parts.js'
import type { SecretValue } from './secret.js'

export const classification: z.ZodType<Config['classification']> = group({
  levels: z.array(label).min(2).max(32).default(['public', 'internal', 'confidential', 'restricted']),
  categories: z.array(label).max(256).default(['finance', 'pii', 'phi']),
})
  .transform((raw, context) => {
    const words = [...raw.levels, ...raw.categories]
    const twice = words.find((word, at) => words.indexOf(word) < at)
    if (twice !== undefined) objectBarely(context, [], `\`${twice}\` stands twice among levels and categories`)
    return { levels: raw.levels, categories: [...raw.categories].sort() }
  })
  .prefault({})

const classified = { classification: label.optional(), categories: z.array(label).default([]) } as const

function classificationOf(raw: {
  readonly classification?: string | undefined
  readonly categories: readonly string[]
}): ClassificationConfig {
  return { level: raw.classification, categories: [...new Set(raw.categories)].sort() }
}

/** A name as PostgreSQL keeps it: at most 63 bytes. */
const identifier = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63 && !name.includes('\0'), {
    error: 'write a name of at most 63 bytes, as the database has it',
  })

const columnBody = group({ ...classified, mask: z.enum(COLUMN_MASKS).optional() })
/** A column's classification alone, or all that is said of it. */
const column = z.union([label, columnBody], {
  error: 'write a classification, or { classification, categories, mask }',
})

type Columns = TablesConfig['tables'][number]['columns']

const columns = z.record(identifier, column).transform(
  (raw): Columns =>
    Object.entries(raw).map(([name, written]) => {
      const said = typeof written === 'string' ? { classification: written, categories: [] } : written
      return { name, ...classificationOf(said), mask: ('mask' in said ? said.mask : undefined) ?? 'full' }
    }),
)

const filter = z.union([text, group({ where: text, always: flag.default(false) })])

const table = group({
  ...classified,
  columns,
  filters: z.record(label, filter).default({}),
  definer: flag.default(false),
})

/** `SCHEMA.TABLE`, or a table of the first schema. A name with a dot in it is written in quotes. */
const TABLE_NAME = /^(?:(?:"((?:[^"]|"")+)"|([^".]+))\.)?(?:"((?:[^"]|"")+)"|([^".]+))$/

/** Without a schema: that of the dataset's first. */
type Named = Omit<TablesConfig['tables'][number], 'schema'> & { readonly schema: string | undefined }

const tables = z.record(text, table).transform((raw, context): readonly Named[] =>
  Object.entries(raw).map(([written, said]) => {
    const parts = TABLE_NAME.exec(written)
    if (parts === null) objectBarely(context, [written], `\`${written}\`: write TABLE or SCHEMA.TABLE`)
    const [, quotedSchema, schema, quotedTable, name] = parts ?? []
    return {
      schema: quotedSchema?.replaceAll('""', '"') ?? schema,
      table: quotedTable?.replaceAll('""', '"') ?? name ?? written,
      ...classificationOf(said),
      columns: said.columns,
      filters: Object.entries(said.filters).map(([name, one]) =>
        typeof one === 'string' ? { name, where: one, always: false } : { name, where: one.where, always: one.always },
      ),
      definer: said.definer,
    }
  }),
)

/** Of PostgreSQL: a custom setting has a dot in its name. */
const setting = z
  .string()
  .regex(/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+$/, { error: 'write a setting such as app.region' })

const postgresLimits = group({
  rows: z.int().min(1).max(10_000_000).default(10_000),
  bytes: bytes(1024, 1024 ** 3, 'from 1KiB to 1GiB').prefault('16MiB'),
  timeout: duration(10, 3_600_000, 'from 10ms to 1h').prefault('30s'),
  connections: z.int().min(1).max(1000).default(10),
})
  .transform((raw) => ({ rows: raw.rows, bytes: raw.bytes, timeoutMs: raw.timeout, connections: raw.connections }))
  .prefault({})

function tablesSchema(url: z.ZodType<SecretValue, string>): z.ZodType<TablesConfig> {
  return group({
    url,
    schemas: z.array(identifier).min(1).default(['public']),
    tables,
    roles: z.array(group({ group: text, role: identifier })).min(1),
    settings: z.record(setting, text).default({}),
    oracles: z.enum(['refuse', 'masks']).default('refuse'),
    limits: postgresLimits,
  }).transform((raw): TablesConfig => {
    const [first = 'public'] = raw.schemas
    return {
      kind: 'tables',
      url: raw.url,
      schemas: raw.schemas,
      tables: raw.tables.map((one) => ({ ...one, schema: one.schema ?? first })),
      roles: raw.roles,
      settings: Object.entries(raw.settings).map(([name, from]) => ({ setting: name, from })),
      oracles: raw.oracles,
      limits: raw.limits,
    }
  })
}

function documentsSchema(store: z.ZodType<StoreConfig, string>): z.ZodType<DocumentsConfig> {
  return group({
    store,
    attributes: z.record(text.max(64), z.union([label, group(classified)])).default({}),
    planted: z.enum(['refuse', 'label', 'flag']).default('label'),
    embeddings: group({ model: text }).optional(),
    limits: group({ hits: z.int().min(1).max(1000).default(50) }).prefault({}),
  }).transform((raw) => ({
    kind: 'documents' as const,
    store: raw.store,
    attributes: Object.entries(raw.attributes).map(([name, said]) => ({
      name,
      ...classificationOf(typeof said === 'string' ? { classification: said, categories: [] } : said),
    })),
    planted: raw.planted,
    embeddingModel: raw.embeddings?.model,
    limits: raw.limits,
  }))
}

const KINDS = ['postgres', 'documents']

/** One dataset, by what holds it: tables of a database, or documents. */
export function datasetSchema(
  store: z.ZodType<StoreConfig, string>,
  url: z.ZodType<SecretValue, string>,
): z.ZodType<DatasetConfig> {
  return group({
    ...classified,
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, { error: 'write a name of letters, digits, `.`, `_` and `-`' }),
    owner: z.string().max(256).default(''),
    purposes: z.array(text.max(128)).max(256).default([]),
    labels: z.array(label).max(64).default([]),
    postgres: tablesSchema(url).optional(),
    documents: documentsSchema(store).optional(),
  }).transform((raw, context): DatasetConfig => {
    const source = raw.postgres ?? raw.documents
    if (source === undefined || (raw.postgres !== undefined && raw.documents !== undefined)) {
      objectBarely(context, [], `write one of ${KINDS.join(' and ')}`)
    }
    return {
      name: raw.name,
      owner: raw.owner,
      ...classificationOf(raw),
      purposes: raw.purposes,
      labels: [...new Set(raw.labels)].sort(),
      // Without one it is objected to, and never used.
      source: source ?? {
        kind: 'documents',
        store: { kind: 'sqlite', path: '' },
        attributes: [],
        planted: 'label',
        embeddingModel: undefined,
        limits: { hits: 1 },
      },
    }
  })
}
