import type { Transaction } from '../../../databases/postgres-client.js'

/** The login of a scan, as far as somebody should be told of it. */
export interface ScanLogin {
  readonly name: string
  readonly isSuperuser: boolean
  readonly bypassesRls: boolean
}

/** A relation of the schemas that are scanned. */
export interface ScannedRelation {
  readonly oid: string
  readonly schema: string
  readonly table: string
  /** `pg_class.relkind`. */
  readonly kind: string
  readonly isInvoker: boolean
  /** As the server estimates it; below zero where it never did. */
  readonly rows: number
  readonly isOwned: boolean
  readonly isReadable: boolean
  /** Rules of the database's own would run, and hide rows. */
  readonly isSecured: boolean
}

export interface ScannedColumn {
  readonly of: string
  readonly name: string
  readonly type: string
  readonly isKey: boolean
  readonly isComposite: boolean
  readonly isReadable: boolean
}

/** A role that callers could be given. */
export interface ScannedRole {
  readonly role: string
  /** Tables of the schemas of which it may read something. */
  readonly tables: number
}

export interface ScannedCatalogue {
  readonly login: ScanLogin
  /** All that the database has. */
  readonly schemas: readonly string[]
  readonly relations: readonly ScannedRelation[]
  readonly columns: readonly ScannedColumn[]
  readonly roles: readonly ScannedRole[]
}

const ROLES_MAX = 20

/** What the schemas hold, without any value. Partitions are a part of their table. */
export async function readCatalogue(sql: Transaction, schemas: readonly string[]): Promise<ScannedCatalogue> {
  const named = JSON.stringify(schemas)
  const [login] = await sql<ScanLogin[]>`
    select rolname::text as name, rolsuper as "isSuperuser", rolbypassrls as "bypassesRls"
    from pg_catalog.pg_roles where rolname = current_user`
  const relations = await sql<ScannedRelation[]>`
    select c.oid::text as oid, n.nspname::text as schema, c.relname::text as table, c.relkind::text as kind,
      coalesce((select o.option_value::boolean from pg_catalog.pg_options_to_table(c.reloptions) as o
        where o.option_name = 'security_invoker'), false) as "isInvoker",
      c.reltuples::float8 as rows, pg_catalog.pg_has_role(c.relowner, 'MEMBER') as "isOwned",
      pg_catalog.has_any_column_privilege(c.oid, 'SELECT') as "isReadable",
      pg_catalog.row_security_active(c.oid) as "isSecured"
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (array(select pg_catalog.jsonb_array_elements_text(${named}::text::jsonb)))
      and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
    order by n.nspname, c.relname`
  const all = await sql<{ schema: string }[]>`select nspname::text as schema from pg_catalog.pg_namespace order by 1`
  const oids = JSON.stringify(relations.map(({ oid }) => oid))
  const columns = await sql<ScannedColumn[]>`
    select a.attrelid::text as of, a.attname::text as name, pg_catalog.format_type(a.atttypid, null) as type,
      exists (select from pg_catalog.pg_constraint k
        where k.conrelid = a.attrelid and k.contype in ('p', 'f') and a.attnum = any (k.conkey)) as "isKey",
      coalesce('c' in (t.typtype, e.typtype, b.typtype), false) as "isComposite",
      pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') as "isReadable"
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_type e on e.oid = t.typelem and t.typelem <> 0
    left join pg_catalog.pg_type b on b.oid = t.typbasetype and t.typbasetype <> 0
    where a.attrelid::text in (select pg_catalog.jsonb_array_elements_text(${oids}::text::jsonb))
      and a.attnum > 0 and not a.attisdropped
    order by a.attrelid, a.attnum`
  const roles = await sql<ScannedRole[]>`
    select r.rolname::text as role, count(*)::integer as tables
    from pg_catalog.pg_roles r join pg_catalog.pg_class c
      on c.oid::text in (select pg_catalog.jsonb_array_elements_text(${oids}::text::jsonb))
    where not (r.rolcanlogin or r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolreplication)
      and r.rolname not like 'pg\\_%' and pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT')
      and not pg_catalog.pg_has_role(r.oid, c.relowner, 'MEMBER')
    group by 1 order by 2 desc, 1 limit ${ROLES_MAX}`
  return {
    login: login ?? { name: '', isSuperuser: false, bypassesRls: false },
    schemas: all.map(({ schema }) => schema),
    ...{ relations, columns, roles },
  }
}
