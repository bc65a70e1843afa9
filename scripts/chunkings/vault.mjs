import { Restoring } from '../../packages/gateway/dist/release/restoring.js'
import { joinObligations, parseObligation } from '../../packages/gateway/dist/spec/index.js'
import { ANSWERED_MAX, tokenizerOf } from '../../packages/gateway/dist/spec/tokenizer.js'
import { VaultKeys } from '../../packages/gateway/dist/vault/keys.js'
import { Session, SessionView } from '../../packages/gateway/dist/vault/session.js'
import { createMemoryStore } from '../../packages/testkit/dist/index.js'

/** A session of one principal; always the same key, so that a seed repeats a run. */
export function openSession() {
  return new SessionView(
    new Session({
      store: createMemoryStore({ now: Date.now }),
      keys: new VaultKeys(Buffer.alloc(32, 7)),
      owner: { uid: 'https://idp.example#ann', session: undefined },
      ttlMs: 3_600_000,
      formats: new Map([
        ['pii.card', 'surrogate'],
        ['pii.iban', 'surrogate'],
      ]),
      now: Date.now,
    }),
  )
}

export const tokenizerFor = (session, isJson) => tokenizerOf(session, isJson, ANSWERED_MAX)

/** Puts values back for a reader whom policy lets read them, in these places besides texts. */
export function restoringFor(session, acts, places) {
  const sources = [
    ...[...acts].map(([type, act]) => `output:${act}:${type}`),
    ...places.map((place) => `restore:${place}`),
  ]
  const obligations = sources.map((one) => parseObligation(one))
  const decision = { kind: 'permit', determining: [], shadow: [], shadowErrors: [], obligations }
  const verdict = {
    decision,
    obligations: joinObligations(obligations),
    context: CONTEXT,
    inputs: '{}',
    policyDigest: '',
  }
  return new Restoring(session, () => verdict)
}

const CONTEXT = {
  ...{ labels: [], findings: [], uninspectable: false, promptTokens: 0, maxTokens: 0, stream: true },
  ...{
    hasSystemMessage: false,
    hasEffects: false,
    purpose: undefined,
    sourceIp: '127.0.0.1',
    timeMs: 0,
    approvals: [],
  },
}
