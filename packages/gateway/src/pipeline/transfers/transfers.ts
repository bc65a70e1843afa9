import { isServed } from '../../budgets/charge.js'
import { unscoped } from '../../decide/scoped.js'
import type { RecordedTransfer } from '../../exchange.js'
import type { Kept } from '../../files/shelf.js'
import { refused, THREW } from '../../release/answered.js'
import type { HeldAnswer } from '../../release/transfer-answer.js'
import {
  type Action,
  type ActsByType,
  type Charge,
  NO_OBLIGATIONS,
  type Outcome,
  type Refusal,
  refuse,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import type { Life } from '../life.js'
import { Answers } from './answers.js'
import { giveContent } from './contents.js'
import { at, type Desk, livingOf, plainFacts, type TransferCall } from './desk.js'
import { type JobParts, takeJob } from './jobs.js'
import { again, keepMade, ownOf, pageOf } from './kept.js'
import { overtaken } from './overtaken.js'
import { takeUpload, type UploadParts } from './upload.js'

export interface TransfersParts extends UploadParts, JobParts {}

const ACTIONS: readonly Action[] = ['invoke', 'embed', 'train']

/** Files and jobs: the order of the stages for each thing that may be done with them. */
export class TransferRoom {
  readonly #parts: TransfersParts
  readonly #desk: Desk
  readonly #answers: Answers

  constructor(parts: TransfersParts) {
    this.#parts = parts
    this.#desk = parts.desk
    this.#answers = new Answers(parts.desk, parts.ask)
  }

  async serve(entered: Entered, call: TransferCall): Promise<Outcome> {
    const { authenticated } = entered
    const { principal, received } = authenticated
    // Who may do nothing with any model has no files either.
    const [lacking] = ACTIONS.map((action) => unscoped(principal, action))
    if (lacking !== undefined && ACTIONS.every((action) => unscoped(principal, action) !== undefined))
      return refused(received, call.dialect, this.#parts.ask.challenged(lacking, authenticated))
    const life = this.#desk.liveOn(authenticated)
    if ('kind' in life) return refused(received, call.dialect, life)
    try {
      return await this.#served(entered, call, life)
    } finally {
      life.close()
    }
  }

  #served(entered: Entered, call: TransferCall, life: Life): Promise<Outcome> {
    switch (call.route.act) {
      case 'upload':
        return this.#upload(entered, call, life)
      case 'create':
        return this.#create(entered, call, life)
      case 'list':
        return this.#list(entered, call, life)
      case 'read':
      case 'below':
      case 'content':
        return this.#read(entered, call, life)
      case 'delete':
      case 'cancel':
        return this.#change(entered, call, life)
    }
  }

  async #upload(entered: Entered, call: TransferCall, life: Life): Promise<Outcome> {
    const uploaded = await takeUpload(this.#parts, entered, call, life)
    if (uploaded.kind === 'refuse') return this.#answers.refused(entered, call, life, uploaded)
    const { content, endpoint, facts, output, purpose, situations } = uploaded.value
    try {
      const recorded = await this.#desk.record(entered, call, content, facts)
      if (recorded.kind === 'refuse') return this.#answers.refused(entered, call, life, recorded)
      const risen = overtaken(this.#parts.ask, entered.authenticated, facts.decided, life.heldLabels())
      if (risen !== undefined) return this.#answers.ended(entered, call, life, recorded.value, risen, 0)
      const kept: Kept = { kind: 'file', purpose, endpoint, situations }
      return await this.#made(entered, call, life, { recorded: recorded.value, kept, acts: output })
    } finally {
      await uploaded.value.close()
    }
  }

  async #create(entered: Entered, call: TransferCall, life: Life): Promise<Outcome> {
    const ready = await takeJob(this.#parts, entered, call, life.signal)
    if (ready.kind === 'refuse') return this.#answers.refused(entered, call, life, ready)
    const { kept, obligations, recorded, spend } = ready.value
    const risen = overtaken(this.#parts.ask, entered.authenticated, recorded.sealed.facts.decided, life.heldLabels())
    if (risen !== undefined) {
      spend.release()
      return this.#answers.ended(entered, call, life, recorded, risen, 0)
    }
    let outcome: Outcome = THREW
    let charge: Charge | undefined
    try {
      outcome = await this.#made(entered, call, life, { recorded, kept, acts: obligations.output })
    } finally {
      // What nobody told of may be done all the same: who leaves before the answer pays for it as well.
      if (isServed(outcome)) charge = spend.settle()
      else spend.release()
    }
    return charge === undefined ? outcome : { ...outcome, charge }
  }

  /** Has something made, and tells of it once it is written down whose it is. */
  async #made(
    entered: Entered,
    call: TransferCall,
    life: Life,
    { acts, kept, recorded }: { readonly recorded: RecordedTransfer; readonly kept: Kept; readonly acts: ActsByType },
  ): Promise<Outcome> {
    const held = await this.#ask(entered, call, life, recorded)
    if ('kind' in held) return this.#answers.ended(entered, call, life, recorded, held, 0)
    if (held.status >= 300) return this.#answers.whole(entered, call, life, recorded, held, held.body, acts)
    const said = call.transfers.keptIn(held.body)
    if (said === undefined)
      return this.#answers.ended(
        entered,
        call,
        life,
        recorded,
        refuse('upstream_failed', 'the provider named nothing that it made'),
        held.status,
      )
    const fault = await this.#keep(entered, call, said.id, said.made, kept)
    if (fault === undefined) return this.#answers.whole(entered, call, life, recorded, held, held.body, acts)
    if (fault.code === 'overloaded') await this.#undo(entered, call, life, recorded, said.id)
    return this.#answers.ended(entered, call, life, recorded, fault, held.status)
  }

  async #keep(
    entered: Entered,
    call: TransferCall,
    id: string,
    made: readonly string[],
    kept: Kept,
  ): Promise<Refusal | undefined> {
    try {
      const isOurs = await this.#desk.parts.shelf.put(call.provider, id, entered.authenticated.principal, kept)
      if (!isOurs) return refuse('upstream_failed', "the provider named what is somebody else's")
      return await keepMade(this.#desk, entered, call, made, kept)
    } catch {
      return refuse('overloaded', 'the store does not keep whose it is', {
        message: 'What was made could not be written down as yours, so it was undone.',
      })
    }
  }

  /** Nobody could ever ask for it: what the provider took is taken back, as far as it lets itself. */
  async #undo(
    { bracket }: Entered,
    { route, transfers }: TransferCall,
    life: Life,
    recorded: RecordedTransfer,
    id: string,
  ): Promise<void> {
    const back = transfers.routes.find(({ act, kept }) => kept === route.kept && (act === 'delete' || act === 'cancel'))
    if (back === undefined) return
    await this.#desk.ask(recorded, { ...at(back, id, new Map()), hasContent: false }, bracket, life)
  }

  async #list(entered: Entered, call: TransferCall, life: Life): Promise<Outcome> {
    const { principal } = entered.authenticated
    const after = call.query.get(call.transfers.after)
    if (after !== undefined) {
      const own = await this.#desk.parts.shelf.own(call.provider, after, principal)
      if (own?.kind !== call.route.kept)
        return this.#answers.refused(
          entered,
          call,
          life,
          refuse('file_not_found', "paged from what is not the caller's"),
        )
    }
    const recorded = await this.#desk.record(entered, call, undefined, plainFacts(undefined, []))
    if (recorded.kind === 'refuse') return this.#answers.refused(entered, call, life, recorded)
    const page = await pageOf(this.#desk, entered, call, life, {
      recorded: recorded.value,
      again: (kept) => again(this.#parts.ask, this.#desk, entered, call, kept),
    })
    if ('kind' in page) return this.#answers.ended(entered, call, life, recorded.value, page, 0)
    return this.#answers.whole(entered, call, life, recorded.value, page.held, page.body, page.acts)
  }

  async #read(entered: Entered, call: TransferCall, life: Life): Promise<Outcome> {
    const kept = await ownOf(this.#desk, entered, call)
    if (kept.kind === 'refuse') return this.#answers.refused(entered, call, life, kept)
    const { purpose } = kept.value
    // It is given back by no line, and whole it is what nobody looked into.
    if (call.route.act === 'content' && purpose !== undefined && call.transfers.purposes.get(purpose)?.kind === 'whole')
      return this.#answers.refused(entered, call, life, refuse('endpoint_not_governed', 'the content of a document'))
    const now = again(this.#parts.ask, this.#desk, entered, call, kept.value)
    if (now.kind === 'refuse') return this.#answers.refused(entered, call, life, now)
    const { decided, obligations } = now.value
    const [first] = decided
    if (first !== undefined)
      entered.bracket.asks({ action: first.action, resource: first.model.resource.id, verdict: first.verdict })
    const recorded = await this.#desk.record(entered, call, undefined, plainFacts(call.id, decided))
    if (recorded.kind === 'refuse') return this.#answers.refused(entered, call, life, recorded)
    if (call.route.act === 'content') {
      life.livesOn(decided.map(livingOf), obligations.output)
      return await giveContent(this.#desk, entered, call, life, {
        recorded: recorded.value,
        kept: kept.value,
        obligations,
      })
    }
    return await this.#asked(entered, call, life, recorded.value, kept.value, obligations.output)
  }

  /** An owner may always be rid of it. */
  async #change(entered: Entered, call: TransferCall, life: Life): Promise<Outcome> {
    const kept = await ownOf(this.#desk, entered, call)
    if (kept.kind === 'refuse') return this.#answers.refused(entered, call, life, kept)
    const now = again(this.#parts.ask, this.#desk, entered, call, kept.value)
    const { decided, obligations } = now.kind === 'refuse' ? { decided: [], obligations: NO_OBLIGATIONS } : now.value
    const recorded = await this.#desk.record(entered, call, undefined, plainFacts(call.id, decided))
    if (recorded.kind === 'refuse') return this.#answers.refused(entered, call, life, recorded)
    return await this.#asked(entered, call, life, recorded.value, kept.value, obligations.output)
  }

  /** About one thing that is the caller's. */
  async #asked(
    entered: Entered,
    call: TransferCall,
    life: Life,
    recorded: RecordedTransfer,
    kept: Kept,
    acts: ActsByType,
  ): Promise<Outcome> {
    const held = await this.#ask(entered, call, life, recorded)
    if ('kind' in held) return this.#answers.ended(entered, call, life, recorded, held, 0)
    if (held.status < 300 && call.route.act !== 'below') {
      const said = call.transfers.keptIn(held.body)
      const fault =
        said?.id === call.id
          ? await keepMade(this.#desk, entered, call, said?.made ?? [], kept)
          : refuse('upstream_failed', 'the provider told of something else')
      if (fault !== undefined) return this.#answers.ended(entered, call, life, recorded, fault, held.status)
    }
    const isGone = call.route.act === 'delete' && (held.status < 300 || held.status === 404)
    if (isGone && call.id !== undefined) await this.#desk.parts.shelf.delete(call.provider, call.id)
    return this.#answers.whole(entered, call, life, recorded, held, held.body, acts)
  }

  #ask(
    { bracket }: Entered,
    { id, query, route }: TransferCall,
    life: Life,
    recorded: RecordedTransfer,
  ): Promise<HeldAnswer | Refusal> {
    return this.#desk.ask(recorded, at(route, id, query), bracket, life)
  }
}
