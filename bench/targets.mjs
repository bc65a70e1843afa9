// What is measured, and how each is started. A target whose `missing` gives a word is skipped with that word.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fillRevocations } from './identity.mjs'
import { fill, HERE, PEERS, PLAIN_BEARER, portOf, UPSTREAM, UPSTREAM_PORT } from './places.mjs'
import { found, printed } from './processes.mjs'

const { BEFORE } = process.env
const ENVOY = process.env.ENVOY ?? join(PEERS, 'envoy/bin/envoy')
const LITELLM = join(PEERS, 'litellm/v/bin/litellm')
const PORTKEY = join(PEERS, 'portkey/node_modules/@portkey-ai/gateway/build/start-server.js')
const BUILT = join(HERE, '../packages/gateway/dist/cli/main.js')
const BARE = fileURLToPath(new URL('./bare.mjs', import.meta.url))
const START = fileURLToPath(new URL('./start.mjs', import.meta.url))
const OSTIARY = join(HERE, '../packages/gateway/bin/ostiary.js')

const haproxyVersion = () => printed('haproxy', ['-v'], /version (\S+)/)
const nginxVersion = () => printed('nginx', ['-v'], /nginx\/(\S+)/)
const envoyVersion = () => printed(ENVOY, ['--version'], /\/(\d+\.\d+\.\d+)\//)
const portkeyVersion = () => JSON.parse(readFileSync(join(PORTKEY, '../../package.json'), 'utf8')).version
/** From the name of its metadata folder: asking the program takes seconds. */
function litellmVersion() {
  const lib = join(PEERS, 'litellm/v/lib')
  const packages = readdirSync(lib).flatMap((python) => readdirSync(join(lib, python, 'site-packages')))
  return packages.map((name) => /^litellm-([\d.]+)\.dist-info$/.exec(name)?.[1]).find(Boolean) ?? 'of unknown version'
}

const command = (name) => () => (found(name) ? undefined : `${name} is not installed`)
const file = (name, path) => () => (existsSync(path) ? undefined : `${name} is not at ${path}`)
const built = file('the built gateway', BUILT)

const FINDING_TYPES = [
  'pii.card',
  'pii.email',
  'pii.iban',
  'secret.aws',
  'secret.github',
  'secret.openai',
  'secret.private-key',
]
const NO_DETECTORS = FINDING_TYPES.map((type) => `${type}: false`).join(', ')

function ostiary(name, port, { policies, detectors = '', provider = CHAT }) {
  const values = { PORT: port, POLICIES: join(HERE, 'policies', policies), DETECTORS: detectors }
  return fill('ostiary.yaml', name, { ...values, ...provider })
}

const CHAT = { DIALECT: 'openai', BASE_URL: `${UPSTREAM}/v1`, MODEL: 'gpt-4o-mini' }
const ANTHROPIC = { DIALECT: 'anthropic', BASE_URL: UPSTREAM, MODEL: 'claude-sonnet-5' }

const started = (config, flags = []) => [process.execPath, ...flags, OSTIARY, 'start', '--config', config, '--json']

/** The product itself, as anybody starts it. */
export const productCommand = (name, port, flags = []) => started(ostiary(name, port, { policies: 'gate' }), flags)

const portkeyCommand = (_, port) => [
  process.execPath,
  '--require',
  join(HERE, 'loopback.cjs'),
  PORTKEY,
  `--port=${port}`,
  '--headless',
]
const PORTKEY_ENV = { TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost', NODE_ENV: 'production' }

const litellm = (template) => (name, port) => [
  LITELLM,
  '--config',
  fill(template, name, { PORT: port }),
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  '--num_workers',
  '1',
]
const LITELLM_ENV = { LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_LOG: 'ERROR' }

const envoy = (template) => (name, port) => [
  ENVOY,
  '-c',
  fill(template, name, { PORT: port }),
  '--concurrency',
  '1',
  '--disable-hot-restart',
  '-l',
  'error',
]
const haproxy = (template) => (name, port) => ['haproxy', '-f', fill(template, name, { PORT: port })]

const TABLE = [
  {
    name: 'gate',
    what: 'Ostiary, every control on: cached tokens, ten policies, all detectors both ways, audit closed and before-forward',
    missing: built,
    command: productCommand,
    streams: true,
  },
  {
    name: 'full',
    what: '`gate` with every detector that ships looking for all it can find, both ways',
    missing: built,
    command: (name, port) => started(ostiary(name, port, { policies: 'full' })),
  },
  {
    name: 'full-unseen',
    what: '`full`, asked something that it has not seen before each time',
    missing: built,
    command: (name, port) => started(ostiary(name, port, { policies: 'full' })),
    unseen: true,
  },
  {
    name: 'gate-unseen',
    what: '`gate`, asked something that it has not seen before each time',
    missing: built,
    command: productCommand,
    unseen: true,
  },
  {
    name: 'no-audit',
    what: 'the same with a log that forgets in place of the one on disk',
    missing: built,
    command: (name, port) => [process.execPath, START, ostiary(name, port, { policies: 'gate' }), 'no-audit'],
  },
  {
    name: 'fresh',
    what: 'Ostiary, each token verified afresh; one permit, no detectors, a log that forgets and names nobody',
    missing: built,
    command: (name, port) => [
      process.execPath,
      START,
      ostiary(name, port, { policies: 'one', detectors: NO_DETECTORS }),
      'fresh',
    ],
  },
  {
    name: 'revoked',
    what: '`gate`, with a million revocations in its store',
    missing: built,
    before: fillRevocations,
    command: productCommand,
  },
  {
    name: 'before',
    what: '`gate`, built from another checkout: `$BEFORE`',
    missing: () => (BEFORE === undefined ? 'no checkout is named by $BEFORE' : undefined),
    command: (name, port) => [
      process.execPath,
      join(BEFORE, 'packages/gateway/bin/ostiary.js'),
      ...productCommand(name, port).slice(2),
    ],
  },
  {
    name: 'bare',
    what: 'our own forwarder without a single control: node:http and undici',
    missing: () => undefined,
    command: (_, port) => [process.execPath, BARE, String(port), UPSTREAM],
    streams: true,
  },
  {
    name: 'nginx',
    what: 'nginx, plain forwarding, one worker',
    missing: command('nginx'),
    version: () => `nginx ${nginxVersion()}`,
    command: (name, port) => ['nginx', '-p', HERE, '-c', fill('nginx.conf', name, { PORT: port })],
    streams: true,
  },
  {
    name: 'haproxy',
    what: 'haproxy, plain forwarding, one thread',
    missing: command('haproxy'),
    version: () => `haproxy ${haproxyVersion()}`,
    command: haproxy('haproxy.cfg'),
  },
  {
    name: 'haproxy-jwt',
    what: 'haproxy, `jwt_verify` ES256 at each request, one thread',
    missing: command('haproxy'),
    version: () => `haproxy ${haproxyVersion()}`,
    command: haproxy('haproxy-jwt.cfg'),
    streams: true,
  },
  {
    name: 'envoy',
    what: 'Envoy, plain forwarding, one worker',
    missing: file('Envoy', ENVOY),
    version: () => `Envoy ${envoyVersion()}`,
    command: envoy('envoy.yaml'),
  },
  {
    name: 'envoy-jwt',
    what: 'Envoy, JWT filter, roles by claim, access log, one worker',
    missing: file('Envoy', ENVOY),
    version: () => `Envoy ${envoyVersion()}`,
    command: envoy('envoy-jwt.yaml'),
    streams: true,
  },
  {
    name: 'portkey',
    what: 'Portkey, pass-through, on the same Node',
    missing: file('Portkey', PORTKEY),
    version: () => `Portkey ${portkeyVersion()}`,
    command: portkeyCommand,
    env: PORTKEY_ENV,
    bearer: PLAIN_BEARER,
    headers: () => ({ 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${UPSTREAM}/v1` }),
  },
  {
    name: 'portkey-guard',
    what: 'Portkey with its guards on: three expressions each way, by its configuration header',
    missing: file('Portkey', PORTKEY),
    version: () => `Portkey ${portkeyVersion()}`,
    command: portkeyCommand,
    env: PORTKEY_ENV,
    bearer: PLAIN_BEARER,
    headers: (text) => ({ 'x-portkey-config': JSON.stringify(JSON.parse(text('portkey-guard.json'))) }),
  },
  {
    name: 'litellm',
    what: 'LiteLLM, master key alone, one worker',
    missing: file('LiteLLM', LITELLM),
    version: () => `LiteLLM ${litellmVersion()}`,
    command: litellm('litellm.yaml'),
    env: LITELLM_ENV,
    bearer: PLAIN_BEARER,
  },
  {
    name: 'litellm-guard',
    what: 'LiteLLM with its content filter before and after the call, one worker',
    missing: file('LiteLLM', LITELLM),
    version: () => `LiteLLM ${litellmVersion()}`,
    command: litellm('litellm-guard.yaml'),
    env: LITELLM_ENV,
    bearer: PLAIN_BEARER,
  },
  {
    name: 'anthropic',
    what: '`gate`, asked for Anthropic messages: the same words, the same controls',
    missing: built,
    command: (name, port) => started(ostiary(name, port, { policies: 'gate', provider: ANTHROPIC })),
    door: 'anthropic',
    headers: () => ({ 'anthropic-version': '2023-06-01' }),
    streams: true,
  },
  {
    name: 'responses',
    what: '`gate`, asked for responses: the same words, the same controls',
    missing: built,
    command: productCommand,
    door: 'responses',
    streams: true,
  },
]

export const TARGETS = TABLE.map((target, index) => ({ ...target, port: portOf(index) }))

/** The mock without anything in front of it. */
export const DIRECT = {
  name: 'direct',
  what: 'the mock upstream itself, nothing in between',
  missing: () => undefined,
  port: UPSTREAM_PORT,
  streams: true,
}
