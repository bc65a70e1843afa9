import { isJsonObject, parseStrictJson } from '../../json/strict.js'
import type { Algorithm } from '../../jws/algorithms.js'
import { type FetchJson, isLoopbackHost, judgeUrl, type Reach } from './fetch.js'
import { JWKS_MAX_BYTES, type Jwks, parseJwks } from './jwks.js'
import type { KeysAt } from './options.js'

export interface KeySource {
  readonly issuer: string
  readonly keys: KeysAt
  readonly allowPrivateNetwork: boolean
  readonly algorithms: readonly Algorithm[]
  /** The keys are a SPIFFE bundle's. */
  readonly bundle: boolean
  readonly fetchJson: FetchJson
}

type Where = { readonly kind: 'at'; readonly url: URL } | { readonly kind: 'fault'; readonly why: string }

/** Gets an issuer's keys from the configured address, or from the one that its metadata names. */
export async function loadKeys(source: KeySource): Promise<Jwks> {
  const { keys } = source
  const where: Where = keys.kind === 'discovery' ? await discover(source) : { kind: 'at', url: new URL(keys.uri) }
  if (where.kind === 'fault') return where
  const reach: Reach = {
    // The configuration may name loopback; metadata may do so only where it came from there.
    loopback: keys.kind === 'jwksUri' || isLoopbackHost(new URL(source.issuer)),
    privateNetwork: source.allowPrivateNetwork,
  }
  const why = judgeUrl(where.url, reach)
  if (why !== undefined) return { kind: 'fault', why: `jwks_uri: ${why}` }
  const got = await source.fetchJson(where.url, reach)
  if (got.kind === 'failed') return { kind: 'fault', why: `jwks_uri: ${got.why}` }
  return parseJwks(got.body, source.algorithms, source.bundle)
}

async function discover(source: KeySource): Promise<Where> {
  let why = ''
  for (const url of metadataUrls(source.issuer)) {
    const got = await source.fetchJson(url, { loopback: true, privateNetwork: source.allowPrivateNetwork })
    if (got.kind === 'body') return readMetadata(got.body, source.issuer)
    why = got.why
  }
  return { kind: 'fault', why: `discovery: ${why}` }
}

/** OpenID Connect Discovery appends its well-known part; RFC 8414 section 3 puts it between host and path. */
function metadataUrls(issuer: string): readonly URL[] {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  return [
    new URL(`${url.origin}${path}/.well-known/openid-configuration`),
    new URL(`${url.origin}/.well-known/oauth-authorization-server${path}`),
  ]
}

function readMetadata(body: Buffer, issuer: string): Where {
  const read = parseStrictJson(body, { maxDepth: 16, maxBytes: JWKS_MAX_BYTES })
  if (read.kind === 'fault' || !isJsonObject(read.value)) {
    return { kind: 'fault', why: 'discovery: metadata is not one strict JSON object' }
  }
  // RFC 8414 section 3.3: "The "issuer" value returned MUST be identical to the authorization server's issuer identifier value".
  if (read.value['issuer'] !== issuer) return { kind: 'fault', why: 'discovery: metadata of another `issuer`' }
  const uri = read.value['jwks_uri']
  if (typeof uri !== 'string' || !URL.canParse(uri)) return { kind: 'fault', why: 'discovery: no `jwks_uri`' }
  return { kind: 'at', url: new URL(uri) }
}
