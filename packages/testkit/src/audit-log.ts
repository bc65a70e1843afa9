import { type Appended, type AuditLog, AuditUnavailable } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const ENTRY_BYTES_MAX = 60 * 1024

/** Where logs under test are kept: opened twice it gives the same log. */
export interface AuditLogBench {
  open(): Promise<AuditLog>
  /** Every entry that is durable now, in order; as a reader beside the log sees them. */
  entries(): Promise<readonly string[]>
  /** Removes what the log left behind. */
  remove(): Promise<void>
}

/** A log that forgets everything with the process. It proves nothing. */
export function createMemoryAuditLog(origin: string, kept: string[] = []): AuditLog {
  let closed = false
  let size = kept.length
  let last: Promise<void> = Promise.resolve()
  return {
    origin,
    vkey: `${origin}+00000000+${Buffer.alloc(33, 1).toString('base64')}`,
    append(entry): Appended {
      if (closed) throw new AuditUnavailable('the log is closed')
      if (Buffer.byteLength(entry) > ENTRY_BYTES_MAX)
        throw new RangeError(`an entry has ${ENTRY_BYTES_MAX} bytes at most`)
      const index = size++
      // Later, as on a disk: who does not wait for it is caught.
      last = new Promise((resolve) => setImmediate(() => resolve(void kept.push(entry))))
      return { index, durable: last }
    },
    async close() {
      closed = true
      await last
    },
  }
}

/** The conformance suite of the seam `AuditLog`. */
export function auditLogSuite(name: string, bench: () => Promise<AuditLogBench>): void {
  describe(`audit log: ${name}`, () => {
    let held: AuditLogBench
    let log: AuditLog

    beforeEach(async () => {
      held = await bench()
      log = await held.open()
    })

    afterEach(async () => {
      await log.close()
      await held.remove()
    })

    it('has an origin, and a verifier key of that name', () => {
      expect(log.origin).not.toBe('')
      // C2SP signed-note: `<name>+<hash>+<base64(type || key)>`.
      const [keyName, keyId, key = ''] = log.vkey.split('+')
      expect(keyName).toBe(log.origin)
      expect(keyId).toMatch(/^[0-9a-f]{8}$/)
      expect(Buffer.from(log.vkey.split('+').slice(2).join('+'), 'base64')).toHaveLength(33)
      expect(key).not.toBe('')
    })

    it('numbers entries without a gap, in the order they came', async () => {
      const all = ['a', 'b', 'c'].map((text) => log.append(text))
      expect(all.map(({ index }) => index)).toEqual([0, 1, 2])
      await Promise.all(all.map(({ durable }) => durable))
      expect(log.append('d').index).toBe(3)
    })

    it('shows an entry once it said that it is durable', async () => {
      await log.append('{"n":1}').durable
      expect(await held.entries()).toEqual(['{"n":1}'])
      await log.append('{"n":2}').durable
      expect(await held.entries()).toEqual(['{"n":1}', '{"n":2}'])
    })

    it('never makes an entry durable before one that came earlier', async () => {
      const order: number[] = []
      const all = Array.from({ length: 200 }, (_, n) => log.append(String(n)))
      await Promise.all(all.map(({ index, durable }) => durable.then(() => order.push(index))))
      expect(order).toEqual([...order].sort((a, b) => a - b))
      expect(await held.entries()).toEqual(all.map(({ index }) => String(index)))
    })

    it('keeps text as it is, of all lands', async () => {
      const entries = ['{}', '{"a":"é🔑\\u0000\u2028"}', '{"b":"\\n \u007f"}']
      await Promise.all(entries.map((entry) => log.append(entry).durable))
      expect(await held.entries()).toEqual(entries)
    })

    it('takes an entry of 60 KiB in UTF-8, and not one byte more', async () => {
      const letters = 'a'.repeat(ENTRY_BYTES_MAX)
      const twoBytes = 'é'.repeat(ENTRY_BYTES_MAX / 2)
      expect(() => log.append(`${letters}a`)).toThrow()
      expect(() => log.append(`${twoBytes}a`)).toThrow()
      // What was not taken has no index.
      const all = [log.append(letters), log.append(twoBytes)]
      expect(all.map(({ index }) => index)).toEqual([0, 1])
      await Promise.all(all.map(({ durable }) => durable))
      expect(await held.entries()).toEqual([letters, twoBytes])
    })

    it('makes durable by itself what nobody waits for', async () => {
      const late = log.append('late', false)
      await late.durable
      expect(await held.entries()).toEqual(['late'])
    })

    it('takes what nobody waits for along with what somebody waits for', async () => {
      const all = [log.append('late', false), log.append('soon'), log.append('later', false)]
      expect(all.map(({ index }) => index)).toEqual([0, 1, 2])
      await all[1]?.durable
      expect((await held.entries()).slice(0, 2)).toEqual(['late', 'soon'])
      await log.close()
      await Promise.all(all.map(({ durable }) => durable))
      expect(await held.entries()).toEqual(['late', 'soon', 'later'])
    })

    it('makes durable what was under way when it was closed', async () => {
      const all = Array.from({ length: 50 }, (_, n) => log.append(String(n)))
      await log.close()
      await Promise.all(all.map(({ durable }) => durable))
      expect(await held.entries()).toHaveLength(50)
    })

    it('takes nothing once it is closed, and says that it is unavailable', async () => {
      await log.append('a').durable
      await log.close()
      expect(() => log.append('b')).toThrow(AuditUnavailable)
      expect(await held.entries()).toEqual(['a'])
    })

    it('closes twice without harm', async () => {
      await log.close()
      await log.close()
    })

    it('goes on where it was, opened anew', async () => {
      await Promise.all(['a', 'b'].map((text) => log.append(text).durable))
      const { origin, vkey } = log
      await log.close()
      log = await held.open()
      expect([log.origin, log.vkey]).toEqual([origin, vkey])
      const next = log.append('c')
      expect(next.index).toBe(2)
      await next.durable
      expect(await held.entries()).toEqual(['a', 'b', 'c'])
    })
  })
}
