import { resolve } from 'node:path'
import { z } from 'zod'
import type { TermConfig } from './config.js'
import { flag, group, objectBarely, text } from './schema-parts.js'

/** The longest term, in characters: it is also what a stream may have to hold. */
export const TERM_LENGTH_MAX = 200

/** As far before a term as its context is looked for: what lies further back, a stream has let go. */
const WITHIN_MAX = 100

/** One of `inspection.terms`. */
export function term(folder: string): z.ZodType<TermConfig> {
  return group({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'write a name of small letters, digits and `-`' }),
    words: z.array(text.max(TERM_LENGTH_MAX)).min(1).max(10_000).optional(),
    file: text.transform((written) => resolve(folder, written)).optional(),
    pattern: text.max(2000).optional(),
    ignoreCase: flag.default(true),
    context: z.array(text.max(64)).min(1).max(100).optional(),
    within: z.int().min(1).max(WITHIN_MAX).default(60),
    score: z.number().min(0).max(1).default(1),
  }).transform((raw, context): TermConfig => {
    if (raw.words === undefined && raw.file === undefined && raw.pattern === undefined) {
      objectBarely(context, [], 'needs words, a file or a pattern')
    }
    return {
      name: raw.name,
      words: raw.words ?? [],
      file: raw.file,
      pattern: raw.pattern,
      ignoreCase: raw.ignoreCase,
      context: raw.context,
      within: raw.within,
      score: raw.score,
    }
  })
}
