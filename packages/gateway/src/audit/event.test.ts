import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from './canonical.js'
import { type EventKind, eventOf } from './event.js'

const KINDS: readonly EventKind[] = ['token', 'config', 'policy', 'refusals', 'revocation', 'recovery']

test('an entry is canonical JSON, whatever it says and whoever it is about', () => {
  const value = fc.jsonValue().filter((one) => JSON.stringify(one).isWellFormed())
  const said = fc.dictionary(fc.string(), value)
  const kinds = fc.constantFrom(...KINDS)
  const times = fc.integer({ min: 0, max: 4_000_000_000_000 })
  fc.assert(
    fc.property(kinds, times, fc.string(), said, fc.option(said), (kind, timeMs, source, what, about) => {
      const entry = eventOf(source, kind, 'id', timeMs, what, about === null ? undefined : canonical(about))
      const read = JSON.parse(entry)
      expect(canonical(read)).toBe(entry)
      expect(read).toMatchObject({ id: 'id', source, type: `ai.ostiary.${kind}`, data: { time: timeMs } })
      expect(canonical(read.data.unmapped)).toBe(canonical(what))
      expect('actor' in read.data).toBe(about !== null)
    }),
  )
})
