import { z } from 'zod'
import type { DeclaredPaths, MemberPath, PathPattern, Role } from '../spec/index.js'
import { objectTo } from './schema-parts.js'

// Where something stands in a body: JSON pointers (RFC 6901), in patterns with `*` for any member or item.

const POINTER = /^(?:\/(?:[^/~]|~[01])+)+$/
const SHOWN = 'write a path such as /message/content'

function segments(written: string): string[] {
  return written
    .slice(1)
    .split('/')
    .map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Why a text is no pattern; undefined where it is one. */
function patternFault(written: string): string | undefined {
  if (!POINTER.test(written)) return SHOWN
  const isNumber = segments(written).some((one) => /^\d+$/.test(one))
  return isNumber ? 'write `*` for the items of a list, not a number' : undefined
}

export const pattern: z.ZodType<PathPattern, string> = z.string().transform((written, context) => {
  const why = patternFault(written)
  if (why !== undefined) objectTo(context, [], why)
  return segments(written)
})

/** One member. */
export const member: z.ZodType<MemberPath, string> = z.string().transform((written, context) => {
  const isPattern = segments(written).includes('*')
  if (!POINTER.test(written) || isPattern) objectTo(context, [], isPattern ? `${SHOWN}, without \`*\`` : SHOWN)
  return segments(written)
})

const ROLES = [
  'system',
  'user',
  'assistant',
  'reasoning',
  'tool-call',
  'tool',
  'tool-definition',
  'unknown',
] as const satisfies readonly Role[]

/** What a section says of the texts in one kind of body, as it is written. */
interface Written {
  readonly text: Readonly<Record<string, Role>>
  readonly speakers: readonly PathPattern[]
  readonly json: readonly PathPattern[]
  readonly opaque: Readonly<Record<string, DeclaredPaths['opaque'][number]['says']>>
  readonly echoes: readonly PathPattern[]
}

export const PATHS: { readonly [name in keyof Written]: z.ZodDefault<z.ZodType<Written[name]>> } = {
  text: z.record(z.string(), z.enum(ROLES)).default({}),
  speakers: z.array(pattern).default([]),
  json: z.array(pattern).default([]),
  opaque: z.record(z.string(), z.enum(['id', 'enum', 'blob', 'url'])).default({}),
  echoes: z.array(pattern).default([]),
}

/** @param uninspectable of a request; nobody refuses an answer for a picture */
export function pathsOf(
  { text, speakers, json, opaque, echoes }: Written,
  context: z.RefinementCtx,
  uninspectable: readonly PathPattern[] = [],
): DeclaredPaths {
  for (const [section, listed] of Object.entries({ text, opaque })) {
    for (const written of Object.keys(listed)) {
      const why = patternFault(written)
      if (why !== undefined) objectTo(context, [section, written], why)
    }
  }
  const others = [...Object.keys(text).map(segments), ...json, ...uninspectable].map(String)
  for (const written of Object.keys(opaque)) {
    if (!others.includes(String(segments(written)))) continue
    objectTo(context, ['opaque', written], 'what is opaque is no text: this path stands in another list too')
  }
  return {
    text: Object.entries(text).map(([written, role]) => ({ at: segments(written), role })),
    speakers,
    json,
    opaque: Object.entries(opaque).map(([written, says]) => ({ at: segments(written), says })),
    uninspectable,
    echoes,
  }
}

/** Its one name; undefined where it stands deeper than in the body itself. */
export function rootMember(path: MemberPath): string | undefined {
  return path.length === 1 ? path[0] : undefined
}
