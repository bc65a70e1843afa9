import type { Caller } from '../../spec/index.js'

/** What was answered. */
export interface Answered {
  readonly status: number
  readonly body: Buffer
}

/** The way back to this process itself: it keeps what it is answered. */
export interface OwnCaller {
  readonly caller: Caller
  /** Undefined where no whole answer came. */
  answered(): Answered | undefined
}

/**
 * @param bytesMax of an answer: of a longer one nothing more is taken
 * @param ended aborted once nobody waits for it any more
 */
export function createOwnCaller(bytesMax: number, ended: AbortSignal): OwnCaller {
  const pieces: Buffer[] = []
  const listeners: (() => void)[] = []
  let bytes = 0
  let status: number | undefined
  let whole = false
  let hasLeft = ended.aborted
  const settle = (): void => ended.removeEventListener('abort', leave)
  const leave = (): void => {
    if (hasLeft || whole) return
    hasLeft = true
    settle()
    for (const one of listeners.splice(0)) one()
  }
  const take = (piece: Buffer): void => {
    bytes += piece.length
    if (bytes <= bytesMax) pieces.push(piece)
    else leave()
  }
  const end = (piece?: Buffer): void => {
    if (piece !== undefined) take(piece)
    whole = !hasLeft
    settle()
  }
  ended.addEventListener('abort', leave)
  return {
    caller: {
      get left() {
        return hasLeft
      },
      whenLeft(listener) {
        if (hasLeft) listener()
        else listeners.push(listener)
      },
      carry() {},
      head(given) {
        status = given
      },
      write(piece) {
        take(piece)
        return true
      },
      whenDrained: (listener) => listener(),
      end,
      endWhole: (bytes) => end(Buffer.from(bytes)),
      cut: settle,
    },
    answered: () => (whole && status !== undefined ? { status, body: Buffer.concat(pieces) } : undefined),
  }
}
