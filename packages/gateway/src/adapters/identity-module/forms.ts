import type { AttributeValue, Identity, Principal } from '../../spec/index.js'

// What the members of a principal must be, where others make it: types are promises, and a module may break them.

type Fields = Readonly<Record<string, unknown>>
type Fits = (value: unknown) => boolean

const NAME_MAX = 2048
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
// 256 bits in base64url.
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/
const ACTORS_MAX = 8

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

const isName: Fits = (value) =>
  typeof value === 'string' && value !== '' && value.length <= NAME_MAX && !CONTROL.test(value)
const isNames: Fits = (value) => Array.isArray(value) && value.every(isName)
const isDate: Fits = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isActor: Fits = (value) => isObject(value) && isName(value['issuer']) && isName(value['subject'])
const isThumbprint: Fits = (value) => typeof value === 'string' && THUMBPRINT.test(value)
const perhaps =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value)

const isConfirmation: Fits = (value) => {
  if (!isObject(value)) return false
  const { jkt, certificate } = value
  if (jkt === undefined && certificate === undefined) return false
  return perhaps(isThumbprint)(jkt) && perhaps(isThumbprint)(certificate)
}

const MEMBERS: readonly (readonly [name: keyof Principal, fits: Fits])[] = [
  ['scopes', (value) => value instanceof Set && isNames([...value])],
  ['audiences', isNames],
  ['amr', isNames],
  ['networks', isNames],
  ['revocableBy', isNames],
  ['actors', (value) => Array.isArray(value) && value.length <= ACTORS_MAX && value.every(isActor)],
  ['mayAct', perhaps(isActor)],
  ['confirmation', perhaps(isConfirmation)],
  ['acr', perhaps(isName)],
  ['tokenId', perhaps(isName)],
  ['clientId', perhaps(isName)],
  ['authTime', perhaps(isDate)],
  ['issuedAt', isDate],
  ['expiresAt', isDate],
  ['recheckAtMs', perhaps(isDate)],
]

/** The first member that is not what it must be. */
export function unfitMember(value: Fields): string | undefined {
  return MEMBERS.find(([name, fits]) => !fits(value[name]))?.[0]
}

/** Whether an identity is one that a token can be of: an agent acts for one. */
export function isSubject(value: unknown): value is Identity & { readonly kind: 'User' | 'Service' } {
  if (!isObject(value)) return false
  const { kind, issuer, subject, groups, attributes } = value
  if (kind !== 'User' && kind !== 'Service') return false
  return isName(issuer) && isName(subject) && isNames(groups) && isObject(attributes)
}

export function isOfType(value: AttributeValue, type: 'String' | 'Long' | 'Bool' | 'Set<String>'): boolean {
  switch (type) {
    case 'String':
      return typeof value === 'string'
    case 'Long':
      return Number.isSafeInteger(value)
    case 'Bool':
      return typeof value === 'boolean'
    case 'Set<String>':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
  }
}
