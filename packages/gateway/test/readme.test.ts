import * as nodeCrypto from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { makeDpopKey, startDemoModel } from '@ostiary/devkit'
import OpenAI from 'openai'
import type { ChatCompletion } from 'openai/resources'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REQUIREMENTS } from '../../../conformance/requirements.js'
import { loadPolicies } from '../src/adapters/policy-cedar/load.js'
import { verify } from '../src/cli/audit.js'
import { demo } from '../src/cli/demo.js'
import { type Dev, startDev } from '../src/cli/dev.js'
import { DEV_POLICIES } from '../src/cli/dev-policies.js'
import { inspectBy, inspectLines } from '../src/cli/inspect.js'
import type { Config } from '../src/config/config.js'
import { configFromText } from '../src/config/load.js'
import { vocabularyOf } from '../src/config/vocabulary.js'
import { build, ostiary } from './command.js'
import { send } from './http.js'

// What the README and the pages beside it show is run here, so that they cannot say what is no longer so.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...['docs', 'examples', ...readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name))].flatMap(
    (folder) =>
      readdirSync(join(ROOT, folder), { recursive: folder === 'docs' || folder === 'examples', encoding: 'utf8' })
        .filter((path) => path.endsWith('.md'))
        .map((path) => join(folder, path)),
  ),
]

function page(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

interface Block {
  readonly language: string
  readonly text: string
}

function blocks(path: string): readonly Block[] {
  return [...page(path).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))
}

/** The first block of a language that has these words in it, and the one that follows it. */
function shown(path: string, language: string, words: string): { readonly block: string; readonly next: string } {
  const all = blocks(path)
  const at = all.findIndex((one) => one.language === language && one.text.includes(words))
  expect(at, `${path} shows ${words}`).toBeGreaterThanOrEqual(0)
  return { block: all[at]?.text ?? '', next: all[at + 1]?.text.trimEnd() ?? '' }
}

/** Holds real words against shown ones, in which `…` stands for anything. */
function expectShown(real: string, said: string): void {
  const pattern = said
    .split('…')
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*')
  expect(real).toMatch(new RegExp(`^${pattern}$`))
}

function openDev(dataDir: string): Promise<Dev> {
  return startDev({ port: 0, adminPort: 0, dataDir, upstream: undefined, warn: () => undefined })
}

describe('the first screen', () => {
  let dataDir: string
  let house: Dev
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'ostiary-readme-'))
    house = await openDev(dataDir)
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= house.close()
    return closing
  }
  afterAll(async () => {
    await close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  test('the policy is the one that dev starts with', () => {
    expect(shown('README.md', 'cedar', '@id').block).toBe(DEV_POLICIES)
  })

  test.each(['alice', 'bob'])('what %s asks gets the answer that is printed', async (as) => {
    const { block, next } = shown('README.md', 'sh', `token --as ${as})`)
    const [, path = ''] = /http:\/\/127\.0\.0\.1:8787(\/\S+)/.exec(block) ?? []
    const [, type = ''] = /-H '(content-type: [^']+)'/.exec(block) ?? []
    const [, body = ''] = /-d '([^']+)'/.exec(block) ?? []
    const authorization = `Bearer ${await house.issuer.token({ as })}`
    const headers = { authorization, 'content-type': type.replace('content-type: ', '') }
    const { text, status } = await send(house.running.gateway.url, Buffer.from(body), { path, headers })
    // As curl prints it: the body, and behind it what `-w` asks for.
    expect(block).toContain(`-sw ' %{http_code}\\n'`)
    expectShown(`${text} ${status}`, next)
  })

  test('and the log then holds as it is printed', async () => {
    const { vkey } = house.running
    await close()
    const said: string[] = []
    const output = {
      json: false,
      columns: undefined,
      say: (line: string) => void said.push(line),
      data: () => {},
      warn: () => {},
    }
    const { block, next } = shown('README.md', 'sh', 'audit verify')
    expect(block).toContain('--log .ostiary-dev/audit --vkey "$VKEY"')
    expect(await verify({ log: join(dataDir, 'audit'), vkey }, undefined, output)).toBe(0)
    expectShown(said.join('\n'), next)
  })

  test('the demo says what is printed of it', async () => {
    const { block } = shown('README.md', 'text', 'falls silent')
    const said: string[] = []
    const output = {
      json: false,
      columns: undefined,
      say: (line: string) => void said.push(line),
      data: () => {},
      warn: () => {},
    }
    expect(await demo({ exit: true }, output)).toBe(0)
    const chapters = said.join('\n').split(/\n\n(?=\d+\. )/)
    const two = chapters.filter((one) => /^\d+\. a (?:stolen token|revoked agent)/.test(one))
    expectShown(two.join('\n\n'), block.trimEnd())
    const bound = chapters.find((one) => /^\d+\. one question/.test(one)) ?? ''
    expectShown(bound, shown('README.md', 'text', 'one question').block.trimEnd())
  }, 60_000)

  test('what does not pass yet is told so', async () => {
    const [, list = ''] = /answers 404 `endpoint_not_governed`: ([^.]+)\./.exec(page('README.md')) ?? []
    const paths = [...list.matchAll(/`(\/[^`]+)`/g)].map(([, path = '']) => path.replace('*', 'anything'))
    expect(paths.length).toBeGreaterThan(5)
    const elsewhere = mkdtempSync(join(tmpdir(), 'ostiary-readme-'))
    const other = await openDev(elsewhere)
    const headers = { authorization: `Bearer ${await other.issuer.token({ as: 'alice' })}` }
    for (const path of paths) {
      const { status, text } = await send(other.running.gateway.url, undefined, { path, headers, method: 'POST' })
      expect({ path, status }).toEqual({ path, status: 404 })
      expect(text).toContain('"endpoint_not_governed"')
    }
    await other.close()
    rmSync(elsewhere, { recursive: true, force: true })
  })

  test('the two lines of the SDK do what they say', async () => {
    const { block } = shown('README.md', 'js', 'new OpenAI')
    expect(block.trimEnd().split('\n')).toHaveLength(2)
    const elsewhere = mkdtempSync(join(tmpdir(), 'ostiary-readme-'))
    const other = await openDev(elsewhere)
    const lines = block.replace('http://127.0.0.1:8787', other.running.gateway.url)
    const accessToken = await other.issuer.token({ as: 'alice' })
    const run = runInNewContext(`(async () => { ${lines}; return answer })`, { OpenAI, accessToken })
    const answer = (await run()) as ChatCompletion
    expect(answer.choices[0]?.message.content).toContain('I was shown:\nuser: hello')
    await other.close()
    rmSync(elsewhere, { recursive: true, force: true })
  })

  test('the guide to bound tokens is all that an SDK needs to have one taken, which it is not as it comes', async () => {
    const { block } = shown('docs/guides/bound-tokens.md', 'js', 'withProof')
    const elsewhere = mkdtempSync(join(tmpdir(), 'ostiary-readme-'))
    const other = await openDev(elsewhere)
    const { url } = other.running.gateway
    const { key, jkt } = makeDpopKey()
    const accessToken = await other.issuer.token({ as: 'alice', jkt })
    const statuses: number[] = []
    const context = {
      ...nodeCrypto,
      OpenAI,
      Buffer,
      Headers,
      URL,
      console: { log: () => undefined },
      process: { argv: ['node', 'ask.mjs', accessToken] },
      readFileSync: () => JSON.stringify({ ...key, alg: 'ES256' }),
      fetch: async (input: string, init: RequestInit) => {
        const answer = await fetch(input, init)
        statuses.push(answer.status)
        return answer
      },
    }
    expect(block).toContain('http://127.0.0.1:8787')
    const here = block.replaceAll('http://127.0.0.1:8787', url).replaceAll(/^import .*$/gm, '')
    const run = runInNewContext(`(async () => { ${here}; return answer })`, context)
    const answer = (await run()) as ChatCompletion
    expect(answer.choices[0]?.message.content).toContain('I was shown:\nuser: hello')
    expect(statuses).toEqual([401, 200])
    const plain = new OpenAI({ baseURL: `${url}/v1`, apiKey: accessToken, maxRetries: 0 })
    await expect(plain.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_token' })
    await other.close()
    rmSync(elsewhere, { recursive: true, force: true })
  })

  test('the two lines that do all set-up are commands of npm', () => {
    const { block } = shown('README.md', 'sh', 'npm ci')
    expect(block).toBe('npm ci && npm run demo\nnpm ci && npm test\n')
  })
})

describe('a real model', () => {
  const GUIDE = 'docs/guides/a-real-model.md'

  /** Another server's model behind `dev`, which repeats what it was shown; what alice sees of it. */
  async function ask(policies: string | undefined, marker: string): Promise<{ body: string; text: string }> {
    const dataDir = mkdtempSync(join(tmpdir(), 'ostiary-guide-'))
    const model = await startDemoModel({})
    if (policies !== undefined) {
      mkdirSync(join(dataDir, 'policies'))
      writeFileSync(join(dataDir, 'policies', 'dev.cedar'), policies)
    }
    const dev = await startDev({ port: 0, adminPort: 0, dataDir, upstream: model.baseUrl, warn: () => undefined })
    const { block } = shown(GUIDE, 'sh', marker)
    const body = (/-d '([^']+)'/.exec(block)?.[1] ?? '').replace('MODEL', dev.models[0] ?? '')
    const headers = {
      authorization: `Bearer ${await dev.issuer.token({ as: 'alice' })}`,
      'content-type': 'application/json',
    }
    const { text, status } = await send(dev.running.gateway.url, Buffer.from(body), { headers })
    expect(status).toBe(200)
    await dev.close()
    await model.close()
    rmSync(dataDir, { recursive: true, force: true })
    return { body, text }
  }

  test('is shown what the guide says', async () => {
    const { text } = await ask(undefined, 'curl -s ')
    expect(page(GUIDE)).toContain('`my card is **** **** **** 1111, my mail [redacted:pii.email]`')
    expect(text).toContain('my card is **** **** **** 1111, my mail [redacted:pii.email].')
  })

  test('says what the guide says, and the stream does not', async () => {
    const { block } = shown(GUIDE, 'cedar', '@id')
    const { body, text } = await ask(block, 'curl -sN ')
    const said = [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)].map(([, one = '']) => JSON.parse(one) as string)
    expect(said.length).toBeGreaterThan(10)
    expect(said.join('')).toContain('my card is [redacted:pii.card], my mail [redacted:pii.email].')
    expect(text).toContain('data: [DONE]')
    expect(body).toContain('4111 1111 1111 1111')
    expect(said.join('').replaceAll(/\D/g, '')).not.toContain('4111')
  })
})

describe('commands', () => {
  test('each script that a page names is there', () => {
    const { scripts } = JSON.parse(page('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    for (const path of PAGES) {
      for (const [, name = 'test'] of page(path).matchAll(/\bnpm (?:run ([a-z:]+)|test\b)/g)) {
        expect(scripts, `${path}: npm run ${name}`).toHaveProperty([name])
      }
      for (const [, file = ''] of page(path).matchAll(/\b(?:node|vitest) ((?:scripts|packages)\/\S+?)[`\s]/g)) {
        expect(existsSync(join(ROOT, file)), `${path}: ${file}`).toBe(true)
      }
    }
  })

  test('each command that a page names is there', async () => {
    await build()
    const commandsOf = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await ostiary([...args, '--help'])
      return [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = '']) => [...args, name].join(' '))
    }
    const known = new Set([...(await commandsOf()), ...(await commandsOf('audit'))])
    expect(known).toContain('audit verify')
    let seen = 0
    for (const path of PAGES) {
      for (const [, name = ''] of page(path).matchAll(/(?:`|npx --no-install |&& )ostiary ((?:audit )?[a-z-]+)/g)) {
        expect(known, `${path}: ostiary ${name}`).toContain(name)
        seen += 1
      }
    }
    expect(seen).toBeGreaterThan(10)
  }, 180_000)

  test('inspect says what cli.md prints', async () => {
    const example = shown('docs/cli.md', 'text', '| npx --no-install ostiary inspect').block
    const [, line = '', said = ''] = /^\$ echo '(.+)' \|.*\n(.+)\n$/.exec(example) ?? []
    const written: string[] = []
    await inspectLines(
      inspectBy(undefined),
      Readable.from([`${line}\n`]),
      (one) => void written.push(one),
      (one) => void written.push(one),
    )
    expect(written).toEqual([said])
  })
})

describe('counts', () => {
  test('conformance is that of the table', () => {
    const count = Object.keys(REQUIREMENTS).length
    expect(page('README.md')).toContain(`Conformance: ${count}/${count}.`)
  })

  test('runtime dependencies are those of the packages, and none has an install script', () => {
    const outside = ['gateway', 'devkit', 'tlog'].flatMap((name) => {
      const { dependencies = {} } = JSON.parse(page(`packages/${name}/package.json`)) as {
        readonly dependencies?: Readonly<Record<string, string>>
      }
      return Object.entries(dependencies).filter(([dependency]) => !dependency.startsWith('@ostiary/'))
    })
    expect(page('README.md')).toContain(`Runtime dependencies: ${outside.length},`)
    const decision = page('docs/decisions/0009-runtime-dependencies.md')
    for (const [name, version] of outside) expect(decision).toContain(`| \`${name}\` ${version} |`)
    const { packages } = JSON.parse(page('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly hasInstallScript?: boolean }>>
    }
    const scripted = Object.entries(packages).filter(([, one]) => one.hasInstallScript === true && one.dev !== true)
    expect(scripted).toEqual([])
  })
})

describe('configuration and policy', () => {
  const load = (text: string): Config => {
    const env = { OPENAI_API_KEY: 'a-key' }
    const { config, faults, warnings } = configFromText(text, '/gate/ostiary.yaml', env, { requireEnv: true })
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    if (config === undefined) throw new Error('no configuration')
    return config
  }

  test('what configuration.md shows as defaults are the defaults', () => {
    const required = {
      publicUrl: 'http://127.0.0.1:8787',
      issuers: [
        { issuer: 'https://idp.example', audience: 'https://gateway.example', jwksUri: 'https://idp.example/jwks' },
      ],
      providers: [
        { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1', apiKey: `\${OPENAI_API_KEY}` },
      ],
      models: [{ name: 'gpt-5-mini', provider: 'openai', attributes: { hosting: 'external', region: 'us' } }],
      policy: { dir: './policies' },
      audit: { store: 'fs:./data/audit' },
      store: 'sqlite:./data/ostiary.db',
    }
    expect(load(shown('docs/configuration.md', 'yaml', 'publicUrl').block)).toEqual(load(JSON.stringify(required)))
  })

  test('what policy.md shows loads without a word', () => {
    const config = load(shown('docs/configuration.md', 'yaml', 'publicUrl').block)
    const { block } = shown('docs/policy.md', 'cedar', '@mode("shadow")')
    const { faults, warnings, engine } = loadPolicies([{ path: 'policy.md', text: block }], vocabularyOf(config))
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
    expect(engine?.policyIds).toHaveLength(5)
  })

  test('what detectors.md shows loads, and the policies beside each detector fit it', () => {
    const inspections = blocks('docs/detectors.md').filter(({ language }) => language === 'yaml')
    const policies = blocks('docs/detectors.md').filter(({ language }) => language === 'cedar')
    expect([inspections.length, policies.length]).toEqual([6, 5])
    const rest = shown('docs/configuration.md', 'yaml', 'publicUrl')
      .block.split('\n\n')
      .filter((section) => !section.startsWith('inspection:'))
      .join('\n\n')
    // The first is of detectors here; each of the others has its policy below it.
    for (const [index, { text }] of inspections.entries()) {
      const env = { OPENAI_API_KEY: 'a-key' }
      const { config, faults } = configFromText(`${rest}\n${text}`, '/gate/ostiary.yaml', env, { requireEnv: false })
      expect(faults).toEqual([])
      if (config === undefined || index === 0) continue
      const { local, remote, terms } = config.inspection
      expect(local.length + remote.length + terms.length).toBeGreaterThan(0)
      const policy = { path: 'detectors.md', text: policies[index - 1]?.text ?? '' }
      expect(loadPolicies([policy], vocabularyOf(config)).faults).toEqual([])
    }
  })

  test('the overview tells what every refusal is for', () => {
    const overview = page('docs/architecture/overview.md')
    const codes = [...page('packages/gateway/src/spec/refusal.ts').matchAll(/^ {2}([a-z_]+): \{ status: \d/gm)]
    expect(codes.length).toBeGreaterThan(20)
    for (const [, code] of codes) expect(overview).toContain(`\`${code}\``)
  })
})

test('links lead somewhere', () => {
  const dangling: string[] = []
  for (const path of PAGES) {
    // What stands in code is no link.
    for (const [, to = ''] of page(path)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(to)) continue
      const [file = '', anchor] = to.split('#')
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file))
      if (!existsSync(join(ROOT, target))) dangling.push(`${path}: ${to}`)
      else if (anchor !== undefined && !anchorsOf(target).includes(anchor)) dangling.push(`${path}: ${to}`)
    }
  }
  expect(dangling).toEqual([])
})

function anchorsOf(path: string): readonly string[] {
  return [...page(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  )
}
