export type { Brand } from './brand.js'
export type { Canary, CanaryFor } from './canary.js'
export type { Classification, Lattice } from './classification.js'
export { highestOf, joinedOf, labelsOfClassification, reaches, UNTRUSTED } from './classification.js'
export type {
  CataloguedTable,
  Cell,
  CellKind,
  ChangedQuery,
  ColumnAct,
  Dataset,
  Document,
  DocumentIndex,
  DocumentQuery,
  Ending,
  Hit,
  PackedPiece,
  PackedRows,
  PreparedQuery,
  Reader,
  Reading,
  ReadingChanges,
  ResultColumn,
  ResultPage,
  SqlValue,
  TableQuery,
  TableSource,
  TouchedColumn,
} from './dataset.js'
export { COLUMN_ACTS } from './dataset.js'
export { Deadlines, type Timed } from './deadlines.js'
export type { Challenge, Decision } from './decision.js'
export type {
  DeclaredAnswer,
  DeclaredBlockEnd,
  DeclaredDialect,
  DeclaredEndpoint,
  DeclaredPaths,
  DeclaredRefusal,
  DeclaredRequest,
  DeclaredStream,
  MemberPath,
  PathPattern,
} from './declared-dialect.js'
export type { BodyDetector, Detector, Illness, Judgement, Placed, Scan, TextGuard, WhenIll } from './detector.js'
export type {
  AnswerView,
  Change,
  ChannelKind,
  Dialect,
  Endpoint,
  Lens,
  ModelList,
  Named,
  RequestView,
  StreamLens,
  StreamLensParts,
  SystemChange,
  UpstreamCall,
  Usage,
  WireAnswer,
} from './dialect.js'
export type { DocumentEmbedding, Embedding } from './embedding.js'
export { NotEmbedded } from './embedding.js'
export type { Finding, FindingType, PartFindings, Span, TermType, Wanted } from './finding.js'
export {
  ALL_WANTED,
  FINDING_TYPES,
  familiesText,
  familyOf,
  findingTypeOf,
  isBelowThreshold,
  isTermType,
  OWN_TYPES,
} from './finding.js'
export type { Fingerprints, ReleasedRow, TextWatch } from './fingerprints.js'
export { labelsKnownIn, NO_FINGERPRINTS } from './fingerprints.js'
export { INJECTION_TYPES } from './injection-types.js'
export type { Gathering, Ledger } from './ledger.js'
export { labelsBrought, labelsOfKnown, withLabels } from './ledger.js'
export type { Size, Sizes } from './limit.js'
export { SIZES } from './limit.js'
export type {
  Act,
  ActsByType,
  Direction,
  Obligation,
  Obligations,
  SpotlightMethod,
  SystemAct,
  SystemObligation,
} from './obligation.js'
export {
  ACTS,
  GUARDED_SINKS,
  joinObligations,
  NO_OBLIGATIONS,
  parseObligation,
  SPOTLIGHT_METHODS,
  SYSTEM_ACTS,
} from './obligation.js'
export type { Operation, OperationInput, OperationResult, Operations } from './operation.js'
export type { Outcome, Released, Restored } from './outcome.js'
export type { Edit, Role, TextPart } from './part.js'
export type { Price } from './price.js'
export { costOf } from './price.js'
export type {
  Actor,
  AttributeValue,
  Confirmation,
  Identity,
  Principal,
  PrincipalFacts,
  PrincipalKind,
} from './principal.js'
export { principalOf, subjectOf } from './principal.js'
export type { Action, Context, Question, Resource } from './question.js'
export { ACTIONS, GATEWAY } from './question.js'
export { parseReader } from './reader.js'
export type { ReadingObligation, ReadingTerms } from './reading-obligation.js'
export type { Caller, HeaderLines, Pieces, Presented, Received } from './received.js'
export { headerLines } from './received.js'
export { Recent } from './recent.js'
export type { Refusal, RefusalCode, RefusalExtras, Step } from './refusal.js'
export { errorName, errorType, NO_RETRY, parseRefusalCode, proceed, refuse } from './refusal.js'
export type { Elsewhere, LookElsewhere, PlacedRemote, RemoteDetector, Standing } from './remote-detector.js'
export { DetectorFailed } from './remote-detector.js'
export type { Revocable } from './revocation.js'
export { revocableName } from './revocation.js'
export { covers, coversSome, lackingScope, narrowed, SCOPES, scopeOf } from './scope.js'
export type {
  Allowance,
  Appended,
  AuditLog,
  Budgeting,
  Charge,
  Clock,
  Demand,
  Hold,
  IdentityProvider,
  OpaqueProvider,
  PolicyEngine,
  PutOptions,
  Replay,
  Revocably,
  Revocations,
  Row,
  Store,
} from './seams.js'
export { AuditUnavailable, rowsOf } from './seams.js'
export type { SecretKind, SecretSource } from './secret-source.js'
export { keyText, SECRET_NAME, SecretUnreadable } from './secret-source.js'
export type { SecretType } from './secret-types.js'
export type { SystemMessage } from './system-message.js'
export type { ColumnSample, TableSample } from './table-sample.js'
export type { CompactJws, OpaqueToken, TokenRead } from './token.js'
export type { Tool } from './tool.js'
export type {
  JobAsked,
  KeptKind,
  KeptPage,
  KeptSaid,
  LinesPurpose,
  TransferAct,
  TransferLine,
  TransferPurpose,
  TransferRoute,
  Transfers,
  WholePurpose,
} from './transfer.js'
export type {
  Placeholder,
  PlaceholderScan,
  Restorable,
  Sink,
  SurrogateType,
  Vault,
  VaultFormat,
  VaultSession,
} from './vault.js'
export { restorableBy, SURROGATE_TYPES, stillRestorable, VAULT_FORMATS } from './vault.js'
export type { Verdict } from './verdict.js'
export type { Amount, Measure, Window } from './window.js'
export { MEASURES, MICRO, parseAmount, parseMicro, parseWindow } from './window.js'
