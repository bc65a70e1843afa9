import type { UpstreamCall } from '../../../spec/dialect.js'
import { keysOf, NoCredential } from './keys.js'
import { amzDate, authorizationOf } from './sigv4.js'

const SERVICE = 'bedrock'

/** Our own credential for a call: the bearer, or a signature over it. Throws where the secret is neither's, or no region is known. */
export function credentialOf(secret: string, call: UpstreamCall): readonly string[] {
  const keys = keysOf(secret)
  if (keys.kind === 'bearer') return ['authorization', `Bearer ${keys.token}`]
  const { host, hostname } = new URL(call.origin)
  const region = call.region ?? regionOf(hostname)
  if (region === undefined) throw new NoCredential('CREDENTIAL_REGION')
  const at = amzDate(call.nowMs)
  const own = ['x-amz-date', at, ...(keys.session === undefined ? [] : ['x-amz-security-token', keys.session])]
  // What a proxy on the way may change is not signed: of what stands there already, only what the body is.
  const type = call.headers.indexOf('content-type')
  const signed: [string, string][] = [['host', host]]
  if (type >= 0) signed.push(['content-type', call.headers[type + 1] ?? ''])
  for (let i = 0; i < own.length; i += 2) signed.push([own[i] ?? '', own[i + 1] ?? ''])
  const { body, method, path } = call
  const authorization = authorizationOf({ method, path, headers: signed, body }, keys, { at, region, service: SERVICE })
  return [...own, 'authorization', authorization]
}

/** The region that an address of Bedrock's names: public, FIPS, dual-stack or in a VPC. */
export function regionOf(hostname: string): string | undefined {
  return /(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})\./.exec(hostname)?.[1]
}
