import { budgetRelations } from './budget-relations.js'
import { type Config, FILE_DIALECTS } from './config.js'
import { datasetRelations, labelBounds } from './dataset-relations.js'
import { dialectRelations } from './dialect-relations.js'
import { didYouMean } from './fault.js'
import { issuerRelations } from './issuer-relations.js'
import { isLoopback } from './loopback.js'
import { fault, type RelationParts, type Remark, unreadable, warning } from './remark.js'
import { mayFetch } from './schema.js'
import type { KeySecret } from './secret.js'
import { termRelations } from './term-relations.js'
import { vocabularyConflicts } from './vocabulary.js'
import type { Path, Places } from './yaml.js'

// Linux takes 107 bytes, macOS 103; what is longer cannot be listened on.
const SOCKET_PATH_BYTES_MAX = 103

/** What no single value shows: how the values stand to one another, and choices against safety. */
export function relations(config: Config, parts: RelationParts): readonly Remark[] {
  return [
    ...doubled(
      config.issuers.map((one) => one.issuer),
      'issuers',
      'issuer',
    ),
    ...doubled(
      config.providers.map((one) => one.name),
      'providers',
      'name',
    ),
    ...doubled(
      config.models.map((one) => one.name),
      'models',
      'name',
    ),
    ...doubled(
      config.tools.map((one) => one.name),
      'tools',
      'name',
    ),
    ...doubled(
      config.systemMessages.map((one) => one.name),
      'systemMessages',
      'name',
    ),
    ...doubled(
      config.inspection.remote.map((one) => one.name),
      'inspection.remote',
      'name',
    ),
    ...doubled(
      config.inspection.terms.map((one) => one.name),
      'inspection.terms',
      'name',
    ),
    ...termRelations(config, parts),
    ...doubled(
      config.inspection.local.map((one) => one.name),
      'inspection.local',
      'name',
    ),
    ...alsoElsewhere(config),
    ...homelessModels(config),
    ...homelessFiles(config),
    ...dialectRelations(config),
    ...ownIssuer(config),
    ...doubledKeyNames(config),
    ...keyless(config),
    ...regions(config),
    ...budgetRelations(config),
    ...datasetRelations(config),
    ...labelBounds(config),
    ...issuerRelations(config.issuers, parts),
    ...vocabularyConflicts(config).map(({ path, message }) => fault(path, message)),
    ...networkRemarks(config),
    ...secretRemarks(config, parts),
    ...storePassword(config, parts.places),
    ...openChoices(config),
    ...openDetectors(config, parts.places),
  ]
}

/** The log says a detector by its name alone. */
function* alsoElsewhere({ inspection: { local, remote } }: Config): Iterable<Remark> {
  for (const [index, { name }] of local.entries()) {
    if (remote.some((one) => one.name === name))
      yield fault(['inspection', 'local', index, 'name'], `the name \`${name}\` stands in inspection.remote too`)
  }
}

function* doubled(names: readonly string[], list: string, key: string): Iterable<Remark> {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index)
      yield fault([...list.split('.'), index, key], `the ${key} \`${name}\` stands twice in ${list}`)
  }
}

function* homelessModels(config: Config): Iterable<Remark> {
  const known = config.providers.map((one) => one.name)
  for (const [index, { provider }] of config.models.entries()) {
    if (known.includes(provider)) continue
    yield fault(['models', index, 'provider'], `no provider is named \`${provider}\`${didYouMean(provider, known)}`)
  }
}

function* homelessFiles({ files, providers }: Config): Iterable<Remark> {
  for (const dialect of FILE_DIALECTS) {
    const name = files[dialect]
    if (name === undefined) continue
    const provider = providers.find((one) => one.name === name)
    const known = providers.filter((one) => one.dialect === dialect).map((one) => one.name)
    if (provider === undefined) {
      yield fault(['files', dialect], `no provider is named \`${name}\`${didYouMean(name, known)}`)
    } else if (provider.dialect !== dialect) {
      yield fault(['files', dialect], `the provider \`${name}\` speaks ${provider.dialect}, not ${dialect}`)
    }
  }
}

/** Whoever has the keys of such an issuer could sign what we take for our own. */
function* ownIssuer({ issuers, publicUrl }: Config): Iterable<Remark> {
  for (const [index, { issuer }] of issuers.entries()) {
    if (issuer !== publicUrl) continue
    yield fault(
      ['issuers', index, 'issuer'],
      'this is publicUrl, the issuer of the tokens that the gateway itself signs',
    )
  }
}

function* doubledKeyNames(config: Config): Iterable<Remark> {
  for (const [index, { apiKeys }] of config.providers.entries()) {
    const names = apiKeys.map((one) => one.name)
    for (const [nth, name] of names.entries()) {
      if (name === undefined || names.indexOf(name) === nth) continue
      yield fault(['providers', index, 'apiKeys', nth, 'name'], `the name \`${name}\` stands twice in apiKeys`)
    }
  }
}

function* keyless({ providers }: Config): Iterable<Remark> {
  for (const [index, { apiKeys, authentication }] of providers.entries()) {
    if (authentication === undefined || apiKeys.length > 0) continue
    yield fault(['providers', index, 'authentication'], 'there is no key to show: write apiKey too, or leave it out')
  }
}

function* regions({ providers }: Config): Iterable<Remark> {
  for (const [index, { apiKeys, baseUrl, dialect, region }] of providers.entries()) {
    if (dialect !== 'bedrock') {
      if (region !== undefined)
        yield fault(['providers', index, 'region'], 'only a provider of dialect bedrock has one')
    } else if (region === undefined && apiKeys.length > 0 && !NAMES_REGION.test(new URL(baseUrl).hostname)) {
      const message =
        'the address names no region: unless the key is a Bedrock API key, calls cannot be signed without `region`'
      yield warning(['providers', index, 'baseUrl'], message)
    }
  }
}

const NAMES_REGION = /(?:^|\.)bedrock-runtime(?:-fips)?\.[a-z]+-[a-z-]+-\d+\./

function* networkRemarks(config: Config): Iterable<Remark> {
  const { admin, listen } = config
  if (!isLoopback(admin.host) && admin.tls === undefined) {
    yield fault(['admin', 'host'], `the admin port on another host than loopback (\`${admin.host}\`) needs admin.tls`)
  }
  if (admin.port !== 0 && admin.port === listen.port && admin.host === listen.host) {
    yield fault(['admin', 'port'], `port ${admin.port} is the data plane's: the admin port needs its own`)
  }
  const publicUrl = new URL(config.publicUrl)
  if (publicUrl.protocol === 'http:' && !isLoopback(publicUrl.hostname)) {
    yield warning(['publicUrl'], 'plain http to another host than loopback: tokens and prompts can be read on the way')
  }
  for (const [index, provider] of config.providers.entries()) {
    if (mayFetch(provider.baseUrl)) continue
    yield warning(['providers', index, 'baseUrl'], 'plain http: the key and the prompts can be read on the way')
  }
  for (const [index, { url }] of config.inspection.remote.entries()) {
    if (mayFetch(url)) continue
    yield fault(['inspection', 'remote', index, 'url'], 'plain http to another host than loopback: it is shown prompts')
  }
  for (const [index, proxy] of config.trustedProxies.entries()) {
    if (!proxy.endsWith('/0')) continue
    yield warning(['trustedProxies', index], 'everybody is believed: a caller can name any address as its own')
  }
  if (Buffer.byteLength(config.control.socket) > SOCKET_PATH_BYTES_MAX) {
    const message = `the control socket's path is over ${SOCKET_PATH_BYTES_MAX} bytes, so it cannot be opened: set control.socket`
    yield warning(['control', 'socket'], message)
  }
}

function* secretRemarks(config: Config, parts: RelationParts): Iterable<Remark> {
  for (const { path, secret, isPublic } of secretsOf(config, parts.places)) {
    if (secret.kind === 'file') {
      const why = unreadable(secret.path)
      const message = `the file \`${secret.path}\` cannot be read (${why})`
      if (why !== undefined) yield parts.requireFiles ? fault(path, message) : warning(path, message)
    } else if (secret.kind === 'environment') {
      if (Object.hasOwn(parts.env, secret.name) && parts.env[secret.name] !== '') continue
      const message = `\`${secret.name}\` is not set`
      yield parts.requireFiles ? fault(path, message) : warning(path, message)
    } else if (secret.kind === 'value' && !isPublic && parts.places.get(path)?.interpolated !== true) {
      yield warning(path, 'the secret stands in the file itself: write file:PATH, or take it from a variable')
    }
  }
}

function* storePassword({ store }: Config, places: Places): Iterable<Remark> {
  if (store.kind !== 'postgres' || places.get(['store'])?.interpolated === true) return
  const url = store.url.reveal()
  if (!URL.canParse(url) || new URL(url).password === '') return
  yield warning(['store'], 'the password stands in the file itself: take it from a variable')
}

interface HeldSecret {
  readonly path: Path
  readonly secret: KeySecret
  readonly isPublic: boolean
}

function* secretsOf(config: Config, places: Places): Iterable<HeldSecret> {
  for (const plane of ['listen', 'admin'] as const) {
    const { tls } = config[plane]
    if (tls === undefined) continue
    yield { path: [plane, 'tls', 'key'], secret: tls.key, isPublic: false }
    yield { path: [plane, 'tls', 'cert'], secret: tls.cert, isPublic: true }
    if (tls.clientCa !== undefined) yield { path: [plane, 'tls', 'clientCa'], secret: tls.clientCa, isPublic: true }
  }
  for (const [index, { apiKeys }] of config.providers.entries()) {
    const single: Path = ['providers', index, 'apiKey']
    const isSingle = places.get(single) !== undefined
    for (const [nth, { secret }] of apiKeys.entries()) {
      const entry: Path = isSingle ? single : ['providers', index, 'apiKeys', nth]
      const inside: Path = [...entry, 'key']
      yield { path: places.get(inside) === undefined ? entry : inside, secret, isPublic: false }
    }
  }
  for (const [index, { keys }] of config.issuers.entries()) {
    if (keys.kind !== 'introspection') continue
    const { credential } = keys
    const at: Path = ['issuers', index, 'introspection']
    if (credential.kind === 'bearer') yield { path: [...at, 'bearerToken'], secret: credential.token, isPublic: false }
    else yield { path: [...at, 'clientSecret'], secret: credential.clientSecret, isPublic: false }
  }
  for (const [index, { apiKey }] of config.inspection.remote.entries()) {
    const path: Path = ['inspection', 'remote', index, 'apiKey']
    if (apiKey !== undefined) yield { path, secret: apiKey, isPublic: false }
  }
  for (const [index, { text, after }] of config.systemMessages.entries()) {
    yield { path: ['systemMessages', index, 'text'], secret: text, isPublic: true }
    if (after !== undefined) yield { path: ['systemMessages', index, 'after'], secret: after, isPublic: true }
  }
  if (config.secretsKey !== undefined) yield { path: ['secretsKey'], secret: config.secretsKey, isPublic: false }
  if (config.audit.key !== undefined) yield { path: ['audit', 'key'], secret: config.audit.key, isPublic: false }
}

function* openChoices(config: Config): Iterable<Remark> {
  if (config.audit.failure === 'open') {
    yield warning(['audit', 'failure'], 'open: when the log fails, requests go on without proof')
  }
  if (config.inspection.onFailure === 'open') {
    yield warning(['inspection', 'onFailure'], 'open: when a detector fails, content passes uninspected')
  }
  if (config.dpop.replayFailure === 'open') {
    yield warning(['dpop', 'replayFailure'], 'open: while the store is away, a proof passes as often as it is sent')
  }
  if (config.dpop.nonces === 'off') {
    yield warning(['dpop', 'nonces'], 'off: a proof can be made ahead of time, and used by who does not hold its key')
  }
  if (config.revocation.failure === 'open') {
    yield warning(['revocation', 'failure'], 'open: while the store is away, what others revoke goes on being taken')
  }
  if (config.budgets.failure === 'open') {
    yield warning(['budgets', 'failure'], 'open: while the store is away, each gateway spends what was left by itself')
  }
  if (config.apiKeys.direct) {
    yield warning(['apiKeys', 'direct'], 'true: keys made `direct` open the data plane for as long as they live')
  }
  if (config.ledger.scope === 'session') {
    yield warning(['ledger', 'scope'], 'session: a caller can start a new session without the labels it gathered')
  }
}

function* openDetectors({ inspection }: Config, places: Places): Iterable<Remark> {
  const openAt = (path: Path): Remark => warning(path, 'open: when this detector fails, content passes without it')
  for (const type of inspection.open) {
    const path: Path = ['inspection', 'detectors', type, 'onFailure']
    if (places.get(path) !== undefined) yield openAt(path)
  }
  for (const place of ['remote', 'local'] as const) {
    for (const [index, { onFailure }] of inspection[place].entries()) {
      const path: Path = ['inspection', place, index, 'onFailure']
      if (onFailure === 'open' && places.get(path) !== undefined) yield openAt(path)
    }
  }
}
