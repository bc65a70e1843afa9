import { type Catalogue, tableName } from '../catalogue.js'
import { ask, type Session } from '../wire/session.js'
import { textArray } from './arrays.js'

/** The login, or a role that it takes on, may more than it should: nothing is read with it. */
export class StandingBad extends Error {
  override readonly name: string = 'StandingBad'
}

// Members read or run things that no grant on a table tells of.
const PREDEFINED = [
  'pg_read_all_data',
  'pg_write_all_data',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_execute_server_program',
]

// Membership counts without INHERIT too: it could be taken on.
const STANDING = `
WITH wanted AS (
  SELECT session_user::text AS name, true AS is_login
  UNION SELECT name, false FROM unnest($1::text[]) AS name
), owner AS (
  SELECT DISTINCT c.relowner AS oid, n.nspname || '.' || c.relname AS of
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname || '.' || c.relname = ANY ($2::text[])
)
SELECT w.name, w.is_login,
  CASE
    WHEN r.oid IS NULL THEN 'is not there'
    WHEN r.rolsuper THEN 'is a superuser'
    WHEN r.rolbypassrls THEN 'has BYPASSRLS'
    WHEN r.rolcreaterole THEN 'has CREATEROLE'
    WHEN r.rolreplication THEN 'has REPLICATION'
    WHEN NOT pg_has_role(session_user, r.oid, 'MEMBER') THEN 'is no role that the login is a member of: grant it to the login'
    ELSE coalesce(
      (SELECT 'owns ' || min(o.of) || ', or is a member of a role that does' FROM owner o
        WHERE pg_has_role(r.oid, o.oid, 'MEMBER') HAVING count(*) > 0),
      (SELECT 'is a member of ' || min(p.rolname) FROM pg_catalog.pg_roles p
        WHERE (p.rolsuper OR p.rolbypassrls OR p.rolcreaterole OR p.rolreplication OR p.rolname = ANY ($3::text[]))
          AND pg_has_role(r.oid, p.oid, 'MEMBER') HAVING count(*) > 0))
  END
FROM wanted w LEFT JOIN pg_catalog.pg_roles r ON r.rolname = w.name`

/**
 * Looks whether the login is no superuser, owner, or otherwise above what the tables' grants and policies say, and every role
 * that it takes on likewise. Rejects with `StandingBad`, and with whatever `ask` does.
 */
export async function checkStanding(session: Session, catalogue: Catalogue, roles: readonly string[]): Promise<void> {
  const tables = catalogue.tables.map(tableName)
  const rows = await ask(session, STANDING, [textArray(roles), textArray(tables), textArray(PREDEFINED)])
  const [[encoding] = []] = await ask(session, "SELECT pg_catalog.current_setting('server_encoding')", [])
  // Names that are not of ASCII would fold otherwise there than they are read here.
  if (encoding !== 'UTF8') throw new StandingBad(`the database is not kept in UTF8, but in ${encoding ?? 'nothing'}`)
  for (const [name, isLogin, fault] of rows) {
    if (fault === null || fault === undefined) continue
    throw new StandingBad(`the ${isLogin === 't' ? 'login' : 'role'} \`${name}\` ${fault}`)
  }
}
