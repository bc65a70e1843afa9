import { AuditUnavailable } from '../../spec/seams.js'
import type { Disk } from './disk.js'
import { type Batch, FRAME_HEAD, sealFrame } from './wal.js'

/** How long an entry that nobody waits for may wait for another's flush. */
const RIDE_MS = 5
const SLAB_BYTES = 1024 * 1024
/** Two seconds of a busy log. A slab beyond it is garbage that only a major collection finds, and those are rare. */
const SPARE_MAX = 48
/** What waits for a disk that has stopped answering. Beyond it the log takes nothing, so memory has an end. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024

/** Memory that frames are written from. It is used again once its frames are sequenced: new memory would call for collections. */
interface Slab {
  readonly bytes: Buffer
  /** Frames in it that are not sequenced yet, the open one included. */
  frames: number
}

interface Flush {
  readonly slab: Slab
  readonly start: number
  readonly end: number
  readonly first: number
  readonly count: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export interface WriterParts {
  readonly disk: Disk
  readonly flushIntervalMs: number
  readonly next: number
  readonly onDurable: (batch: Batch) => void
  readonly onFailed: (error: Error) => void
}

export interface OpenSegment {
  readonly number: number
  readonly path: string
  readonly fd: number
}

/**
 * Group commit. An idle log writes at once; what arrives while a flush is under way goes together in the next one. The
 * entries of one flush share one promise.
 */
export class GroupWriter {
  readonly #parts: WriterParts
  #segment: OpenSegment
  #position = 0
  #turnTo: { readonly segment: OpenSegment; readonly turned: (last: OpenSegment, next: number) => void } | undefined

  #slab: Slab = newSlab(SLAB_BYTES)
  readonly #spare: Slab[] = []
  /** Slabs of batches that were handed on, by the batch's payload. */
  readonly #lent = new Map<Buffer, Slab>()
  #start = 0
  #end = 0
  #count = 0
  #next: number
  #durable: Promise<void> = Promise.resolve()
  #resolve: () => void = nothing
  #reject: (error: Error) => void = nothing

  #flushing: Flush | undefined
  #timer: NodeJS.Timeout | undefined
  /** A flush at the end of this turn is due. */
  #turn = false
  #failed: Error | undefined
  readonly #whenIdle: (() => void)[] = []

  constructor(segment: OpenSegment, parts: WriterParts) {
    this.#segment = segment
    this.#parts = parts
    this.#next = parts.next
  }

  get next(): number {
    return this.#next
  }

  get segment(): OpenSegment {
    return this.#segment
  }

  get position(): number {
    return this.#position
  }

  /**
   * @param entry of at most 65,535 bytes in UTF-8
   * @param soon false: nobody waits, so it goes with the next flush, or by itself after `RIDE_MS`
   */
  append(entry: string, soon: boolean): { readonly index: number; readonly durable: Promise<void> } {
    if (this.#end - this.#start > WAITING_BYTES_MAX) throw new AuditUnavailable('the audit log cannot keep up')
    const needed = (this.#count === 0 ? FRAME_HEAD : 0) + 2 + 3 * entry.length
    if (this.#end + needed > this.#slab.bytes.length) this.#moveOn(needed)
    if (this.#count === 0) this.#openBatch()
    const slab = this.#slab.bytes
    const at = this.#end
    const bytes = slab.write(entry, at + 2)
    slab[at] = bytes >> 8
    slab[at + 1] = bytes & 0xff
    this.#end = at + 2 + bytes
    this.#count++
    const index = this.#next++
    const durable = this.#durable
    if (this.#flushing === undefined) {
      if (soon) this.#schedule()
      else this.#flushIn(Math.max(RIDE_MS, this.#parts.flushIntervalMs))
    }
    return { index, durable }
  }

  /** From its next flush on the writer goes on in another segment. */
  turn(segment: OpenSegment, turned: (last: OpenSegment, next: number) => void): void {
    this.#turnTo = { segment, turned }
  }

  /** Fulfilled when nothing waits any more: all durable, or failed. */
  idle(): Promise<void> {
    this.#flush()
    if (this.#flushing === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve)
    })
  }

  fail(error: Error): void {
    if (this.#failed !== undefined) return
    this.#failed = error
    this.#flushing?.reject(error)
    if (this.#count > 0) this.#reject(error)
    this.#count = 0
    this.#start = this.#end
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #openBatch(): void {
    this.#slab.frames++
    this.#start = this.#end
    this.#end += FRAME_HEAD
    this.#durable = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // An entry that nobody awaits (outcomes) must not end the process: `onFailed` speaks for all of them.
    this.#durable.catch(nothing)
  }

  /** Written frames stay in the old slab until they are sequenced; only the open frame comes along. */
  #moveOn(needed: number): void {
    const old = this.#slab
    const open = this.#count === 0 ? 0 : this.#end - this.#start
    const size = Math.max(SLAB_BYTES, 2 * (open + needed))
    const slab = (size === SLAB_BYTES ? this.#spare.pop() : undefined) ?? newSlab(size)
    if (open > 0) {
      old.bytes.copy(slab.bytes, 0, this.#start, this.#end)
      old.frames--
      slab.frames++
    }
    this.#slab = slab
    this.#start = 0
    this.#end = open
    this.#keep(old)
  }

  /** The payload of a batch is needed no more. */
  sequenced(payload: Buffer): void {
    const slab = this.#lent.get(payload)
    if (slab === undefined) return
    this.#lent.delete(payload)
    slab.frames--
    this.#keep(slab)
  }

  #keep(slab: Slab): void {
    if (slab === this.#slab || slab.frames > 0) return
    if (slab.bytes.length === SLAB_BYTES && this.#spare.length < SPARE_MAX) this.#spare.push(slab)
  }

  #schedule(): void {
    const { flushIntervalMs } = this.#parts
    if (flushIntervalMs > 0) this.#flushIn(flushIntervalMs)
    else if (!this.#turn) {
      // At the end of this turn of the event loop: all that arrived in it goes together, and nothing waits longer.
      this.#turn = true
      setImmediate(() => {
        this.#turn = false
        this.#flush()
      })
    }
  }

  #flushIn(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#flush(), delayMs)
  }

  #flush(): void {
    if (this.#count === 0 || this.#flushing !== undefined || this.#failed !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    const first = this.#next - this.#count
    const turn = this.#turnTo
    if (turn !== undefined) {
      const last = this.#segment
      this.#turnTo = undefined
      this.#segment = turn.segment
      this.#position = 0
      turn.turned(last, first)
    }
    sealFrame(this.#slab.bytes, this.#start, this.#end, first, this.#count)
    this.#flushing = {
      slab: this.#slab,
      start: this.#start,
      end: this.#end,
      first,
      count: this.#count,
      resolve: this.#resolve,
      reject: this.#reject,
    }
    this.#count = 0
    this.#start = this.#end
    const frame = this.#flushing.slab.bytes.subarray(this.#flushing.start, this.#flushing.end)
    this.#parts.disk.append(this.#segment.fd, frame, this.#position, this.#flushed)
  }

  readonly #flushed = (error: Error | null): void => {
    const flush = this.#flushing
    this.#flushing = undefined
    if (flush === undefined) return
    if (error !== null) {
      flush.reject(new AuditUnavailable('the audit log failed', { cause: error }))
      this.#parts.onFailed(error)
    } else if (this.#failed === undefined) {
      this.#position += flush.end - flush.start
      const payload = flush.slab.bytes.subarray(flush.start + FRAME_HEAD, flush.end)
      this.#lent.set(payload, flush.slab)
      this.#parts.onDurable({ first: flush.first, count: flush.count, payload })
      flush.resolve()
      if (this.#count > 0) {
        if (this.#whenIdle.length === 0) this.#schedule()
        else this.#flush()
      }
    }
    if (this.#flushing === undefined) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }
}

function nothing(): void {}

function newSlab(size: number): Slab {
  return { bytes: Buffer.allocUnsafeSlow(size), frames: 0 }
}
