import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../../test/postgres.js'
import { MASKS, type Mask, maskExpression } from './masks.js'

const SHOWN: readonly (readonly [mask: Mask, type: string, value: string, becomes: string | null])[] = [
  ['null', 'text', "'x'", null],
  ['null', 'integer', '7', null],
  ['null', 'numeric(10,2)', '7', null],
  ['full', 'text', "'some text'", '***'],
  ['full', 'text', "''", '***'],
  ['full', 'character varying(3)', "'abc'", '***'],
  ['full', 'integer', '7', null],
  ['full', 'jsonb', `'{"a":1}'`, null],
  ['email', 'text', "'ann.lee@example.com'", 'a***@example.com'],
  ['email', 'text', `'"a@b"@example.com'`, '***'],
  ['email', 'text', "'no address'", '***'],
  ['email', 'text', "'@example.com'", '***'],
  ['email', 'text', "''", '***'],
  ['first1', 'text', "'Ann'", 'A***'],
  ['first1', 'text', "''", '***'],
  ['first1', 'text', "'é'", 'é***'],
  ['last4', 'text', "'4111111111111111'", '***1111'],
  ['last4', 'text', "'1234567'", '***'],
  ['last4', 'character(20)', "'4111111111111111'", '***1111'],
  ['year', 'date', "'1990-05-06'", '1990-01-01'],
  ['year', 'date', "'0044-03-15 BC'", '0044-01-01 BC'],
  ['year', 'date', "'4714-12-31 BC'", null],
  ['year', 'date', "'294276-12-31'", '294276-01-01'],
  ['year', 'date', "'5874897-12-31'", null],
  ['year', 'date', "'infinity'", null],
  ['year', 'timestamp without time zone', "'1990-05-06 07:08:09'", '1990-01-01 00:00:00'],
  ['year', 'timestamp(3) without time zone', "'4714-12-31 BC'", null],
  ['year', 'timestamp without time zone', "'294276-12-31'", '294276-01-01 00:00:00'],
  ['year', 'timestamp with time zone', "'1990-05-06 07:08:09+02'", '1990-01-01 00:00:00+00'],
  ['year', 'timestamp with time zone', "'-infinity'", null],
]

describe.skipIf(POSTGRES === undefined)('masks (needs PostgreSQL)', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
    await server.run("alter role gate set timezone = 'UTC'")
  })

  afterAll(() => server.remove())

  it.each(SHOWN)('%s of a %s, %s', async (mask, type, value, becomes) => {
    const expression = maskExpression(mask, 't."c"', type)
    expect(await server.run(`select (${expression})::text as shown from (select ${value}::${type} as c) t`)).toEqual([
      { shown: becomes },
    ])
    expect(await server.run(`select (${expression})::text as shown from (select null::${type} as c) t`)).toEqual([
      { shown: null },
    ])
  })

  it('takes for an address what has one `@` within, whatever else it has', async () => {
    const texts = ['']
    for (let at = 0; texts.length < 1000; at += 1) for (const more of '@aé\n%_\\') texts.push(`${texts[at]}${more}`)
    const list = texts.map((one) => `(E'${one.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}')`).join(',')
    const expression = maskExpression('email', 't."c"', 'text')
    const shown = await server.run(`select c, ${expression} as shown from (values ${list}) as t (c)`)
    expect(shown).toEqual(
      texts.map((c) => {
        const [, first, domain] = /^([^@])[^@]*@([^@]+)$/u.exec(c) ?? []
        return { c, shown: first === undefined ? '***' : `${first}***@${domain}` }
      }),
    )
  })

  it('has each shown', () => {
    expect(new Set(SHOWN.map(([mask]) => mask))).toEqual(new Set(MASKS))
  })

  it('knows what it cannot mask so', () => {
    expect(maskExpression('email', 'c', 'integer')).toBeUndefined()
    expect(maskExpression('year', 'c', 'text')).toBeUndefined()
    expect(maskExpression('last4', 'c', 'public.card_number')).toBeUndefined()
  })
})
