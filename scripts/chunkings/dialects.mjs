import { ANTHROPIC } from './dialects/anthropic.mjs'
import { BEDROCK } from './dialects/bedrock.mjs'
import { CHAT } from './dialects/chat.mjs'
import { COMPLETIONS } from './dialects/completions.mjs'
import { GEMINI } from './dialects/gemini.mjs'
import { GENERIC_NDJSON, GENERIC_SSE } from './dialects/generic.mjs'
import { RESPONSES } from './dialects/responses.mjs'

/**
 * How each dialect writes a stream of channels, and how its callers read one:
 * - `lens`: what is tried; `kinds`: where text may stand, whose it is, whether it is JSON and whether a signature vouches for it;
 * - `choices`: how many of each kind there are at the most; `once`: kinds that come in one piece; `repeats`: texts are said again;
 * - `write`: the bytes of a stream, its end included; `late`: what may stand behind; `read`: what a caller makes of bytes.
 */
export const DIALECTS = new Map([
  ['chat', CHAT],
  ['responses', RESPONSES],
  ['completions', COMPLETIONS],
  ['anthropic', ANTHROPIC],
  ['gemini', GEMINI],
  ['bedrock', BEDROCK],
  ['generic-sse', GENERIC_SSE],
  ['generic-ndjson', GENERIC_NDJSON],
])
