const HEAD = 5
const NOTHING: Buffer = Buffer.alloc(0)

/** Cuts what a server sends into messages. */
export interface Frames {
  push(chunk: Buffer): void
  /** Goes on after `take` asked for a pause. */
  resume(): void
}

/**
 * @param max bytes of one message; a longer one is not kept, but told
 * @param take a message's type and where its body is; false: no more for now
 */
export function createFrames(
  max: number,
  take: (type: number, bytes: Buffer, start: number, end: number) => boolean,
  tooLong: () => void,
): Frames {
  let held = NOTHING
  // Pieces of a message that is not whole yet: joined once, when it is.
  let pieces: Buffer[] = []
  let missing = 0
  let busy = false
  let paused = false

  const cut = (): void => {
    // What is taken may push or resume: the loop goes on with it.
    if (busy) return
    busy = true
    let at = 0
    while (!paused && held.length - at >= HEAD) {
      const end = at + 1 + held.readUInt32BE(at + 1)
      if (end - at > max || end - at < HEAD) {
        tooLong()
        paused = true
        break
      }
      if (end > held.length) {
        missing = end - held.length
        break
      }
      const from = at
      at = end
      paused = !take(held[from] ?? 0, held, from + HEAD, end)
    }
    held = at === held.length ? NOTHING : held.subarray(at)
    busy = false
  }

  return {
    push(chunk) {
      if (missing > 0 || pieces.length > 0 || paused) {
        pieces.push(chunk)
        missing -= chunk.length
        if (missing > 0 || paused) return
        held = Buffer.concat([held, ...pieces])
        pieces = []
        missing = 0
      } else held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      cut()
    },
    resume() {
      paused = false
      if (pieces.length > 0 && missing <= 0) {
        held = Buffer.concat([held, ...pieces])
        pieces = []
        missing = 0
      }
      cut()
    },
  }
}
