import type { Bracket } from '../audit/audit.js'
import type { Authenticated, Model } from '../exchange.js'
import type { Dialect, Endpoint, Named } from '../spec/index.js'

/** One exchange after authentication. */
export interface Entered {
  readonly authenticated: Authenticated
  readonly bracket: Bracket
}

/** What a door for models was asked for. */
export interface ModelCall {
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  readonly named: Named
  /** By the name that callers use; only those that are served here. */
  readonly models: ReadonlyMap<string, Model>
}

/** A model call with its body, before it is judged. */
export interface Asking {
  readonly entered: Entered
  readonly call: ModelCall
  readonly body: Buffer
  /** Aborted once nobody waits any more; undefined: when the caller leaves. */
  readonly left?: AbortSignal
  /** Tokens of the prompt; undefined: not counted. */
  readonly tokens?: number
}
