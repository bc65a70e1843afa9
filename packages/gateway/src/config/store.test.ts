import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { base, good, read } from '../../test/config-text.js'
import { configDigest } from './digest.js'
import { fixedAtStart, needRestart } from './restart.js'

const FILE_STORE = 'sqlite:./data/ostiary.db'
const ADDRESS = `postgres://gate:${'mar'}zipan@db.example/gate`
const withStore = (store: string): string => base(FILE_STORE, `"${store}"`)

describe('a store in PostgreSQL', () => {
  it.each([ADDRESS, ADDRESS.replace('postgres:', 'postgresql:')])('is an address: %s', (address) => {
    const { store } = good(withStore(address))
    expect(store.kind === 'postgres' && store.url.reveal()).toBe(address)
  })

  it('is printed nowhere with its password [replicas.password]', () => {
    const config = good(withStore(ADDRESS))
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), `${[...fixedAtStart(config).values()]}`])
      expect(text).not.toMatch(/marzipan|db\.example/)
    expect(configDigest(config)).toBe(configDigest(good(withStore(ADDRESS.replace('marzipan', 'another')))))
    expect(configDigest(config)).not.toBe(configDigest(good(withStore(FILE_STORE))))
  })

  it('needs a restart where it changed, its password too', () => {
    const fixed = fixedAtStart(good(withStore(ADDRESS)))
    expect(needRestart(fixed, good(withStore(ADDRESS)))).toEqual([])
    expect(needRestart(fixed, good(withStore(ADDRESS.replace('marzipan', 'another'))))).toEqual(['store'])
    expect(needRestart(fixed, good(withStore('sqlite:./data/o.db')))).toEqual(['store', 'control.socket'])
  })

  it('leaves what a first start keeps in the folder of the configuration; a file has it beside itself', () => {
    expect(good(withStore(ADDRESS))).toMatchObject({
      keptIn: '/etc/ostiary',
      control: { socket: '/etc/ostiary/ostiary.sock' },
    })
    expect(good(withStore(FILE_STORE))).toMatchObject({
      keptIn: '/etc/ostiary/data',
      control: { socket: '/etc/ostiary/data/ostiary.sock' },
    })
  })

  it('finds the certificates that it names from the folder of the configuration', () => {
    const { store } = good(withStore(`${ADDRESS}?sslmode=verify-full&sslrootcert=ca/db.pem`))
    if (store.kind !== 'postgres') throw new Error('no address')
    const { searchParams, password } = new URL(store.url.reveal())
    expect(Object.fromEntries(searchParams)).toEqual({ sslmode: 'verify-full', sslrootcert: '/etc/ostiary/ca/db.pem' })
    expect(password).toBe('marzipan')
  })

  it('is a warning with its password in the file itself, and none where a variable brings it or there is none', () => {
    const warning = '12:8 store: the password stands in the file itself: take it from a variable'
    expect(read(withStore(ADDRESS)).warnings).toContain(warning)
    const passwords = { KEY: 'k', PASSWORD: 'word', STORE: ADDRESS }
    for (const store of [`postgres://gate:\${PASSWORD}@db.example/gate`, `\${STORE}`, 'postgres://db.example/gate']) {
      const { config, warnings } = read(withStore(store), passwords)
      expect(config?.store.kind).toBe('postgres')
      expect(warnings.filter((one) => one.includes('store'))).toEqual([])
    }
  })

  it('may be a variable that is not set yet, for `check`', () => {
    const { config, warnings } = read(withStore(`\${STORE}`), { KEY: 'k' }, false)
    expect(config?.store.kind).toBe('sqlite')
    expect(warnings).toContain('12:8 store: `STORE` is not set')
  })
})
