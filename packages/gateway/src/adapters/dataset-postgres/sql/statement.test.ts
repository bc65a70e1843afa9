import { beforeAll, describe, expect, it } from 'vitest'
import { loadGrammar, parseStatement } from './statement.js'

beforeAll(loadGrammar)

describe('one statement', () => {
  it('knows its parameters', () => {
    expect(parseStatement('select $2, $1 + $2 limit $10')).toMatchObject({
      kind: 'proceed',
      value: { parameters: [1, 2, 10] },
    })
    expect(parseStatement('select $0')).toMatchObject({ kind: 'refuse' })
    expect(parseStatement('select $1001')).toMatchObject({ kind: 'refuse' })
  })

  it('[sql.place] is told where a fault of it is, and nothing that it says', () => {
    expect(parseStatement("select 'é😀',\n  'Bob' 'Smith' from")).toMatchObject({
      kind: 'refuse',
      code: 'invalid_request',
      param: 'sql',
      message: 'The statement is not accepted: a syntax error, at line 2, column 9 (character 22).',
      forLog: 'sql: a syntax error, at character 22',
    })
    expect(parseStatement('select "Bob Smith"(1)')).toMatchObject({
      message:
        'The statement is not accepted: the function of this name may not be called, at line 1, column 8 (character 7).',
    })
    expect(parseStatement('select bob_smith(1)')).toMatchObject({
      message:
        'The statement is not accepted: the function `bob_smith` may not be called, at line 1, column 8 (character 7).',
      forLog: 'sql: the function … may not be called, at character 7',
    })
  })

  it('says in words what is refused most', () => {
    for (const [sql, word] of [
      ['with recursive x as (select 1) select 1', 'WITH RECURSIVE'],
      ['select 1 into x', 'INTO'],
      ['select 1 from x for update', 'FOR UPDATE'],
      ['select 1 from x tablesample system (1)', 'TABLESAMPLE'],
      ['select json_object()', 'JsonObjectConstructor'],
    ] as const)
      expect(parseStatement(sql)).toMatchObject({ message: expect.stringContaining(word) })
  })

  it('goes on after one that was too deep', () => {
    for (let turns = 0; turns < 20; turns += 1) parseStatement(`select ${'not '.repeat(3_900)}true`)
    expect(parseStatement('select 1')).toMatchObject({ kind: 'proceed' })
  })
})
