import { z } from 'zod'
import type { IntrospectionConfig, KeySource } from './config.js'
import { duration, flag, group, objectBarely, text } from './schema-parts.js'
import type { Secret } from './secret.js'

/** An issuer entry's four ways to say how its tokens are verified. */
export interface RawKeySource {
  readonly jwksUri?: string | undefined
  readonly discovery?: boolean | undefined
  readonly introspection?: IntrospectionConfig | undefined
  readonly module?: string | undefined
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

type Held = z.ZodType<Secret, string>

export interface KeySourceKeys {
  readonly jwksUri: z.ZodOptional<z.ZodString>
  readonly discovery: z.ZodOptional<z.ZodBoolean>
  readonly introspection: z.ZodOptional<z.ZodType<IntrospectionConfig>>
  readonly module: z.ZodOptional<z.ZodString>
  readonly options: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>>
}

export function keySourceKeys(held: Held): KeySourceKeys {
  return {
    jwksUri: text.optional(),
    discovery: flag.optional(),
    introspection: introspection(held).optional(),
    module: text.optional(),
    options: z.record(z.string(), z.unknown()).optional(),
  }
}

function introspection(held: Held): z.ZodType<IntrospectionConfig> {
  return group({
    endpoint: text.max(2048),
    clientId: text.max(512).optional(),
    clientSecret: held.optional(),
    bearerToken: held.optional(),
    tokens: z.enum(['opaque', 'jwt']).default('opaque'),
    // RFC 6750 section 2.1: what a token can be made of.
    prefix: z
      .string()
      .max(128)
      .regex(/^[A-Za-z0-9\-._~+/]*$/, { error: 'write what tokens begin with, in the letters of a token' })
      .default(''),
    cacheMax: duration(0, 300_000, 'at most 5m').prefault('30s'),
    audience: z.enum(['required', 'optional']).default('required'),
  }).transform((raw, context): IntrospectionConfig => {
    if (raw.tokens === 'jwt' && raw.prefix !== '')
      objectBarely(context, ['prefix'], 'a JWT says whose it is: no prefix')
    const { endpoint, tokens, prefix, audience, cacheMax: cacheMaxMs } = raw
    const credential = credentialOf(raw, context)
    return { kind: 'introspection', endpoint, credential, tokens, prefix, cacheMaxMs, audience }
  })
}

interface RawCredential {
  readonly clientId?: string | undefined
  readonly clientSecret?: Secret | undefined
  readonly bearerToken?: Secret | undefined
}

function credentialOf(raw: RawCredential, context: z.RefinementCtx): IntrospectionConfig['credential'] {
  const { clientId, clientSecret, bearerToken: token } = raw
  if (clientId !== undefined && clientSecret !== undefined && token === undefined) {
    return { kind: 'basic', clientId, clientSecret }
  }
  if (token !== undefined && clientId === undefined && clientSecret === undefined) return { kind: 'bearer', token }
  objectBarely(context, [], 'needs clientId and clientSecret, or bearerToken')
  return z.NEVER
}

export function keySource(raw: RawKeySource, context: z.RefinementCtx, absolute: (path: string) => string): KeySource {
  const { jwksUri, introspection: asked, module, options } = raw
  const named = [
    jwksUri === undefined ? [] : ['jwksUri'],
    raw.discovery === true ? ['discovery'] : [],
    asked === undefined ? [] : ['introspection'],
    module === undefined ? [] : ['module'],
  ].flat()
  if (options !== undefined && module === undefined)
    objectBarely(context, ['options'], 'options are handed to a module')
  if (named.length === 0) objectBarely(context, ['issuer'], 'needs jwksUri, discovery: true, introspection or module')
  if (named.length > 1) objectBarely(context, [named.at(-1) ?? ''], `write ${named.join(' or ')}, not both`)
  if (asked !== undefined) return asked
  if (module !== undefined) return { kind: 'module', path: absolute(module), options: options ?? {} }
  return jwksUri === undefined ? { kind: 'discovery' } : { kind: 'jwksUri', uri: jwksUri }
}
