import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createMemoryReplay, createMemoryStore } from '@ostiary/testkit'
import { createOpenAiDialect } from '../src/adapters/dialect-openai/dialect.js'
import { createJwtIssuer } from '../src/adapters/identity-oauth/issuer.js'
import { AuditKeys } from '../src/audit/keys.js'
import { createCanaries } from '../src/canary/canary.js'
import { detectorsOf } from '../src/compose/detectors.js'
import { readPolicies } from '../src/compose/policies.js'
import type { Config } from '../src/config/config.js'
import { faultText } from '../src/config/fault.js'
import type { Model } from '../src/exchange.js'
import { createShelf } from '../src/files/shelf.js'
import { createSpools, unlinkedFiles } from '../src/files/spool.js'
import { createGateway, type Gateway, type GatewayParts, type Rules } from '../src/gateway.js'
import { type OpenLedger, openLedger } from '../src/ledger/ledger.js'
import { createSessions } from '../src/ledger/sessions.js'
import type { AuditLog, Clock, Store } from '../src/spec/index.js'
import { AuditUnavailable } from '../src/spec/index.js'
import { type OpenVault, openVault } from '../src/vault/vault.js'

/** A log that is as slow and as ill as a test wants it. */
export class HeldLog implements AuditLog {
  readonly origin = 'gateway.example/audit'
  readonly vkey = 'gateway.example/audit+00000000+AA'
  readonly entries: string[] = []
  /** `held`: durable once `release` is called; `refuses`: takes nothing; `loses`: takes it, and then cannot keep it. */
  mode: 'prompt' | 'held' | 'refuses' | 'loses' = 'prompt'
  #waiting: (() => void)[] = []

  append(entry: string): { readonly index: number; readonly durable: Promise<void> } {
    if (this.mode === 'refuses') throw new AuditUnavailable('the disk is full')
    const index = this.entries.push(entry) - 1
    return { index, durable: this.#durable() }
  }

  release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) one()
  }

  async close(): Promise<void> {
    this.release()
  }

  #durable(): Promise<void> {
    if (this.mode === 'loses') return Promise.reject(new AuditUnavailable('the disk is gone'))
    if (this.mode === 'prompt') return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

export interface HeldOptions {
  readonly audit?: Partial<Pick<GatewayParts['audit'], 'failure' | 'order'>>
  readonly clock?: Clock
  readonly store?: Store
  readonly ledger?: OpenLedger
  readonly proofs?: Partial<GatewayParts['proofs']>
  readonly rules?: Partial<Rules>
  readonly warn?: (message: string) => void
}

/** The rules of a configuration, put together by hand. */
export function rulesWith(config: Config, options: Pick<HeldOptions, 'rules' | 'warn'> = {}): Rules {
  const { engine, faults } = readPolicies(config)
  if (engine === undefined) throw new Error(faults.map(faultText).join('\n'))
  const warn = options.warn ?? (() => undefined)
  const dialect = createOpenAiDialect()
  const models = new Map(
    config.models.map(({ name, provider, upstreamModel, attributes }): [string, Model] => {
      const resource = {
        type: 'Model',
        id: name,
        attributes: { ...attributes, dialect: dialect.name, provider },
      } as const
      return [name, { resource, provider, upstreamModel }]
    }),
  )
  const providers = config.providers.map(
    ({ name, baseUrl }) => [name, { name, baseUrl: new URL(baseUrl), keys: undefined, credential: undefined }] as const,
  )
  return {
    publicUrl: new URL(config.publicUrl),
    opaqueProviders: [],
    boundOnly: false,
    identityProviders: config.issuers.flatMap(({ keys, ...issuer }) =>
      keys.kind === 'jwksUri' ? [createJwtIssuer({ ...issuer, keys, clock: CLOCK, report: warn })] : [],
    ),
    policy: engine,
    detectors: detectorsOf(config),
    bodyDetectors: [],
    remoteDetectors: [],
    dialects: [dialect],
    modelsOf: () => models,
    providers: new Map(providers),
    systemMessages: new Map(),
    datasets: new Map(),
    tools: new Map(),
    gathering: { findings: new Map(), toolResults: [] },
    mintSession: undefined,
    limits: { parts: 100, answerBytes: 1_000_000, sizes: new Map([['prompt-tokens', 1000]]), answerTokens: 100 },
    budgets: { allowanceOf: () => undefined },
    countTokens: undefined,
    timeouts: config.timeouts,
    configDigest: 'ab'.repeat(32),
    files: { travelOf: () => undefined, uploadBytes: 1_000_000, lineBytes: 100_000 },
    tokens: undefined,
    ...options.rules,
  }
}

const CLOCK = { now: () => Date.now() }

/** A vault of a store, under a key of its own. */
function vaultWith(store: Store, clock: Clock): Promise<OpenVault> {
  const key = randomBytes(32)
  return openVault({
    store,
    clock,
    ttlMs: 3_600_000,
    formats: new Map([
      ['pii.card', 'surrogate'],
      ['pii.iban', 'surrogate'],
    ]),
    secretsKey: () => key,
    isKeyUnused: async () => true,
    report: () => undefined,
  })
}

/** A ledger of labels that belong to identities. */
export function ledgerWith(store: Store, clock: Clock): Promise<OpenLedger> {
  return openLedger({
    ...{ store, clock },
    rules: () => ({ ttlMs: 3_600_000, scope: 'principal', actors: false }),
    sessions: createSessions(randomBytes(32)),
    onRisen: () => undefined,
    onIll: () => undefined,
  })
}

/** The gateway of a configuration around another log. */
export async function gatewayWith(log: HeldLog, config: Config, options: HeldOptions = {}): Promise<Gateway> {
  const clock = options.clock ?? CLOCK
  const warn = options.warn ?? (() => undefined)
  const store = options.store ?? createMemoryStore(clock)
  return createGateway({
    rules: rulesWith(config, options),
    listen: { host: '127.0.0.1', port: 0, tls: undefined },
    admin: { host: '127.0.0.1', port: 0, tls: undefined },
    controlSocket: join(config.keptIn, `held-${randomBytes(4).toString('hex')}.sock`),
    trustedProxies: { has: () => false },
    networksOf: () => ({ has: () => false }),
    proofs: {
      ...config.dpop,
      nonceKey: randomBytes(32),
      replay: createMemoryReplay(clock),
      startedAtMs: clock.now(),
      ...options.proofs,
    },
    clock,
    newId: () => randomBytes(16).toString('hex'),
    revocations: { state: () => 'live' as const },
    parking: { park: async () => 'parked' },
    vault: await vaultWith(store, clock),
    markSecret: randomBytes(32),
    canaryFor: createCanaries(randomBytes(32)),
    ledger: options.ledger ?? (await ledgerWith(store, clock)),
    files: {
      shelf: createShelf(store, randomBytes(32)),
      spools: createSpools(unlinkedFiles(join(config.keptIn, 'spool'))),
    },
    audit: {
      log,
      keys: new AuditKeys(randomBytes(32), store),
      failure: 'closed',
      order: 'before-forward',
      ...options.audit,
    },
    auditReader: async () => undefined,
    auditPublish: false,
    receive: { bodyBytes: 100_000, headerBytes: 16_384, requestHeadMs: 1000, requestBodyMs: 1000 },
    connectMs: 1000,
    cachedTokens: 10,
    shutdownDeadlineMs: 500,
    env: {},
    control: new Map(),
    operations: new Map(),
    warn,
  })
}
