import { expect, test } from 'vitest'
import { Wholes } from './wholes.js'

test('what was judged is known again, by whose it is and what it is', () => {
  const wholes = new Wholes()
  wholes.add('same', 'assistant', false, 'same')
  wholes.add('other', 'assistant', false, 'edited')
  wholes.add('gone', 'assistant', false, '')
  expect(wholes.get('same', 'assistant', false)).toBe('same')
  expect(wholes.get('other', 'assistant', false)).toBe('edited')
  expect(wholes.get('gone', 'assistant', false)).toBe('')
  expect(wholes.get('same', 'user', false)).toBeUndefined()
  expect(wholes.get('same', 'assistant', true)).toBeUndefined()
  expect(wholes.get('new', 'assistant', false)).toBeUndefined()
})

test('it keeps no more than its bounds', () => {
  const wholes = new Wholes()
  for (let i = 0; i < 5000; i++) wholes.add(`text ${i}`, 'assistant', false, 'x')
  expect(wholes.get('text 0', 'assistant', false)).toBeUndefined()
  expect(wholes.get('text 4999', 'assistant', false)).toBe('x')
  wholes.add('y'.repeat(1 << 18), 'assistant', false, 'x')
  expect(wholes.get('text 4999', 'assistant', false)).toBeUndefined()
})
