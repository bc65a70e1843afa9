import { beforeAll, describe, expect, it } from 'vitest'
import { readFilter } from './filter.js'
import { loadGrammar } from './statement.js'

beforeAll(loadGrammar)

describe('row filters', () => {
  it.each([
    ['tenant = 5', '"people".tenant = 5\n'],
    ['people.tenant = 5 -- mine', 'people.tenant = 5 -- mine\n'],
    ['"é" = 1 AND b', '"people"."é" = 1 AND "people".b\n'],
    ["owner = current_setting('ostiary.subject')", `"people".owner = current_setting('ostiary.subject')\n`],
    [
      'id IN (SELECT a.person FROM public.acl a WHERE a.id = people.id)',
      '"people".id IN (SELECT a.person FROM public.acl a WHERE a.id = people.id)\n',
    ],
  ])('%s', (filter, becomes) => {
    expect(readFilter(filter, 'people')).toEqual({ kind: 'proceed', value: becomes })
  })

  it.each([
    '',
    'true) OR (true',
    'true; SELECT 1',
    'true) /* (',
    'true AS x',
    'true, false',
    'true WHERE true',
    'true LIMIT 1',
    'true UNION SELECT true',
    'DISTINCT true',
    'ALL true',
    'FROM public.people',
    '*',
    'people.*',
    'id = $1',
    'id IN (SELECT person FROM acl)',
    'id IN (WITH x AS (DELETE FROM public.acl RETURNING 1) SELECT 1)',
    '/* open',
    "'open",
    'true\0',
  ])('refuses %s', (filter) => {
    expect(readFilter(filter, 'people')).toMatchObject({ kind: 'refuse' })
  })
})
