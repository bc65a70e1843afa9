import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../../test/postgres.js'
import { FUNCTIONS } from './functions.js'
import { functionColumns } from './names.js'

describe.skipIf(POSTGRES === undefined)('what statements may call (needs PostgreSQL)', () => {
  let server: PostgresServer
  let functions: readonly Record<string, unknown>[] = []

  beforeAll(async () => {
    server = await startPostgres()
    functions = await server.run(`
      select proname as name, oid::regprocedure::text as signature, provolatile as volatility, prosecdef as "isDefiner",
        proretset as "isSet", proargnames as names, proargmodes as modes, (select lanname from pg_language l where l.oid = prolang) as language
      from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname = any ('{${[...FUNCTIONS].join(',')}}')`)
  })

  afterAll(() => server.remove())

  it('is all there', () => {
    const there = new Set(functions.map(({ name }) => name))
    expect([...FUNCTIONS].filter((name) => !there.has(name))).toEqual([])
  })

  it('[sql.functions] changes nothing, runs as nobody else, and looks no table up', () => {
    const odd = functions.filter(
      ({ volatility, isDefiner, language, signature }) =>
        volatility === 'v' ||
        isDefiner === true ||
        !['internal', 'sql'].includes(String(language)) ||
        /\b(reg(class|proc|procedure|oper|operator|type|role|namespace)|internal|cstring|xml)\b/.test(
          String(signature),
        ),
    )
    expect(odd.map(({ signature }) => signature)).toEqual(['random()'])
  })

  it('has the columns that names are looked up among', () => {
    for (const { name, names, modes, isSet, signature } of functions) {
      if (isSet !== true || !Array.isArray(names) || !Array.isArray(modes)) continue
      const outputs = names.filter((_, at) => modes[at] === 'o')
      // A tsvector is refused in FROM.
      if (signature !== 'unnest(tsvector)')
        expect(functionColumns(String(name), 'alias'), String(signature)).toEqual(outputs)
    }
  })

  it('is the same of operators, which are allowed by any name that pg_catalog has', async () => {
    const odd = await server.run(`
      select distinct p.oid::regprocedure::text as signature from pg_operator o join pg_proc p on p.oid = o.oprcode
      where oprnamespace = 'pg_catalog'::regnamespace
        and (provolatile = 'v' or prosecdef or pronamespace <> 'pg_catalog'::regnamespace)`)
    expect(odd).toEqual([])
  })
})
