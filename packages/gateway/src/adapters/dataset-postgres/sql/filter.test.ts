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

  it.each([
    ['region = = 5', 'a syntax error at line 1, column 10 (character 9)'],
    ["é = 'x'\nAND AND b", 'a syntax error at line 2, column 5 (character 12)'],
    ["region = 'open", 'a syntax error at line 1, column 10 (character 9)'],
    ['true) OR (true', 'a syntax error at line 1, column 5 (character 4)'],
    ['true, false', 'it is not one condition, as after WHERE'],
    ['', 'it is not one condition, as after WHERE'],
    ['id = $1', 'a parameter or something else in it has no place in a filter'],
    ['id IN (SELECT person FROM acl)', 'a table in it needs its schema'],
  ])('says to the operator what is wrong with %j, and where', (filter, message) => {
    expect(readFilter(filter, 'people')).toMatchObject({ message })
  })
})
