import type { Node, TypeName } from 'libpg-query'

/**
 * Types that a statement may name, all of pg_catalog. No `reg…` (they look names up in the catalogue), no `xml`, `oid`, `record`,
 * and none of somebody's own, whose casts are functions.
 */
const TYPES = new Set([
  ...['bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'text', 'varchar', 'bpchar', 'bytea', 'uuid'],
  ...['date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'json', 'jsonb', 'jsonpath', 'bit', 'varbit'],
  ...['inet', 'cidr', 'macaddr', 'macaddr8', 'tsvector', 'tsquery', 'point', 'int4range', 'int8range', 'numrange'],
  ...['daterange', 'tsrange', 'tstzrange'],
])
// A value is padded to this length.
const PADDED = new Set(['bpchar', 'bit', 'varbit'])
const PADDED_MAX = 1_000

/** What is wrong with a type that is named. @returns undefined where nothing is */
export function typeFault({ names = [], typmods = [] }: TypeName): string | undefined {
  const name = inCatalog(names)
  if (name === undefined || !TYPES.has(name)) return 'a type that may not be named'
  for (const one of typmods) {
    const size = integerOf(one)
    if (size === undefined) return 'a size of a type that is no number'
    if (PADDED.has(name) && size > PADDED_MAX) return `a size of more than ${PADDED_MAX}`
  }
  return undefined
}

/** A name that is unqualified, or of pg_catalog: the connection finds both there alone. */
export function inCatalog(names: readonly Node[]): string | undefined {
  const parts = names.map(stringOf)
  if (parts.length === 2 && parts[0] === 'pg_catalog') return parts[1]
  return parts.length === 1 ? parts[0] : undefined
}

export function stringOf(node: Node | undefined): string | undefined {
  return node !== undefined && 'String' in node ? (node.String.sval ?? '') : undefined
}

/** Of a constant; undefined for anything else. */
export function integerOf(node: Node | undefined): number | undefined {
  if (node === undefined || !('A_Const' in node)) return undefined
  const { ival, isnull } = node.A_Const
  return ival === undefined || isnull === true ? undefined : (ival.ival ?? 0)
}
