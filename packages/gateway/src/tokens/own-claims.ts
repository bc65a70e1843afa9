import { isJsonObject } from '../json/strict.js'
import type { Actor, AttributeValue, Confirmation, Principal } from '../spec/index.js'
import { ACTORS_MAX, OWN } from './own-grant.js'
import { type OwnFacts, principalFrom, type Reading } from './own-principal.js'

/** The principal of a token that we signed: the one that it was made for. Undefined where another version wrote it otherwise. */
export function readClaims(payload: Readonly<Record<string, unknown>>, reading: Reading): Principal | undefined {
  const { sub, jti, client_id: clientId, scope = '', exp, iat, acr, amr = [], auth_time: authTime } = payload
  const own = readOwn(payload[OWN])
  const actors = readChain(payload['act'])
  const mayAct = readChain(payload['may_act'])
  const confirmation = readConfirmation(payload['cnf'])
  const audiences = typeof payload['aud'] === 'string' ? [payload['aud']] : payload['aud']
  if (own === undefined || actors === undefined || mayAct === undefined || confirmation === 'unfit') return undefined
  if (!isText(sub) || !isText(jti) || !isText(clientId) || typeof scope !== 'string') return undefined
  if (!isNumber(exp) || !isNumber(iat) || !isTexts(audiences) || !isTexts(amr)) return undefined
  if (!(acr === undefined || isText(acr)) || !(authTime === undefined || isNumber(authTime))) return undefined
  // The first `#` is ours: no issuer holds one.
  const mark = sub.indexOf('#')
  if (mark < 1 || mark + 1 === sub.length) return undefined
  return principalFrom(
    {
      ...own,
      issuer: sub.slice(0, mark),
      subject: sub.slice(mark + 1),
      actors,
      mayAct: mayAct[0],
      scopes: new Set(scope === '' ? [] : scope.split(' ')),
      confirmation,
      acr,
      amr,
      authTime,
      expiresAt: exp,
      tokenId: jti,
      clientId,
      audiences,
    },
    reading,
  )
}

function readOwn(own: unknown): OwnFacts | undefined {
  if (!isJsonObject(own)) return undefined
  const { kind, groups, networks, grace_ms: streamGraceMs, since, from } = own
  const attributes = readAttributes(own['attributes'])
  if (kind !== 'User' && kind !== 'Service') return undefined
  if (!isTexts(groups) || !isTexts(networks) || !isTexts(from) || attributes === undefined) return undefined
  if (!isNumber(streamGraceMs) || !isNumber(since)) return undefined
  // `since`, not `iat`: a policy on a token's age, and a revocation of all that was issued up to now, must not be shed either.
  return { kind, groups, attributes, networks, streamGraceMs, since, from }
}

function readAttributes(value: unknown): Readonly<Record<string, AttributeValue>> | undefined {
  if (!isJsonObject(value)) return undefined
  const all: Record<string, AttributeValue> = Object.create(null)
  for (const [name, said] of Object.entries(value)) {
    if (typeof said !== 'string' && typeof said !== 'boolean' && !isNumber(said) && !isTexts(said)) return undefined
    all[name] = said
  }
  return all
}

function readChain(act: unknown): readonly Actor[] | undefined {
  const actors: Actor[] = []
  for (let at = act; at !== undefined; at = at['act']) {
    if (!isJsonObject(at) || actors.length === ACTORS_MAX) return undefined
    const { iss, sub } = at
    if (!isText(iss) || !isText(sub)) return undefined
    actors.push({ issuer: iss, subject: sub })
  }
  return actors
}

function readConfirmation(cnf: unknown): Confirmation | undefined | 'unfit' {
  if (cnf === undefined) return undefined
  if (!isJsonObject(cnf)) return 'unfit'
  const { jkt, 'x5t#S256': certificate, ...others } = cnf
  if (Object.keys(others).length > 0 || (jkt === undefined && certificate === undefined)) return 'unfit'
  const fit = (jkt === undefined || isText(jkt)) && (certificate === undefined || isText(certificate))
  return fit ? { jkt, certificate } : 'unfit'
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
