import fc from 'fast-check'

type Draw = fc.GeneratorValue

/** What a generated part of a statement may refer to: names of ranges and their columns. */
type Names = ReadonlyMap<string, readonly string[]>

const TABLES: readonly (readonly [sql: string, name: string, columns: readonly string[]])[] = [
  ['people', 'people', ['id', 'name', 'email', 'age', 'dept', 'tags', 'doc', 'born']],
  ['public.people', 'people', ['id', 'name', 'email', 'age', 'dept', 'tags', 'doc', 'born']],
  ['orders', 'orders', ['id', 'person', 'amount', 'email']],
  ['hr.depts', 'depts', ['id', 'name']],
]
const ALIASES = ['p', 'q', 'people', 'orders', 'email', '"é q"']
const COMMONS = ['people', 'orders', 'a', 'b', 'depts']
const LABELS = ['email', 'name', 'x', 'id', '"A b"']

/** Statements made of allowed pieces over three tables, whose names hide one another. Most of them are valid. */
export const statements: fc.Arbitrary<string> = fc.gen().map((draw) => select(draw, 3, new Map(), new Map()).sql)

interface Made {
  readonly sql: string
  readonly columns: readonly string[]
}

function select(draw: Draw, depth: number, around: Names, outerCommons: Names): Made {
  const commons = new Map(outerCommons)
  const defined: string[] = []
  if (depth > 0 && chance(draw, 5)) {
    for (let left = oneOf(draw, [1, 1, 2]); left > 0; left -= 1) {
      const name = oneOf(draw, COMMONS)
      const query = select(draw, depth - 1, around, commons)
      const isNamed = chance(draw, 4)
      defined.push(`${name}${isNamed ? '(email)' : ''} as ${oneOf(draw, ['', 'materialized '])}(${query.sql})`)
      commons.set(name, isNamed ? ['email', ...query.columns.slice(1)] : query.columns)
    }
  }
  const head = defined.length > 0 ? `with ${defined.join(', ')} ` : ''
  if (depth > 0 && chance(draw, 8)) {
    const [one, other] = [select(draw, depth - 1, around, commons), select(draw, depth - 1, around, commons)]
    const operator = oneOf(draw, ['union', 'union all', 'intersect', 'except'])
    const order = chance(draw, 3) ? ` order by ${oneOf(draw, ['1', one.columns[0] ?? '1'])}` : ''
    return { sql: `${head}(${one.sql}) ${operator} (${other.sql})${order}`, columns: one.columns }
  }
  const from = fromList(draw, depth, around, commons)
  const scope: Names = new Map([...around, ...from.names])
  const targets = Array.from({ length: oneOf(draw, [1, 1, 2, 3]) }, () =>
    target(draw, depth, from.names, scope, commons),
  )
  const columns = targets.flatMap((one) => one.columns)
  const distinct = oneOf(draw, ['', '', '', '', 'distinct ', `distinct on (${column(draw, scope)}) `])
  const clauses = [
    chance(draw, 3) ? ` where ${condition(draw, depth, scope, commons)}` : '',
    chance(draw, 8)
      ? ` group by ${oneOf(draw, ['1', '1, 2', column(draw, scope), columns[0] ?? '1', `grouping sets ((1), (${column(draw, scope)}))`, `rollup (${column(draw, scope)}, 1)`])}`
      : '',
    chance(draw, 4)
      ? ` order by ${oneOf(draw, ['1', '2 desc', columns[0] ?? '1', column(draw, scope), `lower(${column(draw, scope)}::text)`])}`
      : '',
    chance(draw, 8) ? ' limit 2' : '',
  ]
  return {
    sql: `${head}select ${distinct}${targets.map(({ sql }) => sql).join(', ')}${from.sql}${clauses.join('')}`,
    columns,
  }
}

function fromList(
  draw: Draw,
  depth: number,
  around: Names,
  commons: Names,
): { readonly sql: string; readonly names: Names } {
  const names = new Map<string, readonly string[]>()
  const parts: string[] = []
  for (let left = oneOf(draw, [0, 1, 1, 1, 2]); left > 0; left -= 1) {
    const first = range(draw, depth, around, commons, names)
    names.set(first.name, first.columns)
    if (chance(draw, 4)) {
      const second = range(draw, depth, around, commons, names)
      names.set(second.name, second.columns)
      const how = oneOf(draw, ['join', 'left join', 'natural join', 'cross join', 'join using', 'full join'])
      if (how === 'natural join' || how === 'cross join') parts.push(`${first.sql} ${how} ${second.sql}`)
      else if (how === 'join using')
        parts.push(`${first.sql} join ${second.sql} using (${oneOf(draw, ['id', 'email', 'name'])})`)
      else
        parts.push(
          `${first.sql} ${how} ${second.sql} on ${oneOf(draw, ['true', `${column(draw, names)}::text = ${column(draw, names)}::text`])}`,
        )
    } else parts.push(first.sql)
  }
  return { sql: parts.length > 0 ? ` from ${parts.join(', ')}` : '', names }
}

function range(
  draw: Draw,
  depth: number,
  around: Names,
  commons: Names,
  before: Names,
): Made & { readonly name: string } {
  const kind = oneOf(draw, ['table', 'table', 'table', 'common', 'select', 'function', 'values', 'joined'])
  if (kind === 'select' && depth > 0) {
    const isLateral = chance(draw, 2)
    const query = select(draw, depth - 1, isLateral ? new Map([...around, ...before]) : around, commons)
    return aliased(draw, `${isLateral ? 'lateral ' : ''}(${query.sql})`, undefined, query.columns)
  }
  if (kind === 'values' && before.size > 0) {
    const alias = oneOf(draw, ALIASES)
    return {
      sql: `lateral (values (${column(draw, before)}::text), ('x')) as ${alias}(email)`,
      name: alias,
      columns: ['email'],
    }
  }
  if (kind === 'joined' && depth > 0) {
    const [left, right] = [range(draw, 0, around, commons, before), range(draw, 0, around, commons, before)]
    const alias = oneOf(draw, ALIASES)
    const columns = [...left.columns, ...right.columns]
    return { sql: `(${left.sql} cross join ${right.sql}) as ${alias}`, name: alias, columns: [...new Set(columns)] }
  }
  if (kind === 'function' && before.size > 0)
    return aliased(
      draw,
      oneOf(draw, [`unnest(array[${column(draw, before)}::text])`, 'generate_series(1, 2)']),
      undefined,
      undefined,
    )
  if (kind === 'common' && commons.size > 0) {
    const [name, columns] = oneOf(draw, [...commons])
    return aliased(draw, name, name, columns)
  }
  const [sql, name, columns] = oneOf(draw, TABLES)
  return aliased(draw, sql, name, columns)
}

function aliased(
  draw: Draw,
  sql: string,
  own: string | undefined,
  columns: readonly string[] | undefined,
): Made & { readonly name: string } {
  if (own !== undefined && chance(draw, 2)) return { sql, name: own, columns: columns ?? [] }
  const alias = oneOf(draw, ALIASES)
  if (columns !== undefined && columns.length > 0 && chance(draw, 6))
    return { sql: `${sql} as ${alias}(x)`, name: alias, columns: ['x', ...columns.slice(1)] }
  return { sql: `${sql} ${oneOf(draw, ['', 'as '])}${alias}`, name: alias, columns: columns ?? [alias] }
}

function target(draw: Draw, depth: number, local: Names, scope: Names, commons: Names): Made {
  const kind = oneOf(draw, ['column', 'column', 'column', 'star', 'of', 'expression', 'row', 'select'])
  const label = chance(draw, 4) ? oneOf(draw, LABELS) : undefined
  const named = (sql: string, name: string): Made => ({
    sql: label === undefined ? sql : `${sql} as ${label}`,
    columns: [label ?? name],
  })
  if (kind === 'star' && local.size > 0) return { sql: '*', columns: [...local.values()].flat() }
  if (kind === 'of' && local.size > 0) {
    const [name, columns] = oneOf(draw, [...local])
    return { sql: `${name}.*`, columns }
  }
  if (kind === 'row' && local.size > 0) return named(oneOf(draw, [...local.keys()]), oneOf(draw, [...local.keys()]))
  if (kind === 'select' && depth > 0)
    return named(`(${select(draw, depth - 1, scope, commons).sql} limit 1)`, '"?column?"')
  if (kind === 'expression') {
    const of = column(draw, scope)
    return oneOf(draw, [
      named(`lower(${of}::text)`, 'lower'),
      named(`${of}::text`, of.replace(/.*\./, '')),
      named(`coalesce(${of}::text, 'none')`, 'coalesce'),
      named(`case when ${of} is null then 1 end`, '"case"'),
      named(`count(${of}) over (order by ${column(draw, scope)})`, 'count'),
      named(`count(*) over (partition by ${column(draw, scope)}::text)`, 'count'),
      named(`(array[${of}])[1]`, '"array"'),
      named(`nullif(${of}::text, 'x')`, 'nullif'),
      named(`'x'::varchar`, '"varchar"'),
      named('current_date', '"current_date"'),
    ])
  }
  const of = column(draw, scope)
  return named(of, of.replace(/.*\./, ''))
}

function condition(draw: Draw, depth: number, scope: Names, commons: Names): string {
  const of = column(draw, scope)
  const kind = oneOf(draw, ['null', 'equal', 'less', 'row', 'exists', 'in', 'and'])
  if (kind === 'equal') return `${of}::text = ${column(draw, scope)}::text`
  if (kind === 'less') return `${of}::text < 'm'`
  if (kind === 'row' && scope.size > 0) return `${oneOf(draw, [...scope.keys()])} is not null`
  if (kind === 'exists' && depth > 0) return `exists (${select(draw, depth - 1, scope, commons).sql})`
  if (kind === 'in' && depth > 0)
    return `${of}::text in (select x::text from (${select(draw, depth - 1, scope, commons).sql}) as s(x))`
  if (kind === 'and' && depth > 0)
    return `${condition(draw, depth - 1, scope, commons)} or not ${condition(draw, depth - 1, scope, commons)}`
  return `${of} is not null`
}

function column(draw: Draw, scope: Names): string {
  const ranges = [...scope].filter(([, columns]) => columns.length > 0)
  if (ranges.length === 0) return oneOf(draw, ["'x'", '1', 'email'])
  const [name, columns] = oneOf(draw, ranges)
  const of = oneOf(draw, columns)
  return chance(draw, 2) ? of : `${name}.${of}`
}

function chance(draw: Draw, of: number): boolean {
  return draw(fc.nat, { max: of - 1 }) === 0
}

function oneOf<T>(draw: Draw, all: readonly T[]): T {
  const found = all[draw(fc.nat, { max: all.length - 1 })]
  if (found === undefined) throw new Error('nothing to choose from')
  return found
}
