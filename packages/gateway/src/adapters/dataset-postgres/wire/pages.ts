import type { Cell } from '../../../spec/index.js'
import { ConnectionLost } from './errors.js'

const PAGE_BYTES = 256 * 1024

export interface RowsPage {
  readonly rows: readonly Cell[][]
  readonly ended: boolean
  readonly isTruncated: boolean
}

/** Rows that came and were not asked for yet, and who waits for them. */
export interface Pages {
  /** @returns false: that is a page, and no more is to come until it is taken */
  add(row: Cell[], bytes: number): boolean
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
  let rows: Cell[][] = []
  let bytesHere = 0
  let failed: Error | undefined
  let waits: { readonly resolve: (page: RowsPage) => void; readonly reject: (why: Error) => void } | undefined
  let timer: NodeJS.Timeout | undefined

  const fail = (why: Error): void => {
    failed ??= why
    clearTimeout(timer)
    waits?.reject(failed)
    waits = undefined
  }

  return {
    add(row, bytes) {
      rows.push(row)
      bytesHere += bytes
      return bytesHere < PAGE_BYTES
    },
    get isEmpty() {
      return rows.length === 0
    },
    drop() {
      rows = []
      bytesHere = 0
    },
    give(ended, isTruncated) {
      if (waits === undefined) return
      clearTimeout(timer)
      waits.resolve({ rows, ended, isTruncated })
      waits = undefined
      rows = []
      bytesHere = 0
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
