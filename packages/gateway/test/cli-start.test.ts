import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliHouse, entriesOf, stopped } from './cli-house.js'
import { launch, launchWithin, ostiary, readyLine } from './command.js'
import { expectWhole } from './entries.js'
import { ANALYSTS } from './house.js'
import { until } from './until.js'

const house = cliHouse()

describe('start', () => {
  test('ready line, SIGTERM, and again on the same folders', async () => {
    const where = house.place('twice')
    const keys: string[] = []
    for (const round of [1, 2]) {
      const started = launch(['start', '--config', where.file, '--json'])
      const ready = await readyLine(started)
      expect(ready).toEqual({
        ready: true,
        gateway: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        admin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        origin: 'gateway.example/audit',
        vkey: expect.stringMatching(/^gateway\.example\/audit\+[0-9a-f]{8}\+/),
      })
      keys.push(ready.vkey)
      const answer = await house.chat(ready)
      expect(answer.status).toBe(200)
      expect(answer.headers['ostiary-receipt']).toBe(`gateway.example/audit/${2 * (round - 1)}`)

      const beside = await ostiary(['start', '--config', where.file, '--json'])
      expect({ code: beside.code, lines: beside.lines() }).toEqual({
        code: 1,
        lines: [{ ready: false, message: expect.stringContaining('another process has this log open'), faults: [] }],
      })
      expect(await stopped(started)).toBe(0)
      expect(started.stdout().trim().split('\n')).toHaveLength(1)
    }
    expect(keys[1]).toBe(keys[0])
    const entries = await entriesOf(where)
    expectWhole(entries)
    expect(entries.map((one) => one.type)).toEqual(['intent', 'outcome', 'intent', 'outcome'])
    const verified = await ostiary(['audit', 'verify', '--log', where.log, '--vkey', keys[0] ?? '', '--json'])
    expect({ code: verified.code, lines: verified.lines() }).toEqual({
      code: 0,
      lines: [{ ok: true, size: 4, root: expect.any(String) }],
    })
  })

  test('one that another process started, as npx does, is stopped by the process that `doctor` names', async () => {
    const where = house.place('within')
    const started = launchWithin(['start', '--config', where.file, '--json'])
    await readyLine(started)
    const [told] = (await ostiary(['doctor', '--config', where.file, '--json'])).lines()
    const pid = (told?.['running'] as { pid?: number } | undefined)?.pid ?? 0
    expect(pid).toBeGreaterThan(0)
    expect(pid).not.toBe(started.child.pid)
    process.kill(pid, 'SIGTERM')
    expect((await started.ran).code).toBe(0)
    const [after] = (await ostiary(['doctor', '--config', where.file, '--json'])).lines()
    expect(after).toMatchObject({ ok: true, running: null })
  })

  test('a changed policy is taken, a faulty one is reported, on a change and on SIGHUP', async () => {
    const where = house.place('reloads')
    const policy = join(where.dir, 'policies', 'gateway.cedar')
    const started = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(started)
    expect((await house.chat(ready, { as: 'bob' })).status).toBe(403)

    writeFileSync(policy, ANALYSTS.replaceAll('analysts', 'support'))
    await until(async () => (await house.chat(ready, { as: 'bob' })).status === 200)
    expect((await house.chat(ready)).status).toBe(403)

    writeFileSync(policy, 'permit (')
    await until(() => started.stderr().includes('the last good configuration stays in force'))
    expect(started.stderr()).toContain(`${policy}:1:`)
    expect((await house.chat(ready, { as: 'bob' })).status).toBe(200)

    started.child.kill('SIGHUP')
    await until(() => started.stderr().match(/stays in force/g)?.length === 2)
    writeFileSync(policy, ANALYSTS)
    await until(async () => (await house.chat(ready)).status === 200)
    expect(await stopped(started, 'SIGINT')).toBe(0)
    const changes = (await entriesOf(where)).filter((one) => one.type === 'policy')
    expect(changes).toHaveLength(2)
    expect(changes[1]?.own).toMatchObject({ before: changes[0]?.own['after'], after: changes[0]?.own['before'] })
  })

  test('a signal that comes with the ready line is heard', async () => {
    const where = house.place('at-once')
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const started = launch(['start', '--config', where.file, '--json'])
      started.child.stdout?.once('data', () => started.child.kill(signal))
      expect(await started.ran).toMatchObject({ code: 0 })
    }
  })

  test('a reload says what it cannot put in force, and takes the rest', async () => {
    const where = house.place('restart-needed')
    const started = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(started)
    const before = readFileSync(where.file, 'utf8')
    const next = {
      ...JSON.parse(before),
      listen: { host: 'localhost', port: 0 },
      models: [{ name: 'new', provider: 'lying' }],
    }
    writeFileSync(where.file, JSON.stringify(next))
    await until(() => started.stderr().includes('reloaded (file)'))
    const said = started
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(said).toContainEqual({
      level: 'warn',
      message: 'changed, but in force only after a restart: listen.host',
    })
    expect((await house.chat(ready)).status).toBe(404)
    expect(await stopped(started)).toBe(0)
    const changes = (await entriesOf(where)).filter((one) => one.type === 'config')
    expect(changes.map((one) => one.own)).toMatchObject([{ why: 'file' }])
  })

  test('what was under way when it was killed is closed as unknown at the next start', async () => {
    const where = house.place('killed')
    const first = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(first)
    expect((await house.chat(ready)).status).toBe(200)
    house.upstream.behave({ kind: 'stalls' })
    const cut = Promise.allSettled([house.chat(ready, { stream: true }), house.chat(ready, { stream: true })])
    await until(() => house.upstream.answering === 2)
    first.child.kill('SIGKILL')
    await first.ran
    await cut
    house.upstream.behave(undefined)

    const second = launch(['start', '--config', where.file, '--json'])
    const again = await readyLine(second)
    expect((await house.chat(again)).status).toBe(200)
    expect(await stopped(second)).toBe(0)
    const entries = await entriesOf(where)
    expectWhole(entries)
    const unknown = entries.filter((one) => one.own['outcome'] === 'unknown')
    expect(unknown).toHaveLength(2)
    for (const { own } of unknown) {
      expect(entries[Number(own['intent'])]).toMatchObject({ type: 'intent', id: `${String(own['exchange'])}i` })
    }
    expect((await ostiary(['audit', 'verify', '--log', where.log, '--vkey', again.vkey])).code).toBe(0)
  })

  test('doctor tells a good set-up, running or not, from an ill one', async () => {
    const where = house.place('doctored')
    const idle = await ostiary(['doctor', '--config', where.file, '--json'])
    expect(idle.lines()).toMatchObject([{ running: null }])
    const started = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(started)
    const busy = await ostiary(['doctor', '--config', where.file, '--json'])
    expect(busy.lines()).toMatchObject([{ running: { ready: true, vkey: ready.vkey } }])
    expect(await stopped(started)).toBe(0)
    writeFileSync(join(where.dir, 'policies', 'gateway.cedar'), 'permit (')
    const ill = await ostiary(['doctor', '--config', where.file])
    expect(ill.code).toBe(1)
    expect(ill.stdout).toContain('mend:')
  })
})
