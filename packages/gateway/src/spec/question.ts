import type { AttributeValue, Identity, Principal } from './principal.js'

export const ACTIONS = [
  'invoke',
  'embed',
  'train',
  'listModels',
  'queryDataset',
  'searchDataset',
  'callTool',
  'release',
  'detokenize',
  'declassify',
  'readVault',
  'administer',
] as const
export type Action = (typeof ACTIONS)[number]

export interface Resource {
  readonly type: 'Model' | 'Dataset' | 'Tool' | 'Gateway'
  readonly id: string
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** What `administer` is asked of. */
export const GATEWAY: Resource = { type: 'Gateway', id: 'ostiary', attributes: {} }

/** Every action has the whole context; what does not apply is empty or 0 (contract, "Policy vocabulary"). */
export interface Context {
  readonly labels: readonly string[]
  /** Families and full types of what was found, sorted. */
  readonly findings: readonly string[]
  readonly uninspectable: boolean
  readonly promptTokens: number
  readonly maxTokens: number
  readonly stream: boolean
  readonly hasSystemMessage: boolean
  /** More than an answer comes of it: a tool that writes or sends, tools that the provider runs, or storage. */
  readonly hasEffects: boolean
  readonly purpose: string | undefined
  readonly sourceIp: string
  /** Milliseconds since the epoch. */
  readonly timeMs: number
  readonly approvals: readonly string[]
}

/** One question to a policy engine: about one identity of a principal. The decide stage asks twice for an agent. */
export interface Question {
  readonly principal: Principal
  readonly identity: Identity
  readonly action: Action
  readonly resource: Resource
  readonly context: Context
}
