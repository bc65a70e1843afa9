import { createMemorySecret } from '@ostiary/testkit'
import { describe, expect, it } from 'vitest'
import { type SecretSource, SecretUnreadable } from '../spec/index.js'
import { HeldSecret } from './held-secret.js'

function clockAt(now = 1_700_000_000_000): { now(): number; pass(ms: number): void } {
  return {
    now: () => now,
    pass(ms) {
      now += ms
    },
  }
}

/** A source that takes its time: each reading waits to be answered by hand. */
function slow(freshMs: number): { source: SecretSource; waiting: ((text: string | Error) => void)[] } {
  const waiting: ((text: string | Error) => void)[] = []
  return {
    waiting,
    source: {
      kind: 'command',
      freshMs,
      read: () =>
        new Promise((resolve, reject) => {
          waiting.push((text) => (typeof text === 'string' ? resolve(text) : reject(text)))
        }),
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a secret that is at hand', () => {
  it('is read again once its time is over, and not before', () => {
    const clock = clockAt()
    const secret = createMemorySecret('first-key', 1000)
    const held = new HeldSecret(secret.source, clock)
    expect([held.text(), held.text()]).toEqual(['first-key', 'first-key'])
    secret.put('second-key')
    clock.pass(999)
    expect([held.text(), secret.reads]).toEqual(['first-key', 1])
    clock.pass(1)
    expect([held.text(), secret.reads]).toEqual(['second-key', 2])
  })

  it('is there at every moment, however long it took to read it', () => {
    const clock = clockAt()
    const held = new HeldSecret({ kind: 'file', freshMs: 1000, read: slowly }, clock)
    function slowly(): string {
      clock.pass(3)
      return 'first-key'
    }
    for (let ms = 0; ms < 5_000; ms++) {
      expect(held.text()).toBe('first-key')
      clock.pass(1)
    }
  })

  it('that is gone is gone at once, and is looked for once a second', () => {
    const clock = clockAt()
    const secret = createMemorySecret('first-key', 1000)
    const held = new HeldSecret(secret.source, clock)
    void held.text()
    secret.put(undefined)
    clock.pass(1000)
    expect(() => held.text()).toThrow(SecretUnreadable)
    secret.put('second-key')
    expect(() => held.text()).toThrow('nothing is there')
    expect(secret.reads).toBe(2)
    clock.pass(1000)
    expect(held.text()).toBe('second-key')
  })

  it.each([
    ['a line break within', 'first\nsecond'],
    ['a carriage return', 'first\rsecond'],
    ['a control character', 'first\u0000second'],
    ['a blank', 'first second'],
    ['letters that are not ASCII', 'schlüssel'],
    ['a page', 'x'.repeat(8193)],
  ])('is none with %s, and is not told', (_, text) => {
    const held = new HeldSecret(createMemorySecret(text).source, clockAt())
    let said = ''
    try {
      void held.text()
    } catch (error) {
      said = String(error)
    }
    expect(said).toBe('SecretUnreadable: value: what is there is no key: printable ASCII without spaces')
  })

  it('takes a JSON object as a tool prints it, without the blanks between its parts', () => {
    const printed = '{\n  "Version": 1,\n  "AccessKeyId": "an-id"\n}'
    const held = (text: string) =>
      new HeldSecret({ kind: 'value', freshMs: 1000, read: () => text }, { now: () => 0 }).text()
    expect(held(printed)).toBe('{"Version":1,"AccessKeyId":"an-id"}')
    for (const none of ['{"a": "two words"}', '{ "a"', '{"a":"\u00e9"}', `{"a": "${'x'.repeat(8192)}"}`]) {
      expect(() => held(none)).toThrow('is no key')
    }
  })

  it('with an error that is not ours says nothing of that error', () => {
    const source: SecretSource = {
      kind: 'file',
      freshMs: 1000,
      read() {
        throw new Error('parsing failed near first-key')
      },
    }
    expect(() => new HeldSecret(source, clockAt()).text()).toThrow(/^file: cannot be read$/)
  })
})

describe('a secret that takes time', () => {
  it('is waited for the first time, by all who ask, in one reading', async () => {
    const { source, waiting } = slow(60_000)
    const held = new HeldSecret(source, clockAt())
    const asked = [held.text(), held.text(), held.text()]
    expect(waiting).toHaveLength(1)
    waiting[0]?.('first-key')
    expect(await Promise.all(asked)).toEqual(['first-key', 'first-key', 'first-key'])
    expect(held.text()).toBe('first-key')
  })

  it('serves on while it is read anew, and the new one from then on', async () => {
    const clock = clockAt()
    const { source, waiting } = slow(60_000)
    const held = new HeldSecret(source, clock)
    const first = held.text()
    waiting[0]?.('first-key')
    await first
    clock.pass(60_000)
    expect([held.text(), held.text()]).toEqual(['first-key', 'first-key'])
    expect(waiting).toHaveLength(2)
    waiting[1]?.('second-key')
    await settled()
    expect(held.text()).toBe('second-key')
  })

  it('that cannot be read any more serves until twice its time is over, asked for once a second', async () => {
    const clock = clockAt()
    const { source, waiting } = slow(3000)
    const held = new HeldSecret(source, clock)
    const first = held.text()
    waiting[0]?.('first-key')
    await first
    clock.pass(3000)
    for (let nth = 1; nth <= 3; nth++) {
      expect(held.text()).toBe('first-key')
      expect(held.text()).toBe('first-key')
      expect(waiting).toHaveLength(nth + 1)
      waiting[nth]?.(new SecretUnreadable('the vault is away'))
      await settled()
      clock.pass(1000)
    }
    const asked = held.text()
    waiting[4]?.(new SecretUnreadable('the vault is away'))
    await expect(asked).rejects.toThrow('the vault is away')
    expect(() => held.text()).toThrow('the vault is away')
    clock.pass(1000)
    const again = held.text()
    waiting[5]?.('second-key')
    expect(await again).toBe('second-key')
  })

  it('that is asked for at once is read after whatever reading is under way', async () => {
    const { source, waiting } = slow(60_000)
    const held = new HeldSecret(source, clockAt())
    const first = held.text()
    const now = held.readNow()
    expect(waiting).toHaveLength(1)
    waiting[0]?.('first-key')
    expect(await first).toBe('first-key')
    await settled()
    // Until it is there the one of before serves.
    expect(held.text()).toBe('first-key')
    waiting[1]?.('second-key')
    expect(await now).toBe('second-key')
    expect(held.text()).toBe('second-key')
    const failing = held.readNow()
    await settled()
    waiting[2]?.(new SecretUnreadable('the vault is away'))
    await expect(failing).rejects.toThrow('the vault is away')
    expect(held.text()).toBe('second-key')
  })
})
