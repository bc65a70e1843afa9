import type { Action, AttributeValue, Context, Identity, Principal, Resource } from '../../spec/index.js'
import {
  type Attributes,
  type AttributeType,
  OWN_PRINCIPAL_ATTRIBUTES,
  principalAttributes,
  RESOURCES_OF,
  resourceAttributes,
  type Vocabulary,
} from './vocabulary.js'

/**
 * Whether a question is one that the schema has room for, asked before Cedar is: so that a decision depends on nothing but
 * what the policies read and on this. Answers are texts for the log, without values; undefined is well.
 */
export interface Shapes {
  principal(principal: Principal, identity: Identity): string | undefined
  resource(action: Action, resource: Resource): string | undefined
}

export function shapesOf(vocabulary: Vocabulary): Shapes {
  const principal = principalAttributes(vocabulary)
  const resources = new Map<Resource['type'], Attributes>()
  for (const type of ['Model', 'Dataset', 'Tool', 'Gateway'] as const) {
    resources.set(type, resourceAttributes(type, vocabulary))
  }
  return {
    principal({ issuedAt, authTime }, { attributes }) {
      if (!isInstant(issuedAt)) return 'principal `issuedAt` is no time'
      if (authTime !== undefined && !isInstant(authTime)) return 'principal `authTime` is no time'
      for (const [name, value] of Object.entries(attributes)) {
        // Ours win in the entity, whatever the claim says.
        if (OWN_PRINCIPAL_ATTRIBUTES.has(name)) continue
        const known = principal.get(name)
        if (known === undefined) return `principal attribute \`${name}\` is not in the schema`
        if (!isOf(known.type, value)) return `principal attribute \`${name}\` is no ${known.type}`
      }
      return undefined
    },
    resource(action, { type, attributes }) {
      if (RESOURCES_OF.get(action)?.includes(type) !== true)
        return `action \`${action}\` is not asked for a \`${type}\``
      const known = resources.get(type) ?? new Map()
      for (const [name, value] of Object.entries(attributes)) {
        const attribute = known.get(name)
        if (attribute === undefined) return `resource attribute \`${name}\` is not in the schema`
        if (!isOf(attribute.type, value)) return `resource attribute \`${name}\` is no ${attribute.type}`
      }
      for (const [name, { required }] of known) {
        if (required && !Object.hasOwn(attributes, name)) return `resource attribute \`${name}\` is missing`
      }
      return undefined
    },
  }
}

// What Cedar's datetime literal can say: the years 0000 to 9999.
const TIME_MIN_MS = -62_167_219_200_000
const TIME_MAX_MS = 253_402_300_799_999

export function contextIllness(context: Context, ip: string | undefined): string | undefined {
  const { timeMs } = context
  if (!Number.isSafeInteger(context.promptTokens)) return 'context `promptTokens` is no whole number'
  if (!Number.isSafeInteger(context.maxTokens)) return 'context `maxTokens` is no whole number'
  if (!Number.isInteger(timeMs) || timeMs < TIME_MIN_MS || timeMs > TIME_MAX_MS) return 'context `time` is no time'
  return ip === undefined ? 'context `sourceIp` is no address' : undefined
}

function isInstant(seconds: number): boolean {
  return Number.isFinite(seconds) && Math.abs(seconds) <= TIME_MAX_MS / 1000
}

function isOf(type: AttributeType, value: AttributeValue): boolean {
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
