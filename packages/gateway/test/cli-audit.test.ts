import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliHouse, entriesOf, type Place, stopped } from './cli-house.js'
import { launch, ostiary, type Ready, readyLine, type Started } from './command.js'
import { until } from './until.js'

const house = cliHouse()

describe('audit', () => {
  let where: Place
  let ready: Ready
  let started: Started
  let receipts: string[]

  beforeAll(async () => {
    where = house.place('audited')
    started = launch(['start', '--config', where.file, '--json'])
    ready = await readyLine(started)
    receipts = []
    for (let i = 0; i < 3; i += 1) receipts.push((await house.chat(ready)).headers['ostiary-receipt'] ?? '')
    await until(async () => (await entriesOf(where)).length === 6)
    await until(() => readFileSync(join(where.log, 'checkpoint'), 'utf8').split('\n')[1] === '6')
  })
  afterAll(() => stopped(started))

  const verify = (log: string, ...more: string[]): ReturnType<typeof ostiary> =>
    ostiary(['audit', 'verify', '--log', log, '--vkey', ready.vkey, '--json', ...more])

  test('verify: beside the running gateway, and over its admin port', async () => {
    const [byFolder, plain] = await Promise.all([
      verify(where.log),
      ostiary(['audit', 'verify', '--log', where.log, '--vkey', ready.vkey]),
    ])
    expect({ code: byFolder.code, lines: byFolder.lines() }).toEqual({
      code: 0,
      lines: [{ ok: true, size: 6, root: expect.any(String) }],
    })
    expect(plain.stdout).toContain('the log holds: 6 entries')

    const OSTIARY_TOKEN = await house.issuer.token({ as: 'carol', scope: 'audit:read' })
    const args = ['audit', 'verify', '--log', `${ready.admin}/log`, '--vkey', ready.vkey, '--json']
    const [byUrl, stranger] = await Promise.all([ostiary(args, { env: { OSTIARY_TOKEN } }), ostiary(args)])
    expect({ code: byUrl.code, lines: byUrl.lines() }).toEqual({ code: 0, lines: byFolder.lines() })
    expect(stranger.code).toBe(1)
    expect(stranger.stderr).toMatch(/\(401\): set OSTIARY_TOKEN to an access token with the scope audit:read$/m)
    const narrow = await ostiary(args, {
      env: { OSTIARY_TOKEN: await house.issuer.token({ as: 'carol', scope: 'a' }) },
    })
    expect(narrow.code).toBe(1)
    expect(narrow.stderr).toMatch(/\(403\): set OSTIARY_TOKEN to an access token with the scope audit:read$/m)
  })

  test('a verifier key that was cut off or mistyped is told from what is none', async () => {
    const [name = '', hash = '', material = ''] = ready.vkey.split('+')
    const otherHash = hash.startsWith('0') ? `1${hash.slice(1)}` : `0${hash.slice(1)}`
    for (const vkey of [ready.vkey.slice(0, -8), `${name}+${otherHash}+${material}`, `x${ready.vkey}`]) {
      const { code, stderr } = await ostiary(['audit', 'verify', '--log', where.log, '--vkey', vkey])
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: '--vkey does not match its own hash: mistyped or cut off?\n',
      })
    }
    const none = await ostiary(['audit', 'verify', '--log', where.log, '--vkey', 'no key'])
    expect(none.stderr).toContain('it looks like name+hash+base64')
  })

  test('verify names the first entry that was changed', async () => {
    for (const entry of [0, 3]) {
      const copy = join(house.top, `flipped-${entry}`)
      cpSync(where.log, copy, { recursive: true })
      const dir = join(copy, 'tile', 'entries')
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        const file = join(dir, name)
        if (!statSync(file).isFile()) continue
        const bytes = readFileSync(file)
        let at = 0
        for (let i = 0; i < entry && at < bytes.length; i += 1) at += 2 + bytes.readUInt16BE(at)
        // An older, shorter part of the same bundle may lie there still.
        if (at >= bytes.length) continue
        bytes[at + 50] = (bytes[at + 50] ?? 0) ^ 1
        writeFileSync(file, bytes)
      }
      const { code, lines } = await verify(copy)
      expect({ code, lines: lines() }).toEqual({ code: 1, lines: [{ ok: false, entry, what: expect.any(String) }] })
    }
  })

  test('verify --against an older checkpoint', async () => {
    const older = join(house.top, 'older-checkpoint')
    cpSync(join(where.log, 'checkpoint'), older)
    expect((await verify(where.log, '--against', older)).code).toBe(0)
    const other = house.place('another')
    const elsewhere = launch(['start', '--config', other.file, '--json'])
    const another = await readyLine(elsewhere)
    await house.chat(another)
    expect(await stopped(elsewhere)).toBe(0)
    expect(
      (await ostiary(['audit', 'verify', '--log', other.log, '--vkey', another.vkey, '--against', older])).code,
    ).toBe(1)
    expect((await ostiary(['audit', 'verify', '--log', other.log, '--vkey', ready.vkey])).code).toBe(1)
  })

  test('tail: entries, one a line', async () => {
    const { code, stdout } = await ostiary(['audit', 'tail', '--log', where.log, '--from', '2'])
    expect(code).toBe(0)
    expect(stdout).toBe(
      (await entriesOf(where))
        .slice(2)
        .map((one) => `${one.text}\n`)
        .join(''),
    )
  })

  test('prove: by receipt and by index', async () => {
    const receipt = receipts[1] ?? ''
    const index = Number(receipt.split('/').at(-1))
    const [byReceipt, byIndex] = await Promise.all(
      [receipt, String(index)].map((one) =>
        ostiary(['audit', 'prove', '--log', where.log, '--vkey', ready.vkey, '--json', one]),
      ),
    )
    expect(byReceipt?.code).toBe(0)
    expect(byReceipt?.stdout).toBe(byIndex?.stdout)
    const [told] = byReceipt?.lines() ?? []
    expect(told).toMatchObject({
      index,
      entry: { type: 'ai.ostiary.intent' },
      proof: expect.stringMatching(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/),
    })
    const file = join(house.top, 'proof.json')
    writeFileSync(file, byReceipt?.stdout ?? '')
    const proof = join(house.top, 'proof.txt')
    writeFileSync(proof, String(told?.['proof']))
    const entry = join(house.top, 'entry.json')
    writeFileSync(entry, `${(await entriesOf(where))[index]?.text}\n`)
    const check = (...args: readonly string[]): ReturnType<typeof ostiary> =>
      ostiary(['audit', 'verify', '--vkey', ready.vkey, '--json', ...args])
    const holds = { ok: true, origin: ready.origin, index, size: expect.any(Number) }
    for (const args of [
      ['--proof', file],
      ['--proof', proof, '--entry', entry],
    ]) {
      const held = await check(...args)
      expect({ code: held.code, lines: held.lines() }).toEqual({ code: 0, lines: [holds] })
    }
    expect((await check('--proof', proof)).code).toBe(2)

    writeFileSync(entry, `${(await entriesOf(where))[index + 1]?.text}\n`)
    const other = await check('--proof', proof, '--entry', entry)
    expect({ code: other.code, lines: other.lines() }).toEqual({
      code: 1,
      lines: [{ ok: false, what: 'it does not show that this entry is in the log' }],
    })
    writeFileSync(file, (byReceipt?.stdout ?? '').replace('"kind":"permit"', '"kind":"forbid"'))
    expect(readFileSync(file, 'utf8')).not.toBe(byReceipt?.stdout)
    expect((await check('--proof', file)).code).toBe(1)
    writeFileSync(proof, 'no proof')
    expect((await check('--proof', proof, '--entry', entry)).lines()).toMatchObject([{ ok: false }])

    const beyond = await ostiary(['audit', 'prove', '--log', where.log, '--vkey', ready.vkey, '999'])
    expect(beyond.code).toBe(1)
    expect(beyond.stderr).not.toContain('    at ')
  })
})
