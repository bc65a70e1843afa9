import type { Container, JsonObject, Located, Splice } from '../json/located.js'
import { isObject } from './path.js'

/** A boolean within an object of the root. */
export interface Option {
  readonly member: string
  readonly name: string
}

export function isOn(root: JsonObject, { member, name }: Option): boolean {
  const options = root[member]
  return isObject(options) && options[name] === true
}

/** What is there and cannot be such an option: where, and what is expected there. */
export function mistakenIn(root: JsonObject, { member, name }: Option): [param: string, expected: string] | undefined {
  const options = root[member] ?? null
  if (options === null) return undefined
  if (!isObject(options)) return [member, 'an object']
  return typeof (options[name] ?? false) === 'boolean' ? undefined : [`${member}.${name}`, 'a boolean']
}

/** What switches the option on, whatever stands there: nothing, `null`, `false`; not for what is mistaken. */
export function switchedOn(located: Located, { member, name }: Option): Splice {
  const { containers } = located
  const root = containers[0] as Container
  const within = containers.find((one) => one.parent === root && one.key === member && isObject(one.value))
  const on = `${JSON.stringify(name)}:true`
  return within === undefined ? put(located, root, member, `{${on}}`) : put(located, within, name, 'true')
}

/** A member with this value, JSON text, whatever stands there: nothing, a string, or another scalar; not for what holds others. */
export function put({ strings, text }: Located, inside: Container, name: string, json: string): Splice {
  const here = strings.filter((one) => one.inside === inside && one.key === name)
  const value = here.find((one) => !one.isName)
  if (value !== undefined) return { start: value.start, end: value.end, json }
  const [known] = here
  return known === undefined ? added(inside, name, json) : { ...scalarBehind(text, known.end), json }
}

/** A member more, in front of the others. */
export function added({ start, value }: Container, name: string, json: string): Splice {
  const isEmpty = Object.keys(value).length === 0
  return { start: start + 1, end: start + 1, json: `${JSON.stringify(name)}:${json}${isEmpty ? '' : ','}` }
}

/** Other than a string. */
const SCALAR = /\s*:\s*([\w.+-]+)/y

function scalarBehind(text: string, nameEnd: number): { readonly start: number; readonly end: number } {
  SCALAR.lastIndex = nameEnd
  const scalar = SCALAR.exec(text)?.[1] ?? ''
  return { start: SCALAR.lastIndex - scalar.length, end: SCALAR.lastIndex }
}
