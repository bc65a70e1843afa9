import { describe, expect, test } from 'vitest'
import type { OperationInput, Revocable, Step } from '../spec/index.js'
import { revocationOperations } from './operations.js'

async function run(input: OperationInput): Promise<{ done: Step<unknown>; revoked: readonly Revocable[] }> {
  const revoked: Revocable[] = []
  const operation = revocationOperations({
    revoke: async (what) => void revoked.push(...what),
    note: async () => undefined,
  }).get('POST /revocations')
  if (operation === undefined) throw new Error('there is no such operation')
  return { done: await operation.run(input), revoked }
}

describe('what a revocation names', () => {
  test.each<[OperationInput, Revocable]>([
    [{ jti: 'one' }, { kind: 'token', id: 'one', issuer: undefined }],
    [{ sub: 'constructor' }, { kind: 'subject', id: 'constructor', issuer: undefined }],
    [{ all: true }, { kind: 'all' }],
  ])('%j', async (input, what) => {
    expect(await run(input)).toMatchObject({ done: { kind: 'proceed' }, revoked: [what] })
  })

  test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'token', 'key', ''])(
    'nothing by the name `%s`: 400, and nothing is revoked',
    async (name) => {
      const { done, revoked } = await run(JSON.parse(`{${JSON.stringify(name)}:"one"}`))
      expect(done).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
      expect(revoked).toEqual([])
    },
  )
})
