import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import type { AttributeValue, Identity, Principal, Question } from '../../spec/index.js'
import { OWN_PRINCIPAL_ATTRIBUTES } from './vocabulary.js'

/** A question in Cedar's words, without the names of the policy set and the schema. */
export interface CedarRequest {
  readonly principal: TypeAndId
  readonly action: TypeAndId
  readonly resource: TypeAndId
  readonly context: Record<string, CedarValueJson>
  readonly entities: EntityJson[]
}

/** @param ip what `cedarIp` made of the context's address */
export function cedarRequest({ principal, identity, action, resource, context }: Question, ip: string): CedarRequest {
  const who = { type: identity.kind, id: identity.uid }
  const what = { type: resource.type, id: resource.id }
  const at = context.timeMs
  return {
    principal: who,
    action: { type: 'Action', id: action },
    resource: what,
    context: {
      approvals: [...context.approvals],
      findings: [...context.findings],
      hasEffects: context.hasEffects,
      hasSystemMessage: context.hasSystemMessage,
      labels: [...context.labels],
      maxTokens: context.maxTokens,
      promptTokens: context.promptTokens,
      ...(context.purpose === undefined ? {} : { purpose: context.purpose }),
      sourceIp: { __extn: { fn: 'ip', arg: ip } },
      stream: context.stream,
      time: { __extn: { fn: 'datetime', arg: new Date(at).toISOString() } },
      uninspectable: context.uninspectable,
    },
    entities: [
      {
        uid: who,
        attrs: { ...values(principalValues(principal, identity)), ...ages(principal, at) },
        // Groups have no attributes and are in no groups, so they need no entities of their own.
        parents: identity.groups.map((id) => ({ type: 'Group', id })),
      },
      { uid: what, attrs: values(resource.attributes), parents: [] },
    ],
  }
}

/** A principal's attributes but its ages. A mapped claim that is named like one of the gateway's own is not it. */
export function principalValues(principal: Principal, identity: Identity): Record<string, AttributeValue> {
  const claims = Object.entries(identity.attributes).filter(([name]) => !OWN_PRINCIPAL_ATTRIBUTES.has(name))
  const values: Record<string, AttributeValue> = Object.fromEntries(claims)
  if (principal.acr !== undefined) values['acr'] = principal.acr
  values['actors'] = principal.actors.map(({ issuer, subject }) => `${issuer}#${subject}`)
  values['groups'] = identity.groups
  values['issuer'] = identity.issuer
  values['proof'] = principal.proof
  values['scopes'] = [...principal.scopes]
  values['subject'] = identity.subject
  return values
}

function ages({ authTime, issuedAt }: Principal, atMs: number): Record<string, number> {
  return {
    ...(authTime === undefined ? {} : { authAgeSeconds: ageSeconds(authTime, atMs) }),
    tokenAgeSeconds: ageSeconds(issuedAt, atMs),
  }
}

/** Whole seconds; what an issuer's clock puts in the future is of age 0. */
export function ageSeconds(since: number, atMs: number): number {
  return Math.max(0, Math.floor(atMs / 1000 - since))
}

function values(attributes: Readonly<Record<string, AttributeValue>>): Record<string, CedarValueJson> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  )
}
