import { createHash } from 'node:crypto'
import { readEntries } from '../../packages/gateway/dist/adapters/audit-fs/entries.js'

/** What was looked for and not found. The message says where to look. */
export class Violation extends Error {}

/** Everything that the log has said so far, read on from where the last reading ended. */
export class Ledger {
  #dir
  #next = 0
  #digest = createHash('sha256')
  /** Index of the intent by the `traceparent` of its exchange. */
  #intentOf = new Map()
  /** Of each intent by its index: the exchange, and the index of the outcome once there is one. */
  #intents = new Map()
  #ids = new Set()
  #open = new Set()
  unknown = 0

  constructor(dir) {
    this.#dir = dir
  }

  get size() {
    return this.#next
  }

  get intents() {
    return this.#intents.size
  }

  /** Indexes of intents that no outcome closes. */
  get open() {
    return [...this.#open]
  }

  /** Reads what is new. What was read once stays: a log that changed behind us does not hold. */
  async read() {
    for await (const { index, entry } of readEntries(this.#dir, this.#next)) {
      if (index !== this.#next) throw new Violation(`entry ${index} follows entry ${this.#next - 1}`)
      this.#next++
      this.#digest.update(entry).update('\n')
      this.#take(index, JSON.parse(entry.toString('utf8')))
    }
  }

  /** Reads the whole log once more and compares it with what was read piece by piece. */
  async readAgain() {
    const again = createHash('sha256')
    let count = 0
    for await (const { entry } of readEntries(this.#dir)) {
      again.update(entry).update('\n')
      if (++count === this.#next) break
    }
    if (count !== this.#next) throw new Violation(`the log has ${count} entries, and once had ${this.#next}`)
    if (again.digest('hex') !== this.#digest.copy().digest('hex'))
      throw new Violation(`an entry below ${this.#next} is not what it was when it was read first`)
  }

  /** What a provider was shown has its intent. */
  shown(traceparent) {
    if (!this.#intentOf.has(traceparent))
      throw new Violation(`the provider was shown ${traceparent}, and no intent entry has it`)
  }

  /** What a caller was told has its intent, where the receipt says. */
  told({ traceparent, id, receipt }) {
    const index = this.#intentOf.get(traceparent)
    if (index === undefined) throw new Violation(`exchange ${id} (${traceparent}) was answered and has no intent entry`)
    if (!receipt?.endsWith(`/${index}`))
      throw new Violation(`exchange ${id} was given the receipt ${receipt}, and its intent is entry ${index}`)
    if (this.#intents.get(index).exchange !== id) throw new Violation(`entry ${index} is not of exchange ${id}`)
  }

  /** Whether the exchange has its outcome entry. */
  ended(id) {
    return this.#ids.has(`${id}o`)
  }

  #take(index, event) {
    if (this.#ids.has(event.id)) throw new Violation(`entry ${index} has the id ${event.id}, which an earlier one has`)
    this.#ids.add(event.id)
    if (event.type === 'ai.ostiary.intent') {
      this.#intentOf.set(event.traceparent, index)
      this.#intents.set(index, { exchange: event.id.slice(0, -1), outcome: undefined })
      this.#open.add(index)
    }
    if (event.type === 'ai.ostiary.outcome') this.#close(index, event.data.unmapped)
  }

  #close(index, { intent, outcome }) {
    if (outcome === 'unknown') this.unknown++
    if (intent === undefined) return
    const closed = this.#intents.get(intent)
    if (closed === undefined) throw new Violation(`outcome ${index} closes entry ${intent}, which is no intent`)
    if (closed.outcome !== undefined)
      throw new Violation(`intent ${intent} has two outcomes: entries ${closed.outcome} and ${index}`)
    closed.outcome = index
    this.#open.delete(intent)
  }
}
