import { describe, expect, it } from 'vitest'
import type { Classification, Reader } from '../spec/index.js'
import { audienceOf, classOf, nameOfClass, readersIn } from './audience.js'

const of = (level: unknown, categories: unknown): Classification => ({ level, categories }) as Classification

describe('audiences', () => {
  it('are one for one class and the same readers, in whatever order they are said', () => {
    const one = audienceOf({ classification: of('internal', ['pii', 'finance']), readers: ['group:b', '*', 'group:b'] })
    expect(one).toEqual({ class: '["internal","finance","pii"]', readers: ['*', 'group:b'] })
    expect(audienceOf({ classification: of('internal', ['finance', 'pii']), readers: ['*', 'group:b'] })).toEqual(one)
  })

  it.each([
    ['a word that is no reader', ['*', 'everyone']],
    ['a reader with a blank before it', [' *']],
    ['a group without a name', ['group:']],
    ['a user without an issuer', ['user:alice']],
    ['something else than a text', ['*', 7]],
    ['no list', '*'],
    ['nothing', undefined],
  ])('[retrieval.malformed] are nobody where the list holds %s', (_, readers) => {
    expect(audienceOf({ classification: of('public', []), readers: readers as readonly Reader[] }).readers).toEqual([])
    expect(readersIn(JSON.stringify(readers) ?? '')).toEqual([])
  })

  it.each([
    ['an empty level', of('', [])],
    ['a level that is no text', of(7, [])],
    ['categories that are no list', of('public', 'pii')],
    ['no categories', of('public', undefined)],
    ['a category that is no text', of('public', [['pii']])],
    ['an empty category', of('public', [''])],
  ])('[retrieval.malformed] have a class that nobody is asked of where there is %s', (_, classification) => {
    expect(nameOfClass(classification)).toBeUndefined()
    expect(audienceOf({ classification, readers: ['*'] }).class).toBe('')
  })

  it('have classes that are read back as they were, and no others', () => {
    expect(classOf('["internal","finance","pii"]')).toEqual({ level: 'internal', categories: ['finance', 'pii'] })
    for (const name of ['', '[]', 'internal', '["internal","pii","finance"]', '[ "internal"]', '["internal",7]', '{}'])
      expect([name, classOf(name)]).toEqual([name, undefined])
  })
})
