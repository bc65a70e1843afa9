export { type AuditLogBench, auditLogSuite, createMemoryAuditLog } from './audit-log.js'
export { createWordDetector, type DetectorCorpus, detectorSuite, type FoundCase } from './detector.js'
export { type DialectRequest, dialectSuite, type LensCorpus } from './dialect.js'
export { type DocumentBench, documentIndexSuite } from './document-index.js'
export { documentMeaningSuite, type MeaningBench, madeOf, meanings } from './document-meaning.js'
export { createFakeIssuer, type IdentityBench, identityProviderSuite, readForTest } from './identity-provider.js'
export { type KeyPair, newKeyPair } from './key-pair.js'
export { createMemoryDocuments, type MemoryDocuments } from './memory-documents.js'
export { createMemoryTables, type MemoryColumn, type MemoryTable, type MemoryTablesParts } from './memory-tables.js'
export {
  type Asked,
  type OAuthClient,
  type OAuthClientParts,
  REDIRECT_URI,
  type Tokens,
  type Visit,
} from './oauth-client/client.js'
export { oauth4webapiClient } from './oauth-client/oauth4webapi.js'
export { openidClient } from './oauth-client/openid-client.js'
export { createPlainDialect, plainTextOf } from './plain-dialect.js'
export { benchRules, createRuleEngine, type PolicyBench, policyEngineSuite, questionOf } from './policy-engine.js'
export { createRemoteWordDetector, type RemoteDetectorBench, remoteDetectorSuite } from './remote-detector.js'
export { createMemoryReplay, type ReplayBench, replaySuite } from './replay.js'
export { createMemorySecret, type MemorySecret, type SecretBench, secretSourceSuite } from './secret-source.js'
export { createMemoryPlace, createMemoryStore, type MemoryPlace, type StoreBench, storeSuite } from './store.js'
export {
  BENCH_GROUP,
  BENCH_LATTICE,
  BENCH_ROWS,
  BENCH_TABLE,
  benchPrincipal,
  type TableSourceBench,
  tableSourceSuite,
} from './table-source.js'
