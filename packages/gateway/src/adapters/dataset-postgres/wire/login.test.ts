import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { selfSigned } from '../../../../test/certificate.js'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../../test/postgres.js'
import { readAddress } from '../../../databases/postgres-address.js'
import { ConnectionLost } from './errors.js'
import { logIn } from './login.js'
import { createScram } from './scram.js'
import { ask, createSession } from './session.js'

const opened = async (url: string) => {
  const connection = await logIn(readAddress(url), new Map(), 1_000_000, 2000)
  const rows = await ask(createSession(connection, 1000), 'SELECT current_user', [])
  connection.end()
  return rows
}

describe('SCRAM-SHA-256', () => {
  // RFC 7677 section 3; PostgreSQL leaves the name out, so its own example is made with one.
  it('[tables.server] proves and verifies as the standard says', async () => {
    const scram = createScram('pencil', 'rOprNGfwEbeRWgbNEkqO', 'user')
    expect(scram.first).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    const answer = await scram.answer(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    )
    expect(answer).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )
    scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
    expect(() => scram.verify('v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toThrow('did not prove')
    expect(() => scram.verify('v=')).toThrow('did not prove')
    expect(() => scram.verify('e=other-error')).toThrow('did not prove')
  })

  it.each([
    ['another nonce', 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['our nonce alone', 'r=ours,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['few iterations', 'r=ours+,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1'],
    ['iterations without end', 'r=ours+,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000000000'],
    ['no salt', 'r=ours+,s=,i=4096'],
    ['nothing', ''],
  ])('does not answer %s', async (_, first) => {
    await expect(createScram('pencil', 'ours').answer(first)).rejects.toThrow('SCRAM')
  })
})

describe.skipIf(POSTGRES === undefined)('logging in (needs PostgreSQL)', () => {
  let server: PostgresServer
  const certificate = selfSigned('localhost')
  let folder: string
  let authority: string
  const word = `${'p w'}:/'"é`
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostiary-login-'))
    authority = join(folder, 'authority.pem')
    await writeFile(authority, certificate.cert)
    server = await startPostgres(certificate)
    const lines = [
      'host all scram all scram-sha-256',
      'host all hashed all md5',
      'host all clear all password',
      'host all gate all trust',
    ]
    const hba = join((await server.run('SHOW data_directory'))[0]?.['data_directory'] as string, 'of_the_test.conf')
    await server.run(`
      CREATE ROLE scram LOGIN PASSWORD '${word.replace("'", "''")}';
      CREATE ROLE clear LOGIN PASSWORD '${word.replace("'", "''")}';
      SET password_encryption TO md5; CREATE ROLE hashed LOGIN PASSWORD '${word.replace("'", "''")}'`)
    await server.run(`COPY (SELECT unnest(ARRAY['${lines.join("','")}'])) TO '${hba}'`)
    await server.run(`ALTER SYSTEM SET hba_file TO '${hba}'`)
    await server.stop()
    await server.start()
  })
  afterAll(async () => {
    await server.remove()
    await rm(folder, { recursive: true })
  })

  const urlOf = (user: string, password: string, host = '127.0.0.1', rest = ''): string =>
    `postgres://${user}:${encodeURIComponent(password)}@${host}:${server.port}/postgres${rest}`

  it.each(['scram', 'hashed', 'clear'])('is done by password, and refused by another: %s', async (user) => {
    expect(await opened(urlOf(user, word))).toEqual([[user]])
    await expect(opened(urlOf(user, `${word}x`))).rejects.toMatchObject({ name: 'DatabaseError', code: '28P01' })
  })

  it('is done over TLS with whom the certificate names, and with nobody else', async () => {
    const tls = `?sslmode=verify-full&sslrootcert=${authority}`
    expect(await opened(urlOf('scram', word, 'localhost', tls))).toEqual([['scram']])
    await expect(opened(urlOf('scram', word, '127.0.0.1', tls))).rejects.toThrow(/ALTNAME/)
    await expect(opened(urlOf('scram', word, 'localhost', '?sslmode=verify-full'))).rejects.toThrow(/SELF_SIGNED/)
  })

  it('is refused with no database of that name', async () => {
    await expect(opened(urlOf('gate', '').replace('/postgres', '/none'))).rejects.toMatchObject({ code: '3D000' })
  })
})

describe('logging in at what is no PostgreSQL', () => {
  let server: Server | undefined
  const sockets = new Set<Socket>()
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    server?.close()
  })

  const playing = async (play: (socket: Socket) => void): Promise<string> => {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      play(socket)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server?.once('listening', resolve))
    return `postgres://gate:${'word'}@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`
  }
  const authentication = (kind: number, text = ''): Buffer => {
    const bytes = Buffer.alloc(9 + Buffer.byteLength(text))
    bytes.write('R')
    bytes.writeInt32BE(bytes.length - 1, 1)
    bytes.writeInt32BE(kind, 5)
    bytes.write(text, 9)
    return bytes
  }

  it.each<readonly [string, (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.destroy()],
    ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['wants GSSAPI', (socket) => socket.write(authentication(7))],
    ['wants a SASL that is not known', (socket) => socket.write(authentication(10, 'OTHER\0\0'))],
    ['goes on with a SASL that never began', (socket) => socket.write(authentication(11, 'r=x'))],
    ['ends a SASL that never began', (socket) => socket.write(authentication(12, 'v=x'))],
    [
      'does not know the password it asks a proof of',
      (socket) => {
        socket.on('data', (bytes) => {
          const nonce = /r=([^,]+)$/.exec(bytes.toString('latin1'))?.[1]
          if (nonce !== undefined && !bytes.includes('c=biws'))
            socket.write(authentication(11, `r=${nonce}more,s=AAAA,i=4096`))
          else if (bytes.includes('c=biws'))
            socket.write(authentication(12, `v=${Buffer.alloc(32).toString('base64')}`))
          else socket.write(authentication(10, 'SCRAM-SHA-256\0\0'))
        })
      },
    ],
    ['sends what is shorter than it says', (socket) => socket.write(Buffer.from([0x52, 0, 0, 0, 4]))],
    ['sends an error without an end', (socket) => socket.write(Buffer.from([0x45, 0, 0, 0, 6, 0x43, 0x31]))],
    [
      'is ready in the middle of a SASL',
      (socket) => {
        socket.write(authentication(10, 'SCRAM-SHA-256\0\0'))
        socket.write(authentication(0))
        socket.write(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))
      },
    ],
  ])('[tables.server] fails where it %s', async (_, play) => {
    const url = await playing(play)
    await expect(logIn(readAddress(url), new Map(), 1000, 1000)).rejects.toThrow()
  })

  it('fails where it says nothing, in time', async () => {
    const url = await playing(() => {})
    await expect(logIn(readAddress(url), new Map(), 1000, 50)).rejects.toMatchObject({ isLate: true })
    await expect(logIn(readAddress(`${url}?sslmode=verify-full`), new Map(), 1000, 50)).rejects.toMatchObject({
      isLate: true,
    })
  })

  it('speaks no word before TLS where it is asked for, and takes none', async () => {
    let heard = Buffer.alloc(0)
    const url = await playing((socket) => {
      socket.on('data', (bytes) => {
        heard = Buffer.concat([heard, bytes])
        socket.write('N')
      })
    })
    await expect(logIn(readAddress(`${url}?sslmode=verify-full`), new Map(), 1000, 500)).rejects.toBeInstanceOf(
      ConnectionLost,
    )
    expect(heard.toString('hex')).toBe('0000000804d2162f')
    const more = await playing((socket) => socket.write(Buffer.concat([Buffer.from('S'), authentication(0)])))
    await expect(logIn(readAddress(`${more}?sslmode=verify-full`), new Map(), 1000, 500)).rejects.toBeInstanceOf(
      ConnectionLost,
    )
  })
})
