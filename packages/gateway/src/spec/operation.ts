import type { Principal } from './principal.js'
import type { Action } from './question.js'
import type { Step } from './refusal.js'

export type OperationInput = Readonly<Record<string, unknown>>
export type OperationResult = Readonly<Record<string, unknown>>

/**
 * Something an administrator does: through the admin port with a token, through the control socket, or by a command on the store
 * itself where no gateway runs.
 */
export interface Operation {
  /** Of the token, on the admin port (`admin:…`). */
  readonly scope: string
  /** Of its input as JSON; undefined: few enough for everything but documents. */
  readonly inputBytesMax?: number
  /** What is decided on the admin port beside `administer`, and with which labels. Nothing of the input was checked. */
  asks?(input: OperationInput): Step<{ readonly action: Action; readonly labels: readonly string[] }>
  /**
   * Persisted once it is fulfilled. Input is JSON from outside: nothing of it was checked.
   *
   * @param by whoever asks at the admin port; undefined: the operator
   */
  run(input: OperationInput, by?: Principal): Promise<Step<OperationResult>>
}

/** By method and path, such as `POST /revocations`. */
export type Operations = ReadonlyMap<string, Operation>
