import type {
  Action,
  Allowance,
  Classification,
  Demand,
  Detector,
  Dialect,
  Endpoint,
  PartFindings,
  Price,
  Principal,
  Received,
  RequestView,
  Resource,
  SystemMessage,
  TransferRoute,
  VaultSession,
  Verdict,
} from './spec/index.js'

// The seal: what has passed a stage cannot be forged. The symbol is not exported, so only this file makes the values, and
// only pipeline/ may import `seal` from here (the walls are checked). Everything else imports types alone.
declare const passed: unique symbol

interface Passed<Stage extends string> {
  readonly [passed]: Stage
}

/** The credential was verified. */
export interface Authenticated extends Passed<'authenticated'> {
  readonly received: Received
  readonly principal: Principal
}

/** A model as configured: what a caller names, and where it is. */
export interface Model {
  readonly resource: Resource
  readonly provider: string
  /** The provider's own name for it. */
  readonly upstreamModel: string
  readonly price?: Price | undefined
}

/** What an exchange is counted in, and what it may cost. */
export interface Counted {
  readonly allowance: Allowance
  readonly demand: Demand
}

/** What the inspect stage learnt of a body. */
export interface Learnt {
  /** Only parts that have findings. */
  readonly found: readonly PartFindings[]
  /** Families and full types, sorted. */
  readonly types: readonly string[]
  readonly counts: Readonly<Record<string, number>>
  /** Detectors that failed, and whose operator lets that pass. */
  readonly opened: readonly string[]
  readonly promptTokens: number
  /** Whether it is open, for our own, that an injection is among the texts. */
  readonly isUnsure: boolean
}

/** The body was read through its lens and every part of it inspected. */
export interface Inspected extends Passed<'inspected'> {
  readonly authenticated: Authenticated
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  readonly model: Model
  readonly body: Buffer
  readonly view: RequestView
  readonly learnt: Learnt
  /** Which the principal had when it asked, sorted. */
  readonly labels: readonly string[]
  /** That labels stay with. */
  readonly session: string | undefined
}

/** Which labels the principal had, and which it has with what the exchange brings. Both sorted. */
export interface LabelChange {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** By the exchange, whether or not it had them before. */
  readonly brought: readonly string[]
  /** That they stay with. */
  readonly session: string | undefined
}

/** The model that was asked for, where policy routes the exchange to another, and what was decided about it. */
export interface RoutedFrom {
  readonly model: Model
  readonly verdict: Verdict
}

/** Policy permits, with obligations. */
export interface Decided extends Passed<'decided'> {
  readonly inspected: Inspected
  readonly verdict: Verdict
  /** That the exchange goes to. */
  readonly model: Model
  readonly routedFrom: RoutedFrom | undefined
}

/** What carrying the obligations out gave. */
interface Transformation {
  readonly body: Buffer
  readonly carriedOut: Readonly<Record<string, number>>
  readonly systemMessage: SystemMessage | undefined
  readonly vault: VaultSession | undefined
  /** Usage was asked for by us, and not by the caller. */
  readonly asksUsage: boolean
  /** What finds system text in the answer. */
  readonly canary: readonly Detector[]
}

/**
 * The obligations on the request were carried out: this body, and no other, may be forwarded. Nothing that was read of the body
 * is held here. From now on an exchange waits, for the log and for its provider, and whatever it holds meanwhile the garbage
 * collector copies, time and again.
 */
class SealedExchange {
  readonly #stage = 'sealed'
  readonly authenticated: Authenticated
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  /** That it goes to. */
  readonly model: Model
  readonly routedFrom: RoutedFrom | undefined
  readonly verdict: Verdict
  /** How often each finding type was found. */
  readonly findings: Readonly<Record<string, number>>
  readonly promptTokens: number
  readonly labels: LabelChange
  /** The body asks for more than an answer (`RequestView`). */
  readonly hasEffects: boolean
  readonly received: Buffer
  /** What is sent; the very buffer that was received where nothing was edited. */
  readonly body: Buffer
  /** How often each obligation was carried out. */
  readonly carriedOut: Readonly<Record<string, number>>
  /** What the operator said to the model. */
  readonly systemMessage: SystemMessage | undefined
  /** What placeholders in the answer may stand for, and where values of it go; undefined where neither can be. */
  readonly vault: VaultSession | undefined
  /** Undefined: in nothing. */
  readonly counted: Counted | undefined
  /** Usage was asked for by us, and not by the caller. */
  readonly asksUsage: boolean
  /** What finds system text in the answer. */
  readonly canary: readonly Detector[]
  constructor(
    { inspected, model, routedFrom, verdict }: Decided,
    transformation: Transformation,
    counted: Counted | undefined,
    brought: readonly string[],
  ) {
    const { asksUsage, body, canary, carriedOut, systemMessage, vault } = transformation
    this.authenticated = inspected.authenticated
    this.dialect = inspected.dialect
    this.endpoint = inspected.endpoint
    this.model = model
    this.routedFrom = routedFrom
    this.verdict = verdict
    this.findings = inspected.learnt.counts
    this.promptTokens = inspected.learnt.promptTokens
    this.labels = { before: inspected.labels, after: verdict.context.labels, brought, session: inspected.session }
    this.hasEffects = inspected.view.hasEffects
    this.received = inspected.body
    this.body = body
    this.carriedOut = carriedOut
    this.systemMessage = systemMessage
    this.vault = vault
    this.counted = counted
    this.asksUsage = asksUsage
    this.canary = canary
  }
  get stage(): string {
    return this.#stage
  }
}

/** The intent entry has its final index. */
class RecordedExchange {
  readonly #stage = 'recorded'
  readonly sealed: SealedExchange
  /** `<origin>/<index>`, or undefined where the operator chose `audit.failure: open` and the log is away. */
  readonly receipt: string | undefined
  /** `before-release` only: nothing may reach the caller until this is fulfilled, with the receipt. */
  readonly durable: Promise<string | undefined> | undefined
  constructor(sealed: SealedExchange, receipt: string | undefined, durable: Promise<string | undefined> | undefined) {
    this.sealed = sealed
    this.receipt = receipt
    this.durable = durable
  }
  get stage(): string {
    return this.#stage
  }
}

/** A body that is too large to be held. */
export interface LongContent {
  readonly type: string
  readonly length: number
  /** Each is good until the next one is asked for. */
  chunks(): AsyncIterable<Buffer>
}

/** What was decided on one model for what a transfer is about. */
export interface TransferDecided {
  readonly action: Action
  readonly model: Model
  readonly verdict: Verdict
  /** That was asked for, where policy routed them. */
  readonly routedFrom?: Model
  /** Lines that it was decided for; 0 where it is about what was sent before. */
  readonly lines: number
}

/** What is known of a transfer, for the log. */
export interface TransferFacts {
  readonly decided: readonly TransferDecided[]
  readonly purpose: string | undefined
  /** Of what is kept; undefined where it is still to be made, or many. */
  readonly id: string | undefined
  readonly lines: number
  /** How often each finding type was found. */
  readonly findings: Readonly<Record<string, number>>
  readonly carriedOut: Readonly<Record<string, number>>
  /** Which labels the texts bring. */
  readonly brought: readonly string[]
  /** SHA-256, hexadecimal; undefined where there is no body. */
  readonly digests: { readonly received: string; readonly sent: string } | undefined
}

interface Transfer {
  readonly authenticated: Authenticated
  readonly dialect: Dialect
  readonly provider: string
  readonly route: TransferRoute
  readonly content: Buffer | LongContent | undefined
  readonly facts: TransferFacts
  readonly labels: Pick<LabelChange, 'before' | 'after'>
}

/** All lines of a file, or all texts of a job, were judged; or it is about what its caller owns. This content may be forwarded. */
class SealedTransferExchange {
  readonly #stage = 'sealed-transfer'
  readonly authenticated: Authenticated
  readonly dialect: Dialect
  readonly provider: string
  readonly route: TransferRoute
  readonly content: Buffer | LongContent | undefined
  readonly facts: TransferFacts
  readonly labels: Pick<LabelChange, 'before' | 'after'>
  constructor({ authenticated, content, dialect, facts, labels, provider, route }: Transfer) {
    this.authenticated = authenticated
    this.dialect = dialect
    this.provider = provider
    this.route = route
    this.content = content
    this.facts = facts
    this.labels = labels
  }
  get stage(): string {
    return this.#stage
  }
}

/** The intent entry is durable: a transfer never waits for it at its end. */
class RecordedTransferExchange {
  readonly #stage = 'recorded-transfer'
  readonly sealed: SealedTransferExchange
  readonly receipt: string | undefined
  constructor(sealed: SealedTransferExchange, receipt: string | undefined) {
    this.sealed = sealed
    this.receipt = receipt
  }
  get stage(): string {
    return this.#stage
  }
}

/** What was decided about data of one classification. */
export interface ReadDecided {
  readonly classification: Classification
  readonly verdict: Verdict
}

/** What is known of a read of a dataset, for the log. */
export interface ReadFacts {
  readonly action: 'queryDataset' | 'searchDataset'
  readonly dataset: string
  /** Of a search one for each classification that is looked at. */
  readonly decided: readonly ReadDecided[]
  readonly purpose: string | undefined
  /** How often each finding type was found in what was asked. */
  readonly findings: Readonly<Record<string, number>>
  readonly carriedOut: Readonly<Record<string, number>>
  /** Of what is asked, as received, and as it is done: SHA-256, hexadecimal. */
  readonly digests: { readonly received: string; readonly sent: string }
}

interface Read<Content> {
  readonly authenticated: Authenticated
  readonly content: Content
  readonly facts: ReadFacts
  readonly labels: LabelChange
}

/** A read was decided, and its obligations carried out: this, and nothing else, may be read. */
class SealedReadExchange<Content> implements Read<Content> {
  readonly #stage = 'sealed-read'
  readonly authenticated: Authenticated
  readonly content: Content
  readonly facts: ReadFacts
  readonly labels: LabelChange
  constructor({ authenticated, content, facts, labels }: Read<Content>) {
    this.authenticated = authenticated
    this.content = content
    this.facts = facts
    this.labels = labels
  }
  get stage(): string {
    return this.#stage
  }
}

/** The intent entry is durable. */
class RecordedReadExchange<Content> {
  readonly #stage = 'recorded-read'
  readonly sealed: SealedReadExchange<Content>
  readonly receipt: string | undefined
  constructor(sealed: SealedReadExchange<Content>, receipt: string | undefined) {
    this.sealed = sealed
    this.receipt = receipt
  }
  get stage(): string {
    return this.#stage
  }
}

export type SealedRead<Content = unknown> = SealedReadExchange<Content>
export type RecordedRead<Content> = RecordedReadExchange<Content>
export type SealedTransfer = SealedTransferExchange
export type RecordedTransfer = RecordedTransferExchange
export type Sealed = SealedExchange
export type Recorded = RecordedExchange

/** For pipeline/ alone. */
export const seal = {
  authenticated(received: Received, principal: Principal): Authenticated {
    return { received, principal } as unknown as Authenticated
  },
  inspected(what: Omit<Inspected, keyof Passed<'inspected'>>): Inspected {
    return what as unknown as Inspected
  },
  decided(inspected: Inspected, verdict: Verdict, model: Model, routedFrom: RoutedFrom | undefined): Decided {
    return { inspected, verdict, model, routedFrom } as unknown as Decided
  },
  sealed(
    decided: Decided,
    transformed: Transformation,
    counted: Counted | undefined,
    brought: readonly string[],
  ): Sealed {
    return new SealedExchange(decided, transformed, counted, brought)
  },
  recorded(sealed: Sealed, receipt: string | undefined, durable: Promise<string | undefined> | undefined): Recorded {
    return new RecordedExchange(sealed, receipt, durable)
  },
  transfer(what: Transfer): SealedTransfer {
    return new SealedTransferExchange(what)
  },
  recordedTransfer(sealed: SealedTransfer, receipt: string | undefined): RecordedTransfer {
    return new RecordedTransferExchange(sealed, receipt)
  },
  read<Content>(what: Read<Content>): SealedRead<Content> {
    return new SealedReadExchange(what)
  },
  recordedRead<Content>(sealed: SealedRead<Content>, receipt: string | undefined): RecordedRead<Content> {
    return new RecordedReadExchange(sealed, receipt)
  },
} as const
