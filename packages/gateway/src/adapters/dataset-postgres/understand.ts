import { type Lattice, proceed, refuse, type Step } from '../../spec/index.js'
import type { Caller } from './caller.js'
import { tableName } from './catalogue.js'
import { isOfSchema, refusalOf } from './refusals.js'
import type { SchemaTable } from './server/schema.js'
import { AS_ROLE, type KnownSchema, type Server } from './server/server.js'
import { mentionsOf } from './sql/mentions.js'
import { type FindRelation, findIn, relationsOf } from './sql/relations.js'
import { rewrite } from './sql/rewrite.js'
import { parseStatement } from './sql/statement.js'
import { readingOf, type Understood } from './understood.js'
import { bind, execute } from './wire/messages.js'
import { ask, type DescribedColumn, describe } from './wire/session.js'

export interface UnderstandParts {
  readonly dataset: string
  readonly server: Server
  readonly lattice: Lattice
  /** Where an unqualified name is looked for, in order. */
  readonly schemas: readonly string[]
}

/** Understands statements, each once as long as the schema is the same. */
export type Understand = (sql: string, caller: Caller) => Step<Understood> | Promise<Step<Understood>>

const KEPT_MAX = 200
const KEPT_LENGTH_MAX = 8 * 1024

export function createUnderstand(parts: UnderstandParts): Understand {
  const { dataset, server } = parts
  // The one used last stands last.
  const kept = new Map<string, Understood>()
  const typeNames = new Map<number, string>()

  let finder: { readonly find: FindRelation; readonly epoch: number } | undefined
  const finderFor = ({ schema, epoch }: KnownSchema): FindRelation => {
    if (finder?.epoch !== epoch) {
      const relations = [...schema.tables.values()].map(({ relation }) => relation)
      finder = { find: findIn(parts.schemas, relations), epoch }
    }
    return finder.find
  }

  let newest: string | undefined

  const keep = (sql: string, understood: Understood): void => {
    if (sql.length > KEPT_LENGTH_MAX) return
    newest = sql
    kept.delete(sql)
    kept.set(sql, understood)
    const [oldest] = kept.keys()
    if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
  }

  const learnTypes = async (columns: readonly DescribedColumn[]): Promise<void> => {
    const unknown = columns.map(({ type }) => type).filter((type) => !typeNames.has(type))
    if (unknown.length === 0) return
    const lease = await server.pool.take()
    try {
      for (const [oid, name] of await ask(lease.session, TYPES, [`{${unknown.join(',')}}`]))
        typeNames.set(Number(oid), name ?? '')
    } finally {
      lease.free()
    }
  }

  const describeOnce = async (sql: string, caller: Caller): ReturnType<typeof describe> => {
    const lease = await server.pool.take()
    try {
      return await describe(lease.session, asRole(caller), sql)
    } finally {
      lease.free()
    }
  }

  const understand = async (sql: string, caller: Caller, known: KnownSchema): Promise<Step<Understood>> => {
    const statement = parseStatement(sql)
    if (statement.kind === 'refuse') return statement
    // One that is left out has a type that nobody knows.
    const gap = statement.value.parameters.findIndex((number, index) => number !== index + 1)
    if (gap >= 0)
      return refuse('invalid_request', `no use of $${gap + 1}`, {
        message: `The statement uses a parameter above $${gap + 1}, and not that one.`,
        param: 'parameters',
      })
    const used = relationsOf(statement.value, finderFor(known))
    if (used.kind === 'refuse') return used
    const mentions = mentionsOf(statement.value, used.value)
    if (mentions.kind === 'refuse') return mentions
    const raw = rewrite(statement.value, used.value, () => ({ expressions: new Map(), filters: [] }))
    if (raw.kind === 'refuse') return raw
    try {
      const columns = await describeOnce(raw.value.text, caller)
      await learnTypes(columns)
      const tables = new Map<string, SchemaTable>()
      for (const { relation } of used.value) {
        const table = known.schema.tables.get(tableName(relation))
        if (table !== undefined) tables.set(tableName(relation), table)
      }
      const typeOf = (oid: number): string => typeNames.get(oid) ?? 'unknown'
      return proceed({
        statement: statement.value,
        used: used.value,
        tables,
        ...readingOf(parts.lattice, tables, mentions.value, columns, typeOf),
        types: columns.map(({ type }) => type),
        epoch: known.epoch,
        plans: new Map(),
        plansFor: new WeakMap(),
      })
    } catch (thrown) {
      if (isOfSchema(thrown)) await server.refresh().catch(() => {})
      return refusalOf(thrown, dataset, (position) => raw.value.positionInOriginal(position))
    }
  }

  const keptOf = (sql: string, { epoch }: KnownSchema): Step<Understood> | undefined => {
    const before = kept.get(sql)
    if (before?.epoch !== epoch) return undefined
    if (sql !== newest) keep(sql, before)
    return proceed(before)
  }

  const understandAnew = async (
    sql: string,
    caller: Caller,
    reading: KnownSchema | Promise<KnownSchema>,
  ): Promise<Step<Understood>> => {
    let known: KnownSchema
    try {
      known = await reading
    } catch (thrown) {
      return refusalOf(thrown, dataset, () => undefined)
    }
    const before = keptOf(sql, known)
    if (before !== undefined) return before
    let step = await understand(sql, caller, known)
    if (step.kind === 'refuse') {
      // The database may have changed under it: what was wrong of the old schema may be right of the new one.
      const now = await Promise.resolve(server.schema()).catch(() => known)
      if (now.epoch !== known.epoch) step = await understand(sql, caller, now)
    }
    if (step.kind === 'proceed') keep(sql, step.value)
    return step
  }

  return (sql, caller) => {
    const known = server.schema()
    return (known instanceof Promise ? undefined : keptOf(sql, known)) ?? understandAnew(sql, caller, known)
  }
}

const roles = new WeakMap<Caller, readonly Buffer[]>()

/** The messages that take the role on for the transaction that they begin. */
export function asRole(caller: Caller): readonly Buffer[] {
  const held = roles.get(caller)
  if (held !== undefined) return held
  const messages = [Buffer.concat([bind(AS_ROLE, caller.values), execute(0)])]
  roles.set(caller, messages)
  return messages
}

const TYPES = 'SELECT oid, pg_catalog.format_type(oid, NULL) FROM unnest($1::oid[]) AS oid'
