/** What a mask shows of a value. NULL stays NULL under each. */
export const MASKS = ['null', 'full', 'email', 'first1', 'last4', 'year'] as const
export type Mask = (typeof MASKS)[number]

// As `format_type` writes them, without what is in parentheses. A domain is none of them: it may forbid what a mask gives.
const TEXTS = new Set(['text', 'character varying', 'character'])
const DATES = new Set(['date', 'timestamp without time zone', 'timestamp with time zone'])

/**
 * SQL that stands in the place of a column. It fails at no value, for what fails tells of the value.
 *
 * - `null`: nothing, of any type
 * - `full`: `***`, of a text; of any other type nothing
 * - `email`: `a***@example.com`, of a text with one `@`; of any other `***`
 * - `last4`: `***` and the last four characters, of a text of at least eight; of any other `***`
 * - `first1`: the first character and `***`, of a text
 * - `year`: its first day, of a date or time (UTC); of one before 4713 BC or after 294276, nothing
 *
 * @param column SQL that names it
 * @param type as `format_type` of PostgreSQL writes it, with the search path of the connection
 * @returns undefined where the type has no such mask
 */
export function maskExpression(mask: Mask, column: string, type: string): string | undefined {
  const base = plain(type)
  switch (mask) {
    case 'null':
      return `NULL::${type}`
    case 'full':
      return TEXTS.has(base) ? textMask(mask, `${column}::pg_catalog.text`) : `NULL::${type}`
    case 'email':
    case 'first1':
    case 'last4':
      return TEXTS.has(base) ? textMask(mask, `${column}::pg_catalog.text`) : undefined
    case 'year':
      return DATES.has(base) ? yearOf(column, base) : undefined
  }
}

function textMask(mask: 'full' | 'email' | 'first1' | 'last4', text: string): string {
  const otherwise = `WHEN ${text} IS NOT NULL THEN '***'::pg_catalog.text END`
  switch (mask) {
    case 'full':
      return `CASE ${otherwise}`
    case 'email': {
      // One `@` alone: a quoted local part may have more, and what follows the first would be a part of it. No regular expression,
      // and no `concat`: they took two thirds of what the server spent on the mask.
      const isEmail = `${text} OPERATOR(pg_catalog.~~) '_%@_%' AND ${text} OPERATOR(pg_catalog.!~~) '%@%@%'`
      const domain = `pg_catalog.split_part(${text}, '@', 2)`
      return `CASE WHEN ${isEmail} THEN ${joined(`pg_catalog.left(${text}, 1)`, "'***@'", domain)} ${otherwise}`
    }
    case 'last4': {
      const isLong = `pg_catalog.char_length(${text}) OPERATOR(pg_catalog.>=) 8`
      return `CASE WHEN ${isLong} THEN ${joined("'***'", `pg_catalog.right(${text}, 4)`)} ${otherwise}`
    }
    case 'first1':
      return `CASE WHEN ${text} IS NOT NULL THEN ${joined(`pg_catalog.left(${text}, 1)`, "'***'")} END`
  }
}

/** Of texts that are no NULL. */
function joined(...texts: readonly string[]): string {
  return texts.map((one) => `${one}::pg_catalog.text`).join(' OPERATOR(pg_catalog.||) ')
}

function yearOf(column: string, type: string): string {
  // The first day of the years before is out of bounds, as are dates after those that a timestamp reaches to.
  const [first, last] = [`'4713-01-01 BC'::${type}`, `'294276-12-31'::${type}`]
  const isWithin = `${column} OPERATOR(pg_catalog.>=) ${first} AND ${column} OPERATOR(pg_catalog.<=) ${last}`
  const trunc = (value: string): string => `pg_catalog.date_trunc('year', ${value})`
  switch (type) {
    case 'date':
      return `CASE WHEN ${isWithin} THEN ${trunc(`${column}::pg_catalog.timestamp`)}::pg_catalog.date END`
    case 'timestamp with time zone':
      return `CASE WHEN ${isWithin} THEN ${trunc(`${column}, 'UTC'`)} END`
    default:
      return `CASE WHEN ${isWithin} THEN ${trunc(column)} END`
  }
}

function plain(type: string): string {
  return type.replace(/\(.*?\)/, '')
}
