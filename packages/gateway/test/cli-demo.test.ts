import { beforeAll, expect, test } from 'vitest'
import { build, ostiary } from './command.js'

beforeAll(build, 180_000)

test('demo --exit --json tells its story and ends well', async () => {
  const { code, stderr, lines } = await ostiary(['demo', '--exit', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told = lines()
  expect(new Set(told.map((one) => one['step']))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]))
  const said = (who: string, step?: number): string =>
    told
      .filter((one) => one['who'] === who && (step === undefined || one['step'] === step))
      .map((one) => String(one['what']))
      .join('\n')
  expect(said('bob gets')).toContain('403 forbidden_by_policy')
  expect(said('the copy')).toMatch(/does not hold: entry \d+/)

  // A stolen token: good in its owner's hands alone.
  expect(said('alice', 5)).toContain('401 use_dpop_nonce, then with the nonce 200')
  expect(said('the thief')).toMatch(
    /^Bearer: 401 invalid_token: .+\nDPoP, proof by another key: 401 invalid_dpop_proof: /,
  )

  // A revoked agent: silent within a sentence, while whom it acts for is told all.
  expect(said('scout sees')).toMatch(/I was shown: user: Sentence 1: .+\w ?▌$/)
  expect(said('scout sees')).not.toContain('Sentence 8')
  expect(said('and then')).toContain('the error event `revoked_token`')
  expect(said('cut')).toMatch(
    /^\d+\.\d ms (?:after the revocation was confirmed$|before the revocation was even confirmed)/,
  )
  expect(said('in the log')).toContain('reason revoked_token')
  expect(said('scout again')).toMatch(/^401 revoked_token: /)
  expect(said('alice', 6)).toContain('went on to its end')

  // A smaller token: what it is for, and no more.
  expect(said('it may')).toBe('ask demo-model: 200')
  expect(said('it may not')).toBe('read the log: 403 insufficient_scope, missing audit:read')
  expect(said('nor')).toBe('be exchanged for more: invalid_scope')
})
