import { type SecretSource, SecretUnreadable } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** A source under test, and a hand on what it reads. */
export interface SecretBench {
  readonly source: SecretSource
  /** Puts this text where the source looks, blanks and all; undefined takes it away. */
  put(text: string | undefined): void | Promise<void>
  remove(): void | Promise<void>
}

export interface MemorySecret {
  readonly source: SecretSource
  put(text: string | undefined): void
  /** How often it was read. */
  readonly reads: number
}

/** A secret that a test holds in its hand. */
export function createMemorySecret(text?: string, freshMs = 1000): MemorySecret {
  let held = text
  let reads = 0
  return {
    source: {
      kind: 'value',
      freshMs,
      read() {
        reads += 1
        const trimmed = held?.trim() ?? ''
        if (trimmed === '') throw new SecretUnreadable('memory: nothing is there')
        return trimmed
      },
    },
    put(next) {
      held = next
    },
    get reads() {
      return reads
    },
  }
}

/** The conformance suite of the seam `SecretSource`. */
export function secretSourceSuite(name: string, bench: () => SecretBench | Promise<SecretBench>): void {
  describe(`secret source: ${name}`, () => {
    let held: SecretBench

    beforeEach(async () => {
      held = await bench()
    })

    afterEach(async () => {
      await held.remove()
    })

    const failing = async (): Promise<unknown> => {
      try {
        await held.source.read()
      } catch (error) {
        return error
      }
      return undefined
    }

    it('gives what is there, without blanks around it', async () => {
      await held.put('one-secret\n')
      expect(await held.source.read()).toBe('one-secret')
      await held.put('  two-secret \r\n')
      expect(await held.source.read()).toBe('two-secret')
    })

    it('reads anew each time', async () => {
      await held.put('one-secret')
      expect(await held.source.read()).toBe('one-secret')
      await held.put('two-secret')
      expect(await held.source.read()).toBe('two-secret')
    })

    it('gives many reads at once the same', async () => {
      await held.put('one-secret')
      const read = await Promise.all(Array.from({ length: 5 }, () => held.source.read()))
      expect(read).toEqual(Array.from({ length: 5 }, () => 'one-secret'))
    })

    it.each([
      ['nothing', undefined],
      ['blanks alone', ' \n\t'],
    ])('says so where there is %s, and gives again what is put there', async (_, text) => {
      await held.put(text)
      expect(await failing()).toBeInstanceOf(SecretUnreadable)
      await held.put('back-again')
      expect(await held.source.read()).toBe('back-again')
    })

    it('says in no error what is or was there', async () => {
      await held.put('was-there-before')
      await held.source.read()
      await held.put(undefined)
      expect(String(await failing())).not.toContain('was-there')
      await held.put('x'.repeat(64 * 1024))
      expect(String(await failing())).not.toContain('xxx')
    })

    it('has a time of a second at least between two readings that are needed', () => {
      expect(held.source.freshMs).toBeGreaterThanOrEqual(1000)
    })
  })
}
