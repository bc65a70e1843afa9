import { z } from 'zod'
import type { FindingType, WhenIll } from '../spec/index.js'
import type { RemoteDetectorConfig } from './config.js'
import { duration, foundType, group, objectBarely, text } from './schema-parts.js'
import type { Secret } from './secret.js'

type Kind = RemoteDetectorConfig['kind']
type Types = RemoteDetectorConfig['types']

const REMOTE_KINDS = ['presidio', 'llm-guard', 'moderation'] as const

/** What each kind's words mean where nobody says otherwise. */
const TYPES: Readonly<Record<Kind, Readonly<Record<string, FindingType | 'injection'>>>> = {
  // Not `LOCATION`: every mention of a country is one.
  presidio: {
    PERSON: 'pii.person',
    PHONE_NUMBER: 'pii.phone',
    EMAIL_ADDRESS: 'pii.email',
    CREDIT_CARD: 'pii.card',
    IBAN_CODE: 'pii.iban',
    US_SSN: 'pii.national-id',
    US_ITIN: 'pii.national-id',
    US_PASSPORT: 'pii.passport',
    US_DRIVER_LICENSE: 'pii.national-id',
    UK_NHS: 'pii.national-id',
  },
  'llm-guard': { PromptInjection: 'injection' },
  moderation: {
    harassment: 'moderation.harassment',
    'harassment/threatening': 'moderation.harassment',
    hate: 'moderation.hate',
    'hate/threatening': 'moderation.hate',
    illicit: 'moderation.illicit',
    'illicit/violent': 'moderation.illicit',
    'self-harm': 'moderation.self-harm',
    'self-harm/instructions': 'moderation.self-harm',
    'self-harm/intent': 'moderation.self-harm',
    sexual: 'moderation.sexual',
    'sexual/minors': 'moderation.sexual-minors',
    violence: 'moderation.violence',
    'violence/graphic': 'moderation.violence',
  },
}

/** How much text each kind looks at in one piece: LLM Guard's model reads no further than 512 tokens. */
const WINDOWS: Readonly<Record<Kind, number>> = { presidio: 10_000, 'llm-guard': 1500, moderation: 2000 }

const types = z.record(text, foundType)

/** One of `inspection.remote`; where it has no word of its own on failures, that of all detectors counts. */
export type RemoteDetectorRead = Omit<RemoteDetectorConfig, 'onFailure'> & { readonly onFailure: WhenIll | undefined }

export function remoteDetector(
  baseUrl: z.ZodType<string, string>,
  secret: z.ZodType<Secret, string>,
): z.ZodType<RemoteDetectorRead> {
  return group({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'write a name of small letters, digits and `-`' }),
    kind: z.enum(REMOTE_KINDS),
    url: baseUrl,
    timeout: duration(10, 60_000, 'from 10ms to 1m').prefault('2s'),
    onFailure: z.enum(['closed', 'open']).optional(),
    labelsMax: text.max(64).optional(),
    types: types.optional(),
    threshold: z.number().min(0).max(1).optional(),
    language: text.max(16).optional(),
    model: text.max(128).optional(),
    window: z.int().min(256).max(100_000).optional(),
    concurrency: z.int().min(1).max(256).default(8),
    apiKey: secret.optional(),
    header: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'write a header in small letters' })
      .default('authorization'),
  }).transform((raw, context): RemoteDetectorRead => {
    if (raw.language !== undefined && raw.kind !== 'presidio')
      objectBarely(context, ['language'], 'is for presidio alone')
    if (raw.model !== undefined && raw.kind !== 'moderation')
      objectBarely(context, ['model'], 'is for moderation alone')
    const meanings: Types = Object.entries(raw.types ?? TYPES[raw.kind]).map(([from, to]) => ({ from, to }))
    if (meanings.length === 0) objectBarely(context, ['types'], 'must name at least one')
    return {
      name: raw.name,
      kind: raw.kind,
      url: raw.url,
      timeoutMs: raw.timeout,
      onFailure: raw.onFailure,
      labelsMax: raw.labelsMax,
      types: meanings,
      threshold: raw.threshold,
      language: raw.language ?? 'en',
      model: raw.model,
      window: raw.window ?? WINDOWS[raw.kind],
      concurrency: raw.concurrency,
      apiKey: raw.apiKey,
      header: raw.header,
    }
  })
}
