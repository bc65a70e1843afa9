import type { DeclaredDialect, DeclaredEndpoint } from '../spec/index.js'
import { type Config, DIALECTS } from './config.js'
import { didYouMean } from './fault.js'
import { fault, type Remark, warning } from './remark.js'
import type { Path } from './yaml.js'

/** What the gateway serves itself, by the first part of a path. */
export const OWN_PATHS: readonly string[] = [
  ...['v1', 'anthropic', 'gemini', 'bedrock'],
  ...['mcp', 'oauth', 'events', 'healthz', 'readyz', '.well-known'],
]

/** How declared dialects stand to one another, to those that are built in, and to providers and models. */
export function* dialectRelations(config: Config): Iterable<Remark> {
  yield* unknownDialects(config)
  const { dialects } = config
  for (const [index, dialect] of dialects.entries()) {
    const at: Path = ['dialects', index]
    yield* names(dialect, dialects.slice(0, index), at)
    yield* prefixes(dialect, dialects.slice(0, index), at)
    for (const [nth, endpoint] of dialect.endpoints.entries()) {
      const here: Path = [...at, 'endpoints', nth]
      yield* twice(endpoint, dialect.endpoints.slice(0, nth), here)
      yield* streams(endpoint, here)
      yield* fixedModel(endpoint, dialect, config, here)
    }
    if (!config.providers.some((one) => one.dialect === dialect.name)) {
      yield warning([...at, 'name'], `no provider speaks \`${dialect.name}\``)
    }
  }
}

function* unknownDialects({ dialects, providers }: Config): Iterable<Remark> {
  const known = [...DIALECTS, ...dialects.map((one) => one.name)]
  for (const [index, { dialect }] of providers.entries()) {
    if (known.includes(dialect)) continue
    const listed = known.map((one) => `\`${one}\``).join(', ')
    yield fault(
      ['providers', index, 'dialect'],
      `must be one of ${listed}, not \`${dialect}\`${didYouMean(dialect, known)}`,
    )
  }
}

function* names({ name }: DeclaredDialect, before: readonly DeclaredDialect[], at: Path): Iterable<Remark> {
  if (DIALECTS.some((one) => one === name))
    yield fault([...at, 'name'], `\`${name}\` is a dialect of the gateway's own`)
  else if (before.some((one) => one.name === name)) {
    yield fault([...at, 'name'], `the name \`${name}\` stands twice in dialects`)
  }
}

function* prefixes({ prefix }: DeclaredDialect, before: readonly DeclaredDialect[], at: Path): Iterable<Remark> {
  const where: Path = [...at, 'prefix']
  if (OWN_PATHS.includes(prefix.split('/')[1] ?? '')) {
    yield fault(where, `paths below \`${prefix}\` are the gateway's own: write another prefix`)
  }
  const other = before.find((one) => prefix.startsWith(one.prefix) || one.prefix.startsWith(prefix))
  if (other !== undefined) yield fault(where, `paths below \`${prefix}\` are also those of dialect \`${other.name}\``)
}

const PLACE = '{model}'

function* twice({ path }: DeclaredEndpoint, before: readonly DeclaredEndpoint[], at: Path): Iterable<Remark> {
  const [front = '', behind] = path.split(PLACE)
  const other = before.find((one) => {
    if (one.path === path) return true
    const [otherFront, otherBehind] = one.path.split(PLACE)
    // One name could be read as the other's, with more behind it.
    if (behind === undefined || otherBehind === undefined || otherFront !== front) return false
    return behind.endsWith(otherBehind) || otherBehind.endsWith(behind)
  })
  if (other === undefined) return
  yield fault(
    [...at, 'path'],
    `a path of \`${path}\` may be one of \`${other.path}\` too: nobody could tell which is meant`,
  )
}

function* streams({ stream }: DeclaredEndpoint, at: Path): Iterable<Remark> {
  if (stream === undefined) return
  if (stream.contentType === 'application/json' && stream.asked !== undefined) {
    const message = 'answers that are no streams are of this type too: nobody could tell one from the other'
    yield fault([...at, 'stream', 'contentType'], message)
  }
  if (stream.end.kind === 'close') {
    yield warning([...at, 'stream', 'end'], 'close: an answer that was torn on the way looks whole')
  }
}

function* fixedModel(
  { model }: DeclaredEndpoint,
  { name }: DeclaredDialect,
  config: Config,
  at: Path,
): Iterable<Remark> {
  if (model.kind !== 'fixed') return
  const providers = new Map(config.providers.map((one) => [one.name, one.dialect]))
  const served = config.models.filter((one) => providers.get(one.provider) === name).map((one) => one.name)
  if (served.includes(model.name)) return
  const near = didYouMean(model.name, served)
  yield fault([...at, 'model', 'fixed'], `no model of dialect \`${name}\` is named \`${model.name}\`${near}`)
}
