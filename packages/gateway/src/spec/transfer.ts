import type { AnswerView, Endpoint, Lens, RequestView } from './dialect.js'
import type { Step } from './refusal.js'

/** What is done at a path for files and for the jobs that are made of them; `below`: what a job tells of itself is listed. */
export type TransferAct = 'upload' | 'create' | 'list' | 'read' | 'content' | 'delete' | 'cancel' | 'below'

/** What a provider keeps. */
export type KeptKind = 'file' | 'batch' | 'fine-tuning-job'

/** A path where files and jobs travel. */
export interface TransferRoute {
  readonly method: string
  /** As callers write it. `{id}` stands for one segment: the id of what is kept. */
  readonly path: string
  /** At the provider, appended to its base URL. `{id}` likewise. */
  readonly upstreamPath: string
  readonly kept: KeptKind
  readonly act: TransferAct
  /** What of a query goes on (names of members), and how it is spelt; another member refuses. */
  readonly query: ReadonlyMap<string, RegExp>
  /** Of bodies in JSON. */
  readonly lens: Lens
}

/** What one line of an upload is. */
export type TransferLine =
  /** A request to an endpoint, that the line names: the lens of this one sees the whole line. */
  | { readonly kind: 'asks'; readonly endpoint: Endpoint }
  /** An example to learn from. Nobody says yet which model is to. */
  | { readonly kind: 'teaches'; readonly view: RequestView }

interface PurposeBase {
  /** Names of further fields of the form, and how they are spelt. */
  readonly fields: ReadonlyMap<string, RegExp>
  /** What the provider is told that the file is called, but for what kind it is: the caller's own name for it is text that stays here. */
  readonly filename: string
}

/** Lines, each by itself. */
export interface LinesPurpose extends PurposeBase {
  readonly kind: TransferLine['kind']
  line(bytes: Buffer): Step<TransferLine>
}

/** A document that requests will name. */
export interface WholePurpose extends PurposeBase {
  readonly kind: 'whole'
  /** @param text undefined: it is none, and nobody can look into it */
  whole(text: Buffer | undefined): RequestView
}

/** How a file is made of what is uploaded for a purpose. */
export type TransferPurpose = LinesPurpose | WholePurpose

/** A job that a caller asks for. */
export interface JobAsked {
  readonly view: RequestView
  /** Of the caller's files, what it is to read, and for which purpose those must have been uploaded. */
  readonly files: readonly { readonly id: string; readonly purpose: string }[]
  /** That it is about, by the caller's name; undefined: those that the files name. */
  readonly model: string | undefined
  /** That all lines of the files must ask, as callers write it; undefined: they ask none. */
  readonly endpoint: string | undefined
  /** What it asks by itself, line by line, and how it is written with what became of these. */
  readonly asks?: {
    readonly lines: readonly { readonly bytes: Buffer; readonly endpoint: Endpoint }[]
    write(lines: readonly Buffer[]): Buffer
  }
}

/** What a provider says of one thing that it keeps. */
export interface KeptSaid {
  readonly id: string
  /** Files that a job has made. */
  readonly made: readonly string[]
}

export interface KeptPage {
  readonly items: readonly (KeptSaid & { readonly json: string })[]
  readonly hasMore: boolean
}

/** Where the files and jobs of a dialect travel. */
export interface Transfers {
  readonly routes: readonly TransferRoute[]
  /** How ids are spelt. */
  readonly id: RegExp
  readonly purposes: ReadonlyMap<string, TransferPurpose>
  readJob(kind: KeptKind, body: Buffer): Step<JobAsked>
  /** Undefined where it says nothing of the kind. */
  /** What the member of a query is called that a list goes on behind. */
  readonly after: string
  /** The provider's answer, where what it says of its own addresses is said of ours. */
  placed(answer: Buffer): Buffer
  keptIn(answer: Buffer): KeptSaid | undefined
  pageIn(answer: Buffer): KeptPage | undefined
  /** A page of these items. */
  writePage(items: KeptPage['items'], hasMore: boolean): Buffer
  /**
   * One line of a file that a job made.
   *
   * @param path of the endpoint that its input named; undefined: it is no answer of one
   */
  readResult(line: Buffer, path: string | undefined): Step<AnswerView>
}
