import { z } from 'zod'
import { TOOL_EFFECTS, type ToolConfig } from './config.js'
import { group, label, text } from './schema-parts.js'

/** A tool that is called elsewhere, and asked about here. */
export const tool: z.ZodType<ToolConfig> = group({
  name: text.max(256),
  server: z.string().max(256).default(''),
  effect: z.enum(TOOL_EFFECTS),
  labels: z.array(label).max(64).default([]),
}).transform((raw) => ({ ...raw, labels: [...new Set(raw.labels)].sort() }))
