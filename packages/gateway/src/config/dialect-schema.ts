import { z } from 'zod'
import type {
  DeclaredAnswer,
  DeclaredDialect,
  DeclaredEndpoint,
  DeclaredRefusal,
  DeclaredStream,
} from '../spec/index.js'
import type { Authentication } from './config.js'
import { member, PATHS, pathsOf, pattern, rootMember } from './dialect-paths.js'
import { flag, group, objectBarely, objectTo, text } from './schema-parts.js'

// `dialects`: wire formats that are declared instead of written.

const scalar = z.union([z.string(), z.number(), flag])
/** One value or several. */
const values = z.union([scalar.transform((one) => [one]), z.array(scalar).min(1)])

const usage = group({ input: member.optional(), output: member.optional() }).transform((raw) => ({
  input: raw.input,
  output: raw.output,
}))

const request: z.ZodType<DeclaredEndpoint['request']> = group({
  ...PATHS,
  uninspectable: z.array(pattern).default([]),
  maxTokens: z.union([member.transform((one) => [one]), z.array(member)]).default([]),
  tools: member.optional(),
  conversation: member.optional(),
  system: member.optional(),
})
  .transform((raw, context) => {
    const system = raw.system === undefined ? undefined : rootMember(raw.system)
    if (raw.system !== undefined && system === undefined) {
      objectTo(context, ['system'], 'write a member of the body itself, such as /system')
    }
    return {
      ...pathsOf(raw, context, raw.uninspectable),
      maxTokens: raw.maxTokens,
      tools: raw.tools,
      conversation: raw.conversation,
      system,
    }
  })
  .prefault({})

const answer: z.ZodType<DeclaredAnswer> = group({ ...PATHS, usage: usage.prefault({}) })
  .transform((raw, context) => ({ ...pathsOf(raw, context), usage: raw.usage }))
  .prefault({})

// In a union what is a map comes first: where a map is written, its faults are those that help.
const asked = z.union([group({ member, default: flag.default(false) }), z.literal('always')]).default('always')

const end = z.union([
  group({ data: text.optional(), member: member.optional(), is: values.optional() }).transform(
    (raw, context): DeclaredStream['end'] => {
      if (raw.member !== undefined && raw.data === undefined)
        return { kind: 'member', at: raw.member, is: raw.is ?? [] }
      if (raw.data === undefined || raw.member !== undefined || raw.is !== undefined) {
        objectBarely(context, [], 'write data, or member (and is), one of both')
      }
      return { kind: 'data', data: raw.data ?? '' }
    },
  ),
  z.literal('close').transform((): DeclaredStream['end'] => ({ kind: 'close' })),
])

const TYPES = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' } as const

/** A stream, and the paths that it has where they are not the answer's. */
interface OwnStream extends Omit<DeclaredStream, keyof DeclaredAnswer> {
  readonly own: Omit<DeclaredAnswer, 'usage'> | undefined
  readonly usage: DeclaredStream['usage'] | undefined
}

const stream: z.ZodType<OwnStream> = group({
  framing: z.enum(['sse', 'ndjson']),
  asked,
  contentType: z
    .string()
    .regex(/^[a-z0-9]+\/[a-z0-9.+-]+$/, { error: 'write a media type in small letters, without parameters' })
    .optional(),
  events: z.array(z.string().regex(/^[\w.:/-]{1,64}$/, { error: 'write the name of an event' })).default([]),
  event: group(PATHS)
    .transform((raw, context) => pathsOf(raw, context))
    .optional(),
  usage: usage.optional(),
  whole: z.array(pattern).default([]),
  index: member.optional(),
  ends: z.array(group({ member, is: values, below: pattern.optional() })).default([]),
  end,
  error: member.optional(),
}).transform((raw, context): OwnStream => {
  if (raw.framing === 'ndjson' && raw.events.length > 0) {
    objectTo(context, ['events'], 'events have names in sse alone')
  }
  if (raw.ends.length > 0 && raw.index === undefined) {
    objectTo(context, ['ends'], 'nothing tells which block is over: write index too')
  }
  return {
    framing: raw.framing,
    asked: raw.asked === 'always' ? undefined : { at: raw.asked.member, byDefault: raw.asked.default },
    contentType: raw.contentType ?? TYPES[raw.framing],
    events: raw.events,
    own: raw.event,
    usage: raw.usage,
    whole: raw.whole,
    index: raw.index,
    ends: raw.ends.map((one) => ({ at: one.member, is: one.is, below: one.below ?? [] })),
    end: raw.end,
    error: raw.error,
  }
})

const model = z.union([
  group({ member: member.optional(), fixed: text.optional() }).transform((raw, context): DeclaredEndpoint['model'] => {
    if ((raw.member === undefined) === (raw.fixed === undefined)) {
      objectBarely(context, [], 'write member or fixed, one of both')
    }
    return raw.member === undefined ? { kind: 'fixed', name: raw.fixed ?? '' } : { kind: 'member', at: raw.member }
  }),
  z.literal('path').transform((): DeclaredEndpoint['model'] => ({ kind: 'path' })),
])

const PLACE = '{model}'
const path = z
  .string()
  .regex(/^(?:\/(?:[\w.~:@-]|\{model\})+)+$/, { error: 'write a path such as /generate, with {model} for a name' })

const endpoint: z.ZodType<DeclaredEndpoint> = group({
  path,
  upstreamPath: path.optional(),
  action: z.enum(['invoke', 'embed']).default('invoke'),
  model,
  effects: flag.default(true),
  request,
  answer,
  stream: stream.optional(),
}).transform((raw, context) => {
  const places = raw.path.split(PLACE).length - 1
  if (raw.model.kind === 'path' ? places !== 1 : places > 0) {
    const message =
      raw.model.kind === 'path' ? 'write {model} once where the model is named' : 'model says another place'
    objectTo(context, ['path'], message)
  }
  return {
    path: raw.path,
    upstreamPath: raw.upstreamPath ?? raw.path,
    action: raw.action,
    model: raw.model,
    effects: raw.effects,
    request: raw.request,
    answer: raw.answer,
    stream: raw.stream === undefined ? undefined : streamWith(raw.stream, raw.answer),
  }
})

function streamWith({ own, usage, ...rest }: OwnStream, answer: DeclaredAnswer): DeclaredStream {
  return { ...rest, ...(own ?? answer), usage: usage ?? answer.usage }
}

const STANDARD = { error: { message: '{message}', type: '{type}', param: '{param}', code: '{code}' } } as const

const refusal: z.ZodType<DeclaredRefusal> = z
  .record(z.string(), z.json(), { error: 'write a map, in whose texts {message} and {code} stand' })
  .check((context) => {
    if (!JSON.stringify(context.value).includes('{code}')) {
      context.issues.push({
        code: 'custom',
        message: 'write {code} somewhere: without it nobody can tell refusals apart',
        params: { bare: true },
        input: context.value,
      })
    }
  })
  .default(STANDARD)

/** @param authentication as a provider writes it */
export function declaredDialect(authentication: z.ZodType<Authentication>): z.ZodType<DeclaredDialect> {
  return group({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'write a name of small letters, digits and `-`' }),
    prefix: z
      .string()
      .regex(/^(?:\/[A-Za-z0-9._~-]+)+\/$/, { error: 'write a path with a slash at both ends, such as /ollama/' })
      .optional(),
    authentication: authentication.optional(),
    refusal,
    endpoints: z.array(endpoint).min(1),
  }).transform((raw) => ({
    name: raw.name,
    prefix: raw.prefix ?? `/${raw.name}/`,
    credential:
      raw.authentication?.kind === 'header'
        ? { header: raw.authentication.name, before: '' }
        : { header: 'authorization', before: 'Bearer ' },
    refusal: raw.refusal,
    endpoints: raw.endpoints,
  }))
}
