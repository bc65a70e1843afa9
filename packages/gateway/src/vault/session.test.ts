import { randomBytes } from 'node:crypto'
import { createMemoryPlace, createMemoryStore } from '@ostiary/testkit'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { rowsOf, type Store } from '../spec/index.js'
import { VaultKeys } from './keys.js'
import { Session, type SessionParts, SessionView, SPACE } from './session.js'

const TTL_MS = 3_600_000
const keys = new VaultKeys(randomBytes(32))
const ANN = { uid: 'https://idp.example#ann', session: undefined }
const EMAIL = 'Ann@example.com'
const CARD = '4111 1111 1111 1111'

let nowMs: number
let store: Store

beforeEach(() => {
  nowMs = 1_700_000_000_000
  store = createMemoryStore({ now: () => nowMs })
})

function open(more: Partial<SessionParts> = {}): Session {
  return new Session({
    store,
    keys,
    owner: ANN,
    ttlMs: TTL_MS,
    formats: new Map([
      ['pii.card', 'surrogate'],
      ['pii.iban', 'surrogate'],
    ]),
    now: () => nowMs,
    ...more,
  })
}

/** Puts every value back. */
function restored(session: Session, text: string): string {
  let out = ''
  let at = 0
  for (const { start, end, value } of session.scan(text, 0, true).found) {
    out += text.slice(at, start) + value
    at = end
  }
  return out + text.slice(at)
}

describe('a placeholder', () => {
  it('is the same for the same value, in every process, and another for every owner [vault.stable]', () => {
    const one = new SessionView(open())
    const placeholder = one.tokenize('pii.email', EMAIL)
    expect(placeholder).toMatch(/^\[EMAIL_[0-9A-HJKMNP-TV-Z]{8}\]$/)
    expect(one.tokenize('pii.email', EMAIL)).toBe(placeholder)
    expect(open().tokenize('pii.email', EMAIL).said).toBe(placeholder)
    for (const owner of [
      { ...ANN, uid: 'https://idp.example#bob' },
      { ...ANN, session: 'one' },
    ]) {
      expect(open({ owner }).tokenize('pii.email', EMAIL).said).not.toBe(placeholder)
    }
    expect(open({ keys: new VaultKeys(randomBytes(32)) }).tokenize('pii.email', EMAIL).said).not.toBe(placeholder)
  })

  it('of another spelling begins alike, and is put back as it was spelt', () => {
    const session = open()
    const one = session.tokenize('pii.email', EMAIL).said
    const other = session.tokenize('pii.email', EMAIL.toLowerCase()).said
    expect(other.slice(0, 15)).toBe(one.slice(0, 15))
    expect(other.length).toBe(one.length + 4)
    expect(restored(session, `${one} ${other}`)).toBe(`${EMAIL} ${EMAIL.toLowerCase()}`)
  })

  it('of a card is put back in the grouping in which the model wrote it', () => {
    const session = open()
    const one = session.tokenize('pii.card', CARD).said
    expect(one).toMatch(/^4111 11\d\d \d{4} 1111$/)
    expect(session.tokenize('pii.card', CARD.replaceAll(' ', '')).said).toBe(one.replaceAll(' ', ''))
    expect(restored(session, `${one}; ${one.replaceAll(' ', '-')}; ${one.replaceAll(' ', '')}`)).toBe(
      `${CARD}; ${CARD.replaceAll(' ', '-')}; ${CARD.replaceAll(' ', '')}`,
    )
  })

  it('that is an address of ours is not tokenized again, and somebody else’s is', () => {
    const formats = new Map([['pii.email', 'surrogate']] as const)
    const session = open({ formats })
    const { said } = session.tokenize('pii.email', EMAIL)
    expect(said).toMatch(/@email\.invalid$/)
    expect(session.tokenize('pii.email', said)).toEqual({ said, entry: undefined })
    const theirs = open({ formats, owner: { ...ANN, uid: 'https://idp.example#bob' } }).tokenize(
      'pii.email',
      EMAIL,
    ).said
    expect(session.tokenize('pii.email', theirs).said).not.toBe(theirs)
    expect(restored(session, theirs)).toBe(theirs)
  })
})

const address = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9.]{0,8}[a-z0-9]$/), fc.constantFrom('example.com', 'mail.example.org'))
  .map(([name, host]) => `${name}@${host}`)

describe('all that a session tokenized', () => {
  it('comes back exactly, by the session and by one that learnt its rows [vault.round-trip]', async () => {
    const values = fc.uniqueArray(fc.oneof(address, fc.constantFrom(EMAIL, EMAIL.toUpperCase(), CARD)), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.array(fc.constantFrom(' ', ', ', '](', '\n', ' \\', '[', ']', '**')),
        async (all, between) => {
          store = createMemoryStore({ now: () => nowMs })
          const session = open()
          const view = new SessionView(session)
          const join = (texts: readonly string[]): string =>
            texts.map((one, at) => one + (between[at] ?? '; ')).join('')
          const said = join(all.map((one) => view.tokenize(one === CARD ? 'pii.card' : 'pii.email', one)))
          expect(restored(session, said)).toBe(join(all))
          for (const one of all) expect(said).not.toContain(one)
          expect(await view.keep()).toBe('kept')
          const other = open()
          for (const { key, value } of await rowsOf(store, SPACE)) other.learn(key.slice(key.indexOf('/') + 1), value)
          expect(restored(other, said)).toBe(join(all))
        },
      ),
    )
  })
})

describe('keeping', () => {
  it('is due for what is new, once, and again when half of its life is over', async () => {
    const session = open()
    const first = new SessionView(session)
    expect(first.isKept).toBe(true)
    first.tokenize('pii.email', EMAIL)
    expect(first.isKept).toBe(false)
    expect(await first.keep()).toBe('kept')
    expect(first.isKept).toBe(true)
    nowMs += TTL_MS / 2 - 1
    const second = new SessionView(session)
    second.tokenize('pii.email', EMAIL)
    expect(second.isKept).toBe(true)
    nowMs += 2
    second.tokenize('pii.email', EMAIL)
    expect(second.isKept).toBe(false)
    await second.keep()
    nowMs += TTL_MS - 1
    expect(await rowsOf(store, SPACE)).toHaveLength(1)
    nowMs += 1
    expect(await rowsOf(store, SPACE)).toHaveLength(0)
  })

  it('fails where the store does, for each exchange that needs the row, and is tried again [vault.closed]', async () => {
    const working = store
    let ill = true
    store = { ...working, put: async (...args) => (ill ? Promise.reject(new Error('away')) : working.put(...args)) }
    const session = open()
    const [one, other] = [new SessionView(session), new SessionView(session)]
    one.tokenize('pii.email', EMAIL)
    other.tokenize('pii.email', EMAIL)
    const bystander = new SessionView(session)
    await expect(one.keep()).rejects.toThrow('away')
    await expect(other.keep()).rejects.toThrow('away')
    expect(bystander.isKept).toBe(true)
    ill = false
    expect(await other.keep()).toBe('kept')
    expect(await rowsOf(working, SPACE)).toHaveLength(1)
  })

  it('tells of a placeholder that another process gave to another value, and gives a longer one then', async () => {
    const mine = open()
    const { said, entry } = mine.tokenize('pii.email', EMAIL)
    if (entry === undefined) throw new Error('no entry')
    const row = keys.seal(ANN, { ...entry, value: 'bob@example.com' })
    await store.put(SPACE, `${mine.id}/${entry.rowId}`, row, { expiresAtMs: entry.expiresAtMs })
    const view = new SessionView(mine)
    expect(view.tokenize('pii.email', EMAIL)).toBe(said)
    expect(await view.keep()).toBe('clash')
    const longer = view.tokenize('pii.email', EMAIL)
    expect(longer.length).toBe(said.length + 4)
    expect(await view.keep()).toBe('kept')
    expect(restored(mine, `${said} ${longer}`)).toBe(`bob@example.com ${EMAIL}`)
  })

  it('finds a row that another process put for the same value good', async () => {
    const place = createMemoryPlace()
    store = createMemoryStore({ now: () => nowMs }, place)
    const views = [new SessionView(open()), new SessionView(open())]
    for (const one of views) one.tokenize('pii.email', EMAIL)
    expect(await Promise.all(views.map((one) => one.keep()))).toEqual(['kept', 'kept'])
    expect(await rowsOf(store, SPACE)).toHaveLength(1)
  })
})

describe('a value', () => {
  it('is not put back once it has expired [vault.ttl]', () => {
    const session = open()
    const { said } = session.tokenize('pii.email', EMAIL)
    nowMs += TTL_MS - 1
    expect(restored(session, said)).toBe(EMAIL)
    expect(session.types()).toEqual(['pii.email'])
    nowMs += 1
    expect(session.types()).toEqual([])
    expect(restored(session, said)).toBe(said)
    expect(session.size).toBe(0)
  })

  it('of a row that cannot be opened, or has no known type, is not learnt', () => {
    const session = open()
    const held = { type: 'pii.soul', placeholder: '[SOUL_7K2M9QXR]', value: 'x', expiresAtMs: nowMs + 1000 }
    session.learn(keys.rowId(ANN, held.placeholder), keys.seal(ANN, held))
    session.learn('x', 'no row')
    expect(session.size).toBe(0)
  })
})
