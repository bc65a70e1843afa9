import type { PackedPiece } from '../../../spec/index.js'
import { PIECE_HEAD } from './cells.js'
import { ConnectionLost } from './errors.js'

const PAGE_BYTES = 256 * 1024

export interface RowsPage {
  readonly count: number
  readonly pieces: readonly PackedPiece[]
  readonly ended: boolean
  readonly isTruncated: boolean
}

interface Piece extends PackedPiece {
  end: number
  count: number
}

/** Rows that came and were not asked for yet, and who waits for them. */
export interface Pages {
  /**
   * @param start of the body of a row's message, whose head stands before it
   * @returns false: that is a page, and no more is to come until it is taken
   */
  add(bytes: Buffer, start: number, end: number): boolean
  readonly isEmpty: boolean
  /** Forgets what came. */
  drop(): void
  /** Hands what there is to whoever waits. */
  give(ended: boolean, isTruncated: boolean): void
  fail(why: Error): void
  readonly isWanted: boolean
  wait(): Promise<RowsPage>
}

/** @param late called where nothing comes for so long */
export function createPages(lateMs: number, late: () => void): Pages {
  let pieces: Piece[] = []
  let count = 0
  let bytesHere = 0
  let failed: Error | undefined
  let waits: { readonly resolve: (page: RowsPage) => void; readonly reject: (why: Error) => void } | undefined
  let timer: NodeJS.Timeout | undefined

  const drop = (): void => {
    pieces = []
    count = 0
    bytesHere = 0
  }

  const fail = (why: Error): void => {
    failed ??= why
    clearTimeout(timer)
    waits?.reject(failed)
    waits = undefined
  }

  return {
    add(bytes, start, end) {
      const from = start - PIECE_HEAD
      const last = pieces.at(-1)
      // What came in one go mostly stands there in one go, and stays where it is.
      if (last !== undefined && last.bytes === bytes && last.end === from) {
        last.end = end
        last.count += 1
      } else pieces.push({ bytes, start: from, end, count: 1 })
      count += 1
      bytesHere += end - start
      return bytesHere < PAGE_BYTES
    },
    get isEmpty() {
      return count === 0
    },
    drop,
    give(ended, isTruncated) {
      if (waits === undefined) return
      clearTimeout(timer)
      waits.resolve({ count, pieces, ended, isTruncated })
      waits = undefined
      drop()
    },
    fail,
    get isWanted() {
      return waits !== undefined
    },
    wait() {
      return new Promise((resolve, reject) => {
        if (failed !== undefined) {
          reject(failed)
          return
        }
        waits = { resolve, reject }
        timer = setTimeout(() => {
          fail(new ConnectionLost('no answer in time', true))
          late()
        }, lateMs)
      })
    },
  }
}
