import {
  type Actor,
  type Confirmation,
  covers,
  type Principal,
  revocableName,
  SCOPES,
  subjectOf,
} from '../spec/index.js'
import { type Denied, deny } from './denied.js'
import { bothNetworks } from './networks.js'
import { ACTORS_MAX, type Grant } from './own-grant.js'

/** Keys that the caller has shown it holds, in this very request. */
export interface Shown {
  /** Thumbprint of the key of its DPoP proof. */
  readonly jkt: string | undefined
  /** SHA-256 of its client certificate, base64url. */
  readonly certificate: string | undefined
}

/** A request for a token whose tokens were verified. */
export interface Exchange {
  /** Of the subject token, or of the API key. */
  readonly subject: Principal
  /** Of the actor token. */
  readonly actor: Principal | undefined
  /** Undefined: those of the subject. */
  readonly scopes: ReadonlySet<string> | undefined
  /** Empty: those of the subject. */
  readonly audiences: readonly string[]
  readonly shown: Shown
}

export interface ExchangeLimits {
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  readonly lifetimeMs: number
}

export type Ruled = { readonly kind: 'grant'; readonly grant: Grant } | Denied

/**
 * The rules of RFC 8693 as this gateway has them: a token that is made of another never has a scope, an audience, a network, a
 * moment of life or an actor's freedom that the other lacked. The first rule that is broken is told.
 */
export function exchange(asked: Exchange, { nowMs, lifetimeMs }: ExchangeLimits): Ruled {
  const { subject, actor } = asked
  const actors = actorsOf(asked)
  if ('kind' in actors) return actors
  const binding = bindingOf(asked)
  if (binding.kind === 'deny') return binding
  const scopes = scopesOf(asked)
  if ('kind' in scopes) return scopes
  const audiences = audiencesOf(asked)
  if ('kind' in audiences) return audiences
  const networks = bothNetworks(subject.networks, actor?.networks ?? [])
  if (networks === undefined) {
    return notGranted('networks of subject and actor are apart', 'The two tokens may not be used from one place.')
  }
  const nowSeconds = Math.floor(nowMs / 1000)
  const ends = [subject.expiresAt, actor?.expiresAt ?? Number.POSITIVE_INFINITY, (nowMs + lifetimeMs) / 1000]
  const expiresAt = Math.floor(Math.min(...ends))
  if (expiresAt <= nowSeconds) {
    return deny('invalid_request', 'expired_token', 'no second of life is left', 'The token presented has expired.')
  }
  const asker = actor ?? subject
  return {
    kind: 'grant',
    grant: {
      subject,
      actors,
      scopes,
      audiences,
      confirmation: binding.confirmation,
      clientId: asker.clientId ?? asker.actor.uid,
      networks,
      streamGraceMs: Math.min(subject.streamGraceMs, actor?.streamGraceMs ?? subject.streamGraceMs),
      since: Math.min(...[subject, ...(actor === undefined ? [] : [actor])].map(seenSince)),
      expiresAt,
      from: fromOf(subject, actor, actors),
    },
  }
}

/** The chain of the result, outermost first. */
function actorsOf({ subject, actor }: Exchange): readonly Actor[] | Denied {
  if (actor === undefined) return subject.actors
  if (actor.actors.length > 0) {
    return notGranted('actor token has an `act`', 'The actor token is itself delegated: present its own.')
  }
  const { mayAct } = subject
  if (mayAct !== undefined && !isNamed(mayAct, actor)) {
    return notGranted('`may_act` names another', 'The subject token does not let this actor act.')
  }
  if (subject.actors.length >= ACTORS_MAX) {
    return notGranted(`chain of more than ${ACTORS_MAX} actors`, `At most ${ACTORS_MAX} actors may stand in one chain.`)
  }
  return [{ issuer: actor.actor.issuer, subject: actor.actor.subject }, ...subject.actors]
}

function isNamed({ issuer, subject }: Actor, { actor }: Principal): boolean {
  return issuer === actor.issuer && subject === actor.subject
}

type Binding = { readonly kind: 'bound'; readonly confirmation: Confirmation | undefined } | Denied

/**
 * What the result is bound to. Whoever presents a bound token must hold its key, here as elsewhere. But for one case: where the
 * subject token names the actor in `may_act`, the actor need not hold the subject's key, and the result is bound to its own.
 */
function bindingOf({ subject, actor, shown }: Exchange): Binding {
  const handedOn = actor !== undefined && subject.mayAct !== undefined
  const held = [handedOn ? undefined : subject.confirmation, actor?.confirmation].filter((one) => one !== undefined)
  for (const { jkt, certificate } of held) {
    if (jkt !== undefined && jkt !== shown.jkt) return unproven(shown.jkt)
    if (certificate !== undefined && certificate !== shown.certificate) {
      return notGranted('token bound to another certificate', 'A token presented is bound to a certificate not shown.')
    }
  }
  const { jkt } = shown
  const isByCertificate = held.some((one) => one.certificate !== undefined)
  const mustBind = subject.confirmation !== undefined && jkt === undefined
  const certificate = isByCertificate || mustBind ? shown.certificate : undefined
  if (jkt !== undefined || certificate !== undefined) return { kind: 'bound', confirmation: { jkt, certificate } }
  return mustBind ? unproven(jkt) : { kind: 'bound', confirmation: undefined }
}

function unproven(jkt: string | undefined): Denied {
  return jkt === undefined
    ? deny('invalid_dpop_proof', 'invalid_dpop_proof', 'bound token without a proof', 'This needs a DPoP proof.')
    : deny('invalid_dpop_proof', 'invalid_dpop_proof', 'proof by another key', 'The DPoP proof is by another key.')
}

function scopesOf({ subject, scopes }: Exchange): readonly string[] | Denied {
  const wanted = [...(scopes ?? subject.scopes)].sort()
  if (wanted.every((one) => isWithin(subject.scopes, one))) return wanted
  const message = 'A scope asked for is not within those of the token presented.'
  return deny('invalid_scope', 'insufficient_scope', 'scope beyond that of the subject', message)
}

const THINGS: ReadonlySet<string> = new Set(Object.keys(SCOPES).map(thingOf))

function thingOf(scope: string): string {
  return scope.slice(0, scope.indexOf(':'))
}

/** Of our own scopes the longer is the narrower. Of another's nobody knows: `read:all` may be more than `read`. */
function isWithin(held: ReadonlySet<string>, wanted: string): boolean {
  return held.has(wanted) || (THINGS.has(thingOf(wanted)) && covers(held, wanted))
}

function audiencesOf({ subject, audiences }: Exchange): readonly string[] | Denied {
  const wanted = audiences.length === 0 ? subject.audiences : audiences
  // For nobody is for everybody: some take a token without `aud`.
  const isFor = wanted.length > 0 && wanted.every((one) => subject.audiences.includes(one))
  if (isFor) return [...new Set(wanted)]
  const message = 'An audience asked for is not one of the token presented.'
  return deny('invalid_target', 'invalid_request', 'audience beyond those of the subject', message)
}

/** An issuer's clock may be ahead of ours: what was seen here before a revocation was issued before it. */
export function seenSince({ issuedAt, verifiedAtMs }: Principal): number {
  return Math.min(issuedAt, Math.floor(verifiedAtMs / 1000))
}

const SIGNING_KEY = revocableName({ kind: 'signing-key', id: '' })

/** Names of the tokens behind the result. Those of its subject and actors it has by itself. */
export function fromOf(subject: Principal, actor: Principal | undefined, actors: readonly Actor[]): readonly string[] {
  const names = new Set(subject.revocableBy)
  for (const name of actor?.revocableBy ?? []) names.add(name)
  for (const one of [subjectOf(subject), ...actors]) {
    names.delete(revocableName({ kind: 'subject', issuer: one.issuer, id: one.subject }))
    names.delete(revocableName({ kind: 'subject', id: one.subject }))
  }
  // Of our keys only all are taken out at once: its own ends it as well.
  return [...names].filter((name) => !name.startsWith(SIGNING_KEY))
}

/** RFC 8693 section 2.2.2: tokens that are "unacceptable based on policy" are an `invalid_request`. */
function notGranted(forLog: string, message: string): Denied {
  return deny('invalid_request', 'invalid_token', forLog, message)
}
