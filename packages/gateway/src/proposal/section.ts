import type { ProposedColumn, ProposedTable } from './propose.js'

export interface SectionParts {
  readonly name: string
  readonly schemas: readonly string[]
  readonly roles: readonly { readonly role: string; readonly tables: number }[]
}

/**
 * Tables as a section of the configuration, in YAML. What a database calls things stands in quotes where it could be read as
 * anything but a name, in comments too.
 */
export function sectionHead({ name, roles, schemas }: SectionParts): readonly string[] {
  const variable = `${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')}_URL`
  return [
    '# Proposed from names, types and sampled values; nobody has decided it yet. Look at every line: what is unclassified is of the',
    '# highest there is, and a table or column that does not stand here is not there.',
    'datasets:',
    `  - name: ${written(name)}`,
    '    owner: "" # whose data it is',
    '    postgres:',
    `      url: \${${variable}} # of a login that owns none of these tables and is no superuser`,
    `      schemas: [${schemas.map(written).join(', ')}]`,
    ...rolesOf(roles),
    '      tables:',
  ]
}

function rolesOf(roles: SectionParts['roles']): readonly string[] {
  if (roles.length === 0) {
    return [
      '      roles: # no role that callers could be given may read any of these tables: make one, and grant it',
      '        - { group: analysts, role: analysts }',
    ]
  }
  return [
    '      roles: # of the database, by the groups of callers',
    ...roles.map(
      ({ role, tables }) =>
        `        - { group: ${written(role)}, role: ${written(role)} } # may read ${tables} of the tables`,
    ),
  ]
}

/** @param first the dataset's first schema: its tables are named without */
export function tableLines({ columns, kind, schema, table, unseen }: ProposedTable, first: string): readonly string[] {
  const name = tableNameOf(schema, table, first)
  if (kind === 'definer') return [`        # ${name}: it is read with the rights of its owner, and left out`]
  const why = unseen === undefined ? '' : ` # values were not looked at: ${unseen}`
  const shown = columns.map((one) =>
    one.isComposite ? `            # ${written(one.name)}: ${one.reasons.join('; ')}` : columnLine(one),
  )
  const isEmpty = columns.every((one) => one.isComposite)
  return [`        ${name}:${why}`, `          columns:${isEmpty ? ' {}' : ''}`, ...shown]
}

function columnLine({ categories, classification, mask, name, reasons }: ProposedColumn): string {
  return `            ${written(name)}: ${classifiedAs(classification, categories, mask)} # ${reasons.join('; ')}`
}

function classifiedAs(
  classification: string | undefined,
  categories: readonly string[],
  mask: ProposedColumn['mask'],
): string {
  if (classification === undefined) return '{}'
  if (categories.length === 0 && mask === undefined) return classification
  const members = [
    `classification: ${classification}`,
    ...(categories.length === 0 ? [] : [`categories: [${categories.join(', ')}]`]),
    ...(mask === undefined ? [] : [`mask: ${mask}`]),
  ]
  return `{ ${members.join(', ')} }`
}

/** As the configuration reads names of tables: one with a dot or a quote in it stands in quotes of its own. */
function tableNameOf(schema: string, table: string, first: string): string {
  const parts = schema === first ? [table] : [schema, table]
  return written(parts.map((one) => (/[".]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one)).join('.'))
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?$/
/** What YAML takes for something else than a text. */
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i

function written(name: string): string {
  if (PLAIN.test(name) && !WORDS.test(name)) return name
  // JSON is YAML, but for what ends a line there, and what a terminal obeys.
  return JSON.stringify(name).replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
