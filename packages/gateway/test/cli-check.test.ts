import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliHouse } from './cli-house.js'
import { ostiary } from './command.js'
import { ANALYSTS } from './house.js'

const house = cliHouse()

/** What `check` prints when it is run in a folder. */
async function checkIn(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await ostiary(['check', ...args], { cwd })).stdout
}

describe('init and check', () => {
  test('what init writes is good but for the key, which is a warning here and refused by start', async () => {
    const dir = join(house.top, 'fresh')
    const made = await ostiary(['init', dir, '--json'])
    expect(made.code).toBe(0)
    const file = join(dir, 'ostiary.yaml')
    expect(made.lines()).toEqual([
      {
        ok: true,
        written: [file, join(dir, 'policies', 'gateway.cedar'), join(dir, 'policies', 'schema.cedarschema')],
      },
    ])
    const again = await ostiary(['init', dir])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('nothing written')

    const plain = await ostiary(['check', '--config', file])
    expect(plain.code).toBe(0)
    expect(plain.stdout).toMatch(/^warning: .*ostiary\.yaml:\d+:\d+ .*`OPENAI_API_KEY` is not set$/m)
    const [checked] = (await ostiary(['check', '--config', file, '--json'])).lines()
    expect(checked).toMatchObject({ ok: true, faults: [], warnings: [{ file }] })

    const start = await ostiary(['start', '--config', file, '--json'])
    expect(start.code).toBe(1)
    expect(start.lines()).toEqual([
      {
        ready: false,
        message: expect.stringMatching(/ostiary\.yaml:\d+:\d+ .*`OPENAI_API_KEY` is not set/),
        faults: [{ file, line: expect.any(Number), column: expect.any(Number), message: expect.any(String) }],
      },
    ])
    expect(start.stderr).toMatch(/ostiary\.yaml:\d+:\d+ .*`OPENAI_API_KEY` is not set/)
    expect(existsSync(join(dir, 'data'))).toBe(false)

    const set = await ostiary(['check', '--config', file, '--json'], { env: { OPENAI_API_KEY: 'a-key' } })
    expect(set.lines()).toEqual([{ ok: true, faults: [], warnings: [] }])
  })

  test('with the flow rules it is good without a warning, and the documentation shows the same rules', async () => {
    const dir = join(house.top, 'flows')
    const made = await ostiary(['init', dir, '--flow-rules', '--json'])
    const file = join(dir, 'ostiary.yaml')
    const rules = join(dir, 'policies', 'flow.cedar')
    const others = ['gateway.cedar', 'schema.cedarschema'].map((name) => join(dir, 'policies', name))
    const [first, ...rest] = others
    expect(made.lines()).toEqual([{ ok: true, written: [file, first, rules, ...rest] }])
    const env = { OPENAI_API_KEY: 'a-key' }
    const checked = await ostiary(['check', '--config', file, '--json'], { env })
    expect(checked.lines()).toEqual([{ ok: true, faults: [], warnings: [] }])
    const page = readFileSync(new URL('../../../docs/flow-rules.md', import.meta.url), 'utf8')
    const text = readFileSync(rules, 'utf8')
    // The page tells each rule by itself, without the comments.
    for (const rule of text
      .replace(/^\/\/.*\n/gm, '')
      .trim()
      .split('\n\n'))
      expect(page).toContain(rule)

    // Where no model says where it is hosted, all of them are outside: a warning, and no fault.
    writeFileSync(file, readFileSync(file, 'utf8').replace('hosting: external, ', ''))
    const bare = await ostiary(['check', '--config', file, '--json'], { env })
    expect(bare.lines()).toMatchObject([{ ok: true, faults: [] }])
  })

  test('faults have a place: file, line and column', async () => {
    const { dir, file } = house.place(
      'faulty',
      '@id("a")\npermit (principal, action == Action::"invoke", resource is Model)\nwhen { context.promptTokenz > 1 };\n',
    )
    const policy = join(dir, 'policies', 'gateway.cedar')
    const wrong = await ostiary(['check', '--config', file])
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(new RegExp(`^${policy}:3:\\d+ .*promptTokenz.*did you mean .promptTokens`, 'm'))
    const [told] = (await ostiary(['check', '--config', file, '--json'])).lines()
    expect(told).toMatchObject({ ok: false, faults: [{ file: policy, line: 3 }] })

    writeFileSync(file, 'publicUrl: http://127.0.0.1:8787\nlisten:\n  hots: 127.0.0.1\n')
    const unknown = await ostiary(['check', '--config', file])
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toMatch(new RegExp(`^${file}:3:3 .*hots`, 'm'))

    const absent = await ostiary(['check', '--config', join(dir, 'absent.yaml')])
    expect(absent.code).toBe(1)
    expect(absent.stdout).toMatch(
      /absent\.yaml:1:1 .*ENOENT.*`ostiary init` makes one, or name it with --config FILE$/m,
    )

    writeFileSync(file, 'publicUrl: http://127.0.0.1:8787\nlisten\n  host: 127.0.0.1\n')
    const colon = await ostiary(['check', '--config', file])
    expect(colon.code).toBe(1)
    expect(colon.stdout).toMatch(/^.*ostiary\.yaml:2:1 not valid YAML: .*: a colon may be missing$/m)
  })

  test('modules of detectors are there, or it is a fault; none of their code is run [local.detector]', async () => {
    const local = ['./none.mjs', './policies', '@ostiary/none-such', 'none.mjs', './detector.mjs', 'zod'].map(
      (module, index) => ({ name: `d${index}`, module, types: ['pii.person'] }),
    )
    const { dir, file } = house.place('modules', ANALYSTS, { inspection: { local } })
    writeFileSync(join(dir, 'detector.mjs'), 'throw new Error("it was run")\n')
    const { code, lines } = await ostiary(['check', '--config', file, '--json'])
    const [told] = lines() as [{ readonly faults: readonly { readonly message: string }[] }]
    expect([code, told.faults.map(({ message }) => message)]).toEqual([
      1,
      [
        `inspection.local[0].module: the file \`${join(dir, 'none.mjs')}\` cannot be read (ENOENT)`,
        `inspection.local[1].module: \`${join(dir, 'policies')}\` is no file`,
        'inspection.local[2].module: the package `@ostiary/none-such` is not found beside the gateway (ERR_MODULE_NOT_FOUND)',
        'inspection.local[3].module: the package `none.mjs` is not found beside the gateway (ERR_MODULE_NOT_FOUND); the path of a file begins with `./`',
      ],
    ])
  })

  test('row filters are read, each at its place, without a database', async () => {
    const table = (filters: unknown): unknown => ({ columns: { id: 'internal' }, filters })
    const { file } = house.place('filters', ANALYSTS, {
      datasets: [
        {
          name: 'crm',
          postgres: {
            url: 'postgres://reader@db.example/crm?sslmode=verify-full',
            roles: [{ group: 'analysts', role: 'reader' }],
            tables: {
              people: table({ good: 'region = 5', bad: 'region = = 5' }),
              'other.deals': table({ live: { where: 'id IN (SELECT deal FROM acl)', always: true } }),
            },
          },
        },
      ],
    })
    const lines = readFileSync(file, 'utf8').split('\n')
    const placeOf = (text: string): string => {
      const at = lines.findIndex((line) => line.includes(text))
      return `${file}:${at + 1}:${(lines[at] ?? '').indexOf(text) + 1}`
    }
    const { code, stdout } = await ostiary(['check', '--config', file])
    expect([code, stdout.split('\n')]).toEqual([
      1,
      [
        `${placeOf('"region = = 5"')} datasets[0].postgres.tables.people.filters.bad: a syntax error at line 1, column 10 (character 9)`,
        expect.stringMatching(
          /^.*ostiary\.yaml:\d+:\d+ datasets\[0\]\.postgres\.tables\..*other\.deals.*\.filters\.live: a table in it needs its schema$/,
        ),
        '',
      ],
    ])
    expect((await ostiary(['start', '--config', file])).stderr).toContain(`${placeOf('"region = = 5"')} `)
    writeFileSync(file, lines.join('\n').replace('= = 5', '= 5').replace('FROM acl', 'FROM other.acl'))
    expect((await ostiary(['check', '--config', file])).code).toBe(0)
  })

  test('a policy folder that is not there, or empty, is told where the configuration names it', async () => {
    const { dir, file } = house.place('no-policies', ANALYSTS, { policy: { dir: './nowhere' } })
    const at = readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes('"dir"'))
    const told = async (): Promise<string> => (await ostiary(['check', '--config', file])).stdout
    expect(await told()).toBe(
      `${file}:${at + 1}:12 policy.dir: the policy folder cannot be read (\`${join(dir, 'nowhere')}\`)\n`,
    )
    mkdirSync(join(dir, 'nowhere'))
    expect(await told()).toMatch(new RegExp(`^${file}:${at + 1}:12 policy\\.dir: the policy folder has no \\*\\.cedar`))
  })

  test('policy files below the working directory are named from there, as the configuration is', async () => {
    const twice = '@id("a") permit (principal, action, resource);\n'
    const { dir } = house.place('named', twice + twice)
    const policy = join('policies', 'gateway.cedar')
    const message = `\`@id\` \`a\` is already that of the policy at ${policy}:1:1`
    expect(await checkIn(dir)).toBe(`./${policy}:2:1 ${message.replace(policy, `./${policy}`)}\n`)
    expect(JSON.parse(await checkIn(dir, '--json', '--config', 'ostiary.yaml'))).toEqual({
      ok: false,
      faults: [{ file: policy, line: 2, column: 1, message }],
      warnings: [],
    })
    expect(await checkIn(join(dir, 'policies'), '--config', '../ostiary.yaml')).toMatch(/^gateway\.cedar:2:1 /)
    expect(await checkIn(join(dir, '..'), '--config', 'named/ostiary.yaml')).toMatch(
      /^named.policies.gateway\.cedar:2:1 /,
    )
    mkdirSync(join(dir, 'elsewhere'))
    const above = await checkIn(join(dir, 'elsewhere'), '--config', '../ostiary.yaml')
    expect(above.startsWith(`${join(dir, policy)}:2:1 `)).toBe(true)
  })

  test('policy files without a policy: a warning that nothing will be permitted', async () => {
    const { dir, file } = house.place('no-policy', '// none yet\n')
    const { code, lines } = await ostiary(['check', '--config', file, '--json'])
    expect({ code, lines: lines() }).toMatchObject({
      code: 0,
      lines: [
        {
          ok: true,
          warnings: expect.arrayContaining([
            expect.objectContaining({
              file,
              message: `policy.dir: no policy: nothing will be permitted (\`${join(dir, 'policies')}\`)`,
            }),
          ]),
        },
      ],
    })
  })

  test('a policy over what cannot come about is a warning', async () => {
    const { dir, file } = house.place(
      'unheard',
      '@id("a") permit (principal == User::"alice", action == Action::"invoke", resource == Model::"modle");\n',
      { inspection: { detectors: { 'pii.email': false } } },
    )
    const [told] = (await ostiary(['check', '--config', file, '--json'])).lines()
    const policy = join(dir, 'policies', 'gateway.cedar')
    const secret = { file, message: expect.stringContaining('the secret stands in the file itself') }
    expect(told).toMatchObject({
      ok: true,
      warnings: [
        secret,
        { file: policy, line: 1, message: expect.stringContaining('`User::"alice"`: write issuer and subject') },
        { file: policy, line: 1, message: expect.stringContaining('no model has this name; did you mean `model`?') },
      ],
    })
  })
})
