import { describe, expect, it } from 'vitest'
import { readAddress } from './postgres-address.js'

describe('the address of a PostgreSQL', () => {
  it('is read whole, and shown without its password', () => {
    const address = readAddress('postgres://gate%40x:p%2Fw@db.example:6432/gate?sslmode=verify-full')
    expect(address).toEqual({
      host: 'db.example',
      port: 6432,
      database: 'gate',
      username: 'gate@x',
      password: 'p/w',
      tls: { host: 'db.example', servername: 'db.example' },
      shown: 'db.example:6432/gate',
    })
  })

  it.each([
    ['this machine', 'postgres://127.0.0.1/gate', false],
    ['this machine by name', 'postgres://localhost/gate', false],
    ['this machine in the new protocol', 'postgres://[::1]/gate', false],
    ['a socket', 'postgres:///gate?host=/run/postgresql', false],
    [
      'this machine where it is asked for',
      'postgres://localhost/gate?sslmode=verify-full',
      { host: 'localhost', servername: 'localhost' },
    ],
    ['another machine', 'postgresql://db.example/gate', { host: 'db.example', servername: 'db.example' }],
    [
      'another machine whose name begins as this',
      'postgres://127.0.0.1.example/gate',
      { host: '127.0.0.1.example', servername: '127.0.0.1.example' },
    ],
    ['another machine where nobody stands between', 'postgres://db.example/gate?sslmode=disable', false],
  ])('verifies the certificate of whoever is not this machine: %s', (_, url, tls) => {
    expect(readAddress(url).tls).toEqual(tls)
  })

  it.each([
    ['encryption without a name', 'postgres://db.example/gate?sslmode=require', /sslmode/],
    ['perhaps encryption', 'postgres://db.example/gate?sslmode=prefer', /sslmode/],
    ['what it does not know', 'postgres://db.example/gate?options=-c%20x', /`options` is not known/],
    ['no database', 'postgres://db.example', /database/],
    ['several hosts', 'postgres://a.example,b.example/gate', /one host/],
    ['another protocol', 'mysql://db.example/gate', /postgres:/],
    ['a password with a `/` after what reads as a port', 'postgres://gate:12/word@db.example/gate', /%2F/],
    ['a password with a `?`', 'postgres://gate:12?word@db.example/gate', /%3F/],
    ['a password with a `#`', 'postgres://gate:12#word@db.example/gate', /%23/],
    ['no URL', 'db.example', /written postgres:/],
  ])('is refused with a reason: %s', (_, url, why) => {
    expect(() => readAddress(url)).toThrow(why)
    expect(() => readAddress(url)).not.toThrow(/word@db/)
  })
})
