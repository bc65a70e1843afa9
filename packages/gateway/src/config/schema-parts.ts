import { resolve } from 'node:path'
import { z } from 'zod'
import { FINDING_TYPES, type FindingType, familiesText } from '../spec/index.js'
import { ALGORITHMS } from './config.js'
import { type Secret, SecretValue } from './secret.js'
import { BYTES_PATTERN, DURATION_MS_MAX, DURATION_PATTERN, parseBytes, parseDurationMs } from './units.js'

// What every section of the schema is made of.

type Shape = Readonly<Record<string, z.ZodType>>

/** A map whose keys are all known. */
export function group<S extends Shape>(keys: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(keys, { error: knownKeys(Object.keys(keys)) })
}

/** The complaint about unknown keys lists those that are known: it is made into "did you mean" where the place is known. */
export function knownKeys(keys: readonly string[]): (issue: z.core.$ZodRawIssue) => string | undefined {
  const known = keys.join(' ')
  return (issue) => (issue.code === 'unrecognized_keys' ? known : undefined)
}

export function objectTo(context: z.RefinementCtx, path: readonly (string | number)[], message: string): void {
  context.issues.push({ code: 'custom', message, path: [...path], input: undefined })
}

/** The same where it is not the value itself that is wrong, so that it need not be shown. */
export function objectBarely(context: z.RefinementCtx, path: readonly string[], message: string): void {
  context.issues.push({ code: 'custom', message, path: [...path], input: undefined, params: { bare: true } })
}

/** A text, or `file:PATH`. */
export function secretOf(written: string, folder: string, context: z.RefinementCtx): Secret {
  if (!written.startsWith('file:')) return new SecretValue(written)
  if (written === 'file:') objectTo(context, [], 'write file:PATH')
  return { kind: 'file', path: resolve(folder, written.slice('file:'.length)) }
}

export const text: z.ZodString = z.string().min(1)
export const flag: z.ZodBoolean = z.boolean()

/** What a level, a category or another label is spelt like. */
export const label: z.ZodString = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'write a word of small letters, digits and `-`, such as restricted' })

export type FoundType = 'injection' | FindingType

/** What a detector that the operator brings finds. `injection` means all grades: which one a text has is not known beforehand. */
export const foundType: z.ZodType<FoundType, FoundType> = z.enum(['injection', ...FINDING_TYPES], {
  error: `write \`injection\`, or a finding type: ${familiesText(FINDING_TYPES)}`,
})

export function duration(minMs: number, maxMs: number, range: string): z.ZodType<number, string> {
  const error = 'write a time with its unit (ms, s, m, h or d), such as 30s'
  return z
    .string({ error })
    .regex(DURATION_PATTERN, { error })
    .transform((written, context) => {
      const ms = parseDurationMs(written) ?? Number.NaN
      if (!(ms >= minMs && ms <= maxMs)) objectTo(context, [], `must be ${range}`)
      return ms
    })
}

export const anyTime = (): z.ZodType<number, string> => duration(1, DURATION_MS_MAX, 'more than 0 and at most 24d')

export function bytes(min: number, max: number, range: string): z.ZodType<number, string> {
  const error = 'write a size with its unit (B, KiB, MiB or GiB), such as 10MiB'
  return z
    .string({ error })
    .regex(BYTES_PATTERN, { error })
    .transform((written, context) => {
      const size = parseBytes(written) ?? Number.NaN
      if (!(size >= min && size <= max)) objectTo(context, [], `must be ${range}`)
      return size
    })
}

// Cedar's own words, which its grammar does not take after a dot.
const CEDAR_WORDS: readonly string[] = ['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar']

/** Whether policies can read an attribute of that name. */
export function attributeName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) && !CEDAR_WORDS.includes(name)
}

export const ATTRIBUTE_NAME: string = 'write a name of letters, digits and `_` that is no word of Cedar'

// RFC 8725 section 3.1; what is no signature by a private key is told apart from what is merely unknown.
export const algorithm: z.ZodType<string, string> = z
  .string()
  .meta({ enum: [...ALGORITHMS] })
  .check((context) => {
    const name = context.value
    if (ALGORITHMS.some((one) => one === name)) return
    const why = /^(none|hs\d+)$/i.test(name)
      ? 'is never accepted: whoever can check such a token can make one'
      : `is not an algorithm: there are ${ALGORITHMS.join(', ')}`
    context.issues.push({ code: 'custom', message: why, params: { about: true }, input: name })
  })
