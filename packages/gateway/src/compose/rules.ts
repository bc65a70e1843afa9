import type { ApiKeys } from '../api-keys/service.js'
import type { Accounts } from '../budgets/accounts.js'
import type { Config } from '../config/config.js'
import { configDigest } from '../config/digest.js'
import type { Rules } from '../gateway.js'
import type { Fingerprints, PolicyEngine } from '../spec/index.js'
import type { OpenVault } from '../vault/vault.js'
import { budgetingOf, sizesOf } from './budgets.js'
import type { OpenedDatasets } from './datasets.js'
import { bodyDetectorsOf, detectorsOf, type LocalDetectors, remoteDetectorsOf } from './detectors.js'
import { dialectsOf, modelsOf } from './dialects.js'
import { filesRulesOf } from './files.js'
import { type HeldIssuer, type IssuerParts, issuersOf } from './issuers.js'
import { issuingOf, type OwnIssuerParts, ownIssuerOf } from './issuing.js'
import { gatheringOf } from './ledger.js'
import type { ProviderKeys } from './providers.js'
import { systemMessagesOf } from './system-messages.js'
import { toolsOf } from './tools.js'

/** A whole answer is held until it is judged; the largest that a model gives in one piece is far below this. */
const ANSWER_BYTES = 32 * 1024 * 1024

/** What goes on through a reload. */
export interface Lasting extends IssuerParts, OwnIssuerParts {
  readonly issuers: Map<string, HeldIssuer>
  readonly revoke: NonNullable<Rules['tokens']>['revoke']
  readonly apiKeys: ApiKeys
  readonly providers: ProviderKeys
  readonly vault: Pick<OpenVault, 'prepare'>
  readonly fingerprints: Fingerprints | undefined
  readonly localDetectors: LocalDetectors
  readonly accounts: Accounts
  readonly countTokens: Rules['countTokens']
  readonly mintSession: NonNullable<Rules['mintSession']>
  /** A request was refused by this budget. */
  readonly onOverBudget: (label: string) => void
}

/** What a reload may replace, of one configuration and its policies. */
export async function rulesOf(
  config: Config,
  policy: PolicyEngine,
  lasting: Lasting,
  datasets: OpenedDatasets,
): Promise<Rules> {
  const { apiKeys, clock, signing, vault } = lasting
  if (policy.tokenizes) await vault.prepare()
  const local = await lasting.localDetectors.of(config.inspection.local)
  const ofKeys = apiKeys.providers({ issuer: config.publicUrl, allowDirect: config.apiKeys.direct })
  const issuers = await issuersOf(config.issuers, lasting, lasting.issuers)
  const dialects = dialectsOf(config)
  return {
    publicUrl: new URL(config.publicUrl),
    identityProviders: [...issuers.identity, ownIssuerOf(config, lasting)],
    opaqueProviders: [...issuers.opaque, ofKeys.dataPlane],
    boundOnly: config.issuers.every((one) => one.dpop === 'required'),
    policy,
    detectors: detectorsOf(config),
    bodyDetectors: bodyDetectorsOf(config),
    remoteDetectors: [...remoteDetectorsOf(config, lasting.env), ...local],
    dialects,
    modelsOf: modelsOf(config, dialects),
    providers: lasting.providers.providersOf(config),
    systemMessages: systemMessagesOf(config),
    datasets: datasets.datasets,
    tools: toolsOf(config),
    gathering: gatheringOf(config, lasting.fingerprints),
    mintSession: config.ledger.scope === 'session' ? lasting.mintSession : undefined,
    limits: {
      parts: config.limits.parts,
      answerBytes: ANSWER_BYTES,
      sizes: sizesOf(config),
      answerTokens: config.budgets.answerTokens,
    },
    budgets: budgetingOf(config, { apiKeys, clock, accounts: lasting.accounts, onRefused: lasting.onOverBudget }),
    countTokens: lasting.countTokens,
    timeouts: config.timeouts,
    configDigest: configDigest(config),
    files: filesRulesOf(config),
    tokens: {
      issuing: issuingOf(config, clock, signing),
      lifetimeMs: config.tokens.lifetimeMs,
      apiKeys: ofKeys.tokenEndpoint,
      revoke: lasting.revoke,
    },
  }
}
