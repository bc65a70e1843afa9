import type { RecordedTransfer } from '../../exchange.js'
import { LEFT, refused } from '../../release/answered.js'
import { Counts } from '../../release/counts.js'
import { type Answering, giveRefusal, giveWhole, type HeldAnswer, outcomeOf } from '../../release/transfer-answer.js'
import type { ActsByType, Outcome, Refusal } from '../../spec/index.js'
import type { AskParts } from '../ask.js'
import type { Entered } from '../call.js'
import type { Life } from '../life.js'
import type { Desk, TransferCall } from './desk.js'

/** How a transfer ends, and what its caller is told. */
export class Answers {
  readonly #desk: Desk
  readonly #ask: AskParts

  constructor(desk: Desk, ask: AskParts) {
    this.#desk = desk
    this.#ask = ask
  }

  /** Gives the provider's answer, once it was judged. */
  async whole(
    entered: Entered,
    call: TransferCall,
    life: Life,
    recorded: RecordedTransfer,
    held: HeldAnswer,
    body: Buffer,
    acts: ActsByType,
  ): Promise<Outcome> {
    const counts = new Counts()
    const answering = this.#answering(entered, call, recorded)
    const placed = call.transfers.placed(body)
    const out = await this.#desk.judged(call.route.lens, placed, acts, counts, life, recorded)
    if (!Buffer.isBuffer(out)) return giveRefusal(answering, out, held.status, counts)
    return giveWhole(answering, held, out, out !== placed, counts)
  }

  #answering({ authenticated, bracket }: Entered, { dialect }: TransferCall, { receipt }: RecordedTransfer): Answering {
    return { received: authenticated.received, dialect, receipt, meter: bracket }
  }

  /** Ends what was not recorded. */
  refused({ authenticated }: Entered, { dialect }: TransferCall, life: Life, refusal: Refusal): Outcome {
    if (life.left) return LEFT
    const why = life.ended === undefined ? refusal : this.#ask.challenged(life.ended, authenticated)
    return refused(authenticated.received, dialect, why)
  }

  /**
   * Ends what was.
   *
   * @param upstreamStatus 0: no answer came
   */
  ended(
    entered: Entered,
    call: TransferCall,
    life: Life,
    recorded: RecordedTransfer,
    refusal: Refusal,
    upstreamStatus: number,
  ): Outcome {
    const counts = new Counts()
    if (life.left) return outcomeOf('left', undefined, 0, upstreamStatus, counts)
    const why = life.ended === undefined ? refusal : this.#ask.challenged(life.ended, entered.authenticated)
    return giveRefusal(this.#answering(entered, call, recorded), why, upstreamStatus, counts)
  }
}
