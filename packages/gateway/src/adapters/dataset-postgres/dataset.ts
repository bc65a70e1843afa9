import { readAddress } from '../../databases/postgres-address.js'
import {
  type Classification,
  type Clock,
  type Lattice,
  type PreparedQuery,
  type Principal,
  proceed,
  refuse,
  type SqlValue,
  type Step,
  type TableSource,
} from '../../spec/index.js'
import { type Caller, type ClaimSetting, callerOf, type RoleMapping, settingsFault, settingsSql } from './caller.js'
import { type Catalogue, type CatalogueTable, catalogueFault, tableName } from './catalogue.js'
import { checkFilters } from './filters.js'
import { readPlan } from './read.js'
import { createServer, type Server } from './server/server.js'
import { StandingBad } from './server/standing.js'
import { readFilter } from './sql/filter.js'
import { loadGrammar } from './sql/statement.js'
import { createUnderstand } from './understand.js'
import { planOf, type ReadyFilter, type ReadyFilters, type Rules, type Understood } from './understood.js'
import type { Bound } from './wire/messages.js'

export interface PostgresDatasetParts {
  readonly name: string
  /** As `readAddress` reads it; its login must be neither superuser nor owner. */
  readonly url: string
  readonly lattice: Lattice
  /** Level of what says none itself; undefined: the highest, with every category. */
  readonly level: Classification['level'] | undefined
  readonly categories: readonly string[]
  /** Where an unqualified name of a table is looked for, in order. */
  readonly schemas: readonly string[]
  readonly tables: readonly CatalogueTable[]
  /** The first whose group the subject has counts. */
  readonly roles: readonly RoleMapping[]
  /** Besides `ostiary.subject`, `ostiary.issuer` and `ostiary.groups` (JSON), which are always set. */
  readonly settings: readonly ClaimSetting[]
  /** A changed column that decides what else is seen: refused, or the statement runs over its mask. */
  readonly oracles: 'refuse' | 'masks'
  readonly limits: {
    readonly rows: number
    /** Of all cells of a result; more is cut off at a row. */
    readonly bytes: number
    /** Of a statement, of waiting for a connection, and of waiting for a reader that does not take what there is. */
    readonly timeoutMs: number
    readonly connections: number
  }
  readonly clock: Clock
  /** For the operator. */
  warn(message: string): void
}

/**
 * Opens tables of a PostgreSQL database that callers query under roles of their own.
 *
 * Rejects with words for the operator where the parts contradict themselves, or the database answers and its login or one of the
 * roles may more than it should. Where the database is away it warns, and every query is refused until it was looked at.
 */
export async function openPostgresDataset(parts: PostgresDatasetParts): Promise<TableSource> {
  const { name, lattice, level, categories, tables, roles, settings, limits } = parts
  const catalogue: Catalogue = { lattice, level, categories, tables }
  const fault = catalogueFault(catalogue) ?? settingsFault(settings)
  if (fault !== undefined) throw new Error(`dataset \`${name}\`: ${fault}`)
  await loadGrammar()
  const filters = readyFilters(name, tables)
  const server = createServer({
    address: readAddress(parts.url),
    catalogue,
    roles: [...new Set(roles.map(({ role }) => role))],
    settingsSql: settingsSql(settings),
    limits,
    clock: parts.clock,
    warn: (message) => parts.warn(`dataset \`${name}\`: ${message}`),
  })
  try {
    await server.schema()
    for (const { role } of roles.slice(0, 1))
      await checkFilters(server, role, tables, filters, (message) => parts.warn(`dataset \`${name}\`: ${message}`))
  } catch (thrown) {
    if (thrown instanceof StandingBad) {
      server.close()
      throw new Error(`dataset \`${name}\`: ${thrown.message}`)
    }
  }
  return sourceOf(parts, server, { lattice, filters, oracles: parts.oracles })
}

function sourceOf(parts: PostgresDatasetParts, server: Server, rules: Rules): TableSource {
  const { name: dataset, lattice, schemas, roles, settings, limits } = parts
  const understand = createUnderstand({ dataset, server, lattice, schemas })
  // What a principal says never changes: as whom it reads is found once.
  const callers = new WeakMap<Principal, Step<Caller>>()
  const callerFor = (principal: Principal): Step<Caller> => {
    const held = callers.get(principal)
    if (held !== undefined) return held
    const caller = callerOf(principal, roles, settings)
    callers.set(principal, caller)
    return caller
  }

  const preparedOf = (understood: Understood, caller: Caller, values: readonly Bound[]): PreparedQuery => ({
    reading: understood.reading,
    change(changes) {
      const step = planOf(understood, changes, rules)
      if (step.kind === 'refuse') return step
      const plan = step.value
      const rowsMax = Math.min(limits.rows, changes.rowsMax ?? limits.rows)
      const asked = { plan, caller, values, rowsMax, epoch: understood.epoch }
      return proceed({
        columns: plan.columns,
        read: (ended) =>
          readPlan({ dataset, server, bytesMax: limits.bytes, patienceMs: limits.timeoutMs }, asked, ended),
      })
    },
  })

  return {
    async prepare({ sql, parameters }, principal) {
      const caller = callerFor(principal)
      if (caller.kind === 'refuse') return caller
      const values = boundOf(parameters)
      if (values.kind === 'refuse') return values
      const understanding = understand(sql, caller.value)
      const understood = understanding instanceof Promise ? await understanding : understanding
      if (understood.kind === 'refuse') return understood
      const wanted = understood.value.statement.parameters.length
      if (wanted !== parameters.length)
        return refuse('invalid_request', `${parameters.length} parameters for ${wanted}`, {
          message: `Parameters that the statement uses: ${wanted}; given: ${parameters.length}.`,
          param: 'parameters',
        })
      return proceed(preparedOf(understood.value, caller.value, values.value))
    },
    async close() {
      server.close()
    },
  }
}

/** What is wrong with row filters by their grammar alone: no database is asked. */
export async function filterFaults(
  tables: readonly Pick<CatalogueTable, 'table' | 'filters'>[],
): Promise<readonly { readonly table: number; readonly filter: string; readonly message: string }[]> {
  if (tables.every(({ filters }) => filters.length === 0)) return []
  await loadGrammar()
  return tables.flatMap(({ filters, table }, at) =>
    filters.flatMap(({ name, where }) => {
      const read = readFilter(where, table)
      return read.kind === 'refuse' ? { table: at, filter: name, message: read.message } : []
    }),
  )
}

function readyFilters(name: string, tables: readonly CatalogueTable[]): ReadyFilters {
  const ready = new Map<string, readonly ReadyFilter[]>()
  for (const table of tables) {
    const filters = table.filters.map((filter) => {
      const read = readFilter(filter.where, table.table)
      if (read.kind === 'refuse')
        throw new Error(
          `dataset \`${name}\`: the row filter \`${filter.name}\` of \`${tableName(table)}\`: ${read.message}`,
        )
      return { name: filter.name, where: read.value, always: filter.always }
    })
    ready.set(tableName(table), filters)
  }
  return ready
}

function boundOf(parameters: readonly SqlValue[]): Step<readonly Bound[]> {
  const values: Bound[] = []
  for (const [index, value] of parameters.entries()) {
    const text = value === null ? null : String(value)
    if (text?.includes('\0') === true || (typeof value === 'number' && !Number.isFinite(value)))
      return refuse('invalid_request', `parameter ${index + 1} cannot be bound`, {
        message: `The parameter $${index + 1} holds what PostgreSQL cannot.`,
        param: 'parameters',
      })
    values.push(text)
  }
  return proceed(values)
}
