import { type AttributeValue, type Principal, proceed, refuse, type Step, subjectOf } from '../../spec/index.js'
import type { Bound } from './wire/messages.js'

/** Whoever is in the group reads as the role. The first that fits counts. */
export interface RoleMapping {
  readonly group: string
  readonly role: string
}

/** A setting of the transaction that the database's policies read by `current_setting`. */
export interface ClaimSetting {
  /** With a prefix, such as `app.tenant`. */
  readonly setting: string
  /** `subject`, `issuer`, `groups`, or the name of an attribute of the subject. A list is given as JSON. */
  readonly from: string
}

/** As whom a statement runs. */
export interface Caller {
  readonly role: string
  /** The role, and a value for each setting, as the statement of `settingsSql` takes them. */
  readonly values: readonly Bound[]
}

const OWN: readonly ClaimSetting[] = [
  { setting: 'ostiary.subject', from: 'subject' },
  { setting: 'ostiary.issuer', from: 'issuer' },
  { setting: 'ostiary.groups', from: 'groups' },
]
const SETTING = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/

/** What is wrong with a mapping. @returns undefined where nothing is */
export function settingsFault(settings: readonly ClaimSetting[]): string | undefined {
  for (const { setting } of settings) {
    // A setting without a prefix is the server's own, such as `role`.
    if (!SETTING.test(setting)) return `the setting \`${setting}\` is written PREFIX.NAME`
    if (setting.toLowerCase().startsWith('ostiary.')) return `the setting \`${setting}\` is the gateway's own`
  }
  return undefined
}

/** Takes the role on and makes the claims known, until the transaction ends. All values are parameters. */
export function settingsSql(settings: readonly ClaimSetting[]): string {
  const set = [...OWN, ...settings].map(({ setting }, index) => `set_config('${setting}', $${index + 2}, true)`)
  // The role last: it may have no right to call the function.
  return `SELECT ${[...set, "set_config('role', $1, true)"].join(', ')}`
}

/** Refuses (`forbidden_by_policy`) whom no role is for, and whose claims are not what the mapping wants. */
export function callerOf(
  principal: Principal,
  roles: readonly RoleMapping[],
  settings: readonly ClaimSetting[],
): Step<Caller> {
  const { groups } = subjectOf(principal)
  const mapping = roles.find(({ group }) => groups.includes(group))
  if (mapping === undefined) return refuse('forbidden_by_policy', 'no role for any group of the subject')
  const values: Bound[] = [mapping.role]
  for (const { setting, from } of [...OWN, ...settings]) {
    const text = textOf(claimOf(principal, from))
    if (text === undefined)
      return refuse('forbidden_by_policy', `the setting \`${setting}\` has no value`, {
        message: 'The access token lacks a claim that this dataset needs.',
      })
    values.push(text)
  }
  return proceed({ role: mapping.role, values })
}

function claimOf(principal: Principal, from: string): AttributeValue | undefined {
  const { subject, issuer, groups, attributes } = subjectOf(principal)
  if (from === 'subject') return subject
  if (from === 'issuer') return issuer
  if (from === 'groups') return groups
  return Object.hasOwn(attributes, from) ? attributes[from] : undefined
}

function textOf(value: AttributeValue | undefined): string | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // PostgreSQL cannot hold it.
  return text.includes('\0') ? undefined : text
}
