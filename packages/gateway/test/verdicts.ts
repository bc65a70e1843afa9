import {
  type Context,
  type Decision,
  joinObligations,
  type Obligation,
  parseObligation,
  type Verdict,
} from '../src/spec/index.js'

// Verdicts as a policy engine would give them.

const CONTEXT: Context = {
  labels: [],
  findings: [],
  uninspectable: false,
  promptTokens: 0,
  maxTokens: 0,
  stream: true,
  hasSystemMessage: false,
  hasEffects: false,
  purpose: undefined,
  sourceIp: '127.0.0.1',
  timeMs: 0,
  approvals: [],
}
const BASIS = { determining: [], shadow: [], shadowErrors: [] } as const

export function permitted(...sources: readonly string[]): Verdict {
  const obligations = sources.map((one) => parseObligation(one) as Obligation)
  return verdict({ ...BASIS, kind: 'permit', obligations }, obligations)
}

export function forbidden(...reasons: readonly string[]): Verdict {
  return verdict({ ...BASIS, kind: 'forbid', reasons }, [])
}

export function challenged(...reasons: readonly string[]): Verdict {
  return verdict({ ...BASIS, kind: 'challenge', asks: [{ kind: 'approval', group: 'security' }], reasons }, [])
}

function verdict(decision: Decision, obligations: readonly Obligation[]): Verdict {
  return {
    decision,
    obligations: joinObligations(obligations),
    context: CONTEXT,
    inputs: '{}',
    policyDigest: '',
  }
}
