import { expect, test } from 'vitest'
import { challenged, forbidden } from '../../test/verdicts.js'
import { refusalOf } from './decide.js'

test.each([
  [['not today'], 'not today.'],
  [['Not today.', 'Not outside.'], 'Not today. Not outside.'],
  [['not today', 'not outside'], 'not today; not outside.'],
  [['not today', 'Not outside!', 'never'], 'not today; Not outside! never.'],
])('a refused caller reads the reasons of all policies that refuse: %j', (reasons, said) => {
  const message = `Policy does not permit this request: ${said}`
  expect(refusalOf(forbidden(...reasons))).toMatchObject({ code: 'forbidden_by_policy', message })
  expect(refusalOf(challenged(...reasons))).toMatchObject({ code: 'approval_required', message })
})

test('a refused caller reads no reason where no policy has one', () => {
  expect(refusalOf(forbidden())).toMatchObject({ message: 'Policy does not permit this request.' })
})
