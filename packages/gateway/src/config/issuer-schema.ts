import { resolve } from 'node:path'
import { z } from 'zod'
import { ALGORITHMS, ATTRIBUTE_TYPES, type ClaimMapping, type GroupNames, type IssuerConfig } from './config.js'
import { keySource, keySourceKeys } from './key-source.js'
import {
  ATTRIBUTE_NAME,
  algorithm,
  attributeName,
  duration,
  flag,
  group,
  objectBarely,
  objectTo,
  text,
} from './schema-parts.js'
import type { Secret } from './secret.js'

const claims = z
  .record(text, z.union([text, group({ to: text, type: z.enum(ATTRIBUTE_TYPES).default('String') })]))
  .transform((raw, context) => {
    const all: ClaimMapping[] = []
    for (const [claim, mapping] of Object.entries(raw)) {
      const name = typeof mapping === 'string' ? mapping : mapping.to
      const at = typeof mapping === 'string' ? [claim] : [claim, 'to']
      if (name === 'groups') all.push({ kind: 'groups', claim })
      else if (!attributeName(name)) objectTo(context, at, ATTRIBUTE_NAME)
      else all.push({ kind: 'attribute', claim, name, type: typeof mapping === 'string' ? 'String' : mapping.type })
    }
    return all
  })

const groups: z.ZodType<GroupNames> = group({ prefix: z.string().max(64).optional(), allow: z.array(text).optional() })
  .transform((raw, context): GroupNames => {
    if (raw.prefix !== undefined && raw.allow !== undefined)
      objectBarely(context, ['allow'], 'write prefix or allow, not both')
    return raw.allow === undefined ? { kind: 'prefix', prefix: raw.prefix ?? '' } : { kind: 'allow', names: raw.allow }
  })
  .prefault({})

// RFC 6749 section 3.3: "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )".
const scopeText = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, {
    error: 'write scopes with one space between two, such as "models:invoke models:list"',
  })
  .transform((written) => written.split(' '))

const OWN_CLAIMS: ReadonlySet<string> = new Set(['scope', 'scp'])

const scopes: z.ZodType<IssuerConfig['scopes']> = group({
  claim: z.union([text, z.array(text).min(1)]).optional(),
  map: z.record(text, scopeText).optional(),
  always: scopeText.optional(),
})
  .transform((raw, context) => {
    const claims = typeof raw.claim === 'string' ? [raw.claim] : raw.claim
    // A role that happens to be named like a scope of ours would be one.
    if (raw.map === undefined && claims?.some((one) => !OWN_CLAIMS.has(one))) {
      objectBarely(
        context,
        ['claim'],
        'what stands in another claim than scope or scp is no scope: say in map what it gives',
      )
    }
    const map = raw.map && Object.entries(raw.map).map(([from, to]) => ({ from, to }))
    return { claims, map, always: raw.always ?? [] }
  })
  .prefault({})

const required: z.ZodType<IssuerConfig['required']> = z
  .record(text, z.union([text, z.array(text).min(1)]))
  .transform((raw) =>
    Object.entries(raw).map(([claim, value]) => ({ claim, values: typeof value === 'string' ? [value] : value })),
  )
  .prefault({})

const STANDARD = ['ES256', 'RS256', 'PS256', 'Ed25519']
// JWT-SVID section 2.1 lists the algorithms of RFC 7518 sections 3.3 to 3.5, and no others.
const ED = /^Ed/

/** @param held a secret, as its place in the schema reads it */
export function issuerSchema(folder: string, held: z.ZodType<Secret, string>): z.ZodType<IssuerConfig> {
  return group({
    issuer: text.max(2048),
    audience: text.max(2048),
    ...keySourceKeys(held),
    algorithms: z.array(algorithm).min(1).optional().meta({ default: STANDARD }),
    profile: z.enum(['rfc9068', 'legacy', 'spiffe']).default('rfc9068'),
    maxTokenLifetime: duration(1000, 86_400_000, 'from 1s to 24h').prefault('15m'),
    // "tolerance (5 s, never over 60)": what is late by more is not a clock's fault.
    clockTolerance: duration(0, 60_000, 'at most 60s').prefault('5s'),
    streamGrace: duration(0, 3_600_000, 'at most 1h').prefault('0s'),
    dpop: z.enum(['optional', 'required']).default('optional'),
    allowPrivateNetwork: flag.default(false),
    jwksCooldown: duration(1000, 600_000, 'from 1s to 10m').prefault('30s'),
    claims: claims.prefault({ groups: 'groups' }),
    require: required,
    scopes,
    subjects: z.enum(['services']).optional(),
    agents: z.array(group({ id: text, groups: z.array(text).default([]) })).default([]),
    groups,
  }).transform((raw, context): IssuerConfig => {
    const spiffe = raw.profile === 'spiffe'
    const unfit = spiffe ? (raw.algorithms ?? []).findIndex((one) => ED.test(one)) : -1
    if (unfit >= 0)
      objectTo(context, ['algorithms', unfit], 'no JWT-SVID is signed by it: the profile spiffe has none of Ed25519')
    const algorithms = raw.algorithms ?? STANDARD.filter((one) => !spiffe || !ED.test(one))
    return {
      issuer: raw.issuer,
      audience: raw.audience,
      keys: keySource(raw, context, (path) => resolve(folder, path)),
      algorithms: ALGORITHMS.filter((one) => algorithms.includes(one)),
      profile: raw.profile,
      maxTokenLifetimeMs: raw.maxTokenLifetime,
      clockToleranceMs: raw.clockTolerance,
      streamGraceMs: raw.streamGrace,
      dpop: raw.dpop,
      allowPrivateNetwork: raw.allowPrivateNetwork,
      jwksCooldownMs: raw.jwksCooldown,
      claims: raw.claims,
      required: raw.require,
      scopes: raw.scopes,
      subjects: raw.subjects,
      agents: raw.agents,
      groups: raw.groups,
    }
  })
}
