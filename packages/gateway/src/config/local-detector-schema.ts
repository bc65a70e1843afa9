import { resolve } from 'node:path'
import { z } from 'zod'
import { FINDING_TYPES, type FindingType, familyOf, type WhenIll } from '../spec/index.js'
import type { LocalDetectorConfig } from './config.js'
import { duration, type FoundType, foundType, group, text } from './schema-parts.js'

/** One of `inspection.local`; where it has no word of its own on failures, that of all detectors counts. */
export type LocalDetectorRead = Omit<LocalDetectorConfig, 'onFailure'> & { readonly onFailure: WhenIll | undefined }

/** A path, and not the name of a package. */
const PATH = /^[./]/

export function localDetector(folder: string): z.ZodType<LocalDetectorRead> {
  return group({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'write a name of small letters, digits and `-`' }),
    module: text.max(1024),
    models: text.max(1024).optional(),
    types: z.array(foundType).min(1),
    timeout: duration(10, 60_000, 'from 10ms to 1m').prefault('5s'),
    onFailure: z.enum(['closed', 'open']).optional(),
    concurrency: z.int().min(1).max(16).default(1),
    ifUnsure: z.boolean().default(false),
  }).transform(
    ({ concurrency, ifUnsure, models, module, name, onFailure, timeout, types }): LocalDetectorRead => ({
      ...{ name, onFailure, concurrency, ifUnsure, timeoutMs: timeout },
      module: PATH.test(module) ? resolve(folder, module) : module,
      models: models === undefined ? undefined : resolve(folder, models),
      types: meant(types),
    }),
  )
}

function meant(types: readonly FoundType[]): readonly FindingType[] {
  return FINDING_TYPES.filter((type) => types.some((one) => one === type || one === familyOf(type)))
}
