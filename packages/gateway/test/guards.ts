import { expect } from 'vitest'
import type { ChannelKind, Refusal, StreamLens, TextGuard } from '../src/spec/index.js'
import type { LensAt } from './lens.js'

// How tests of streams are fed and guarded.

export const WORD = 'SECRET'
export const GONE = '[gone]'

export function wordGuard(): TextGuard {
  return guardOf(WORD)
}

/** Puts `[gone]` in place of a word, and holds what may be its beginning. */
export function guardOf(word: string): TextGuard {
  let held = ''
  return {
    push(text) {
      const now = (held + text).replaceAll(word, GONE)
      let keep = Math.min(word.length - 1, now.length)
      while (keep > 0 && !word.startsWith(now.slice(-keep))) keep--
      held = now.slice(now.length - keep)
      return now.slice(0, now.length - keep)
    },
    end() {
      const rest = held
      held = ''
      return rest
    },
    get held() {
      return held.length
    },
  }
}

export interface Ran {
  /** What passed, up to the refusal where there is one. */
  readonly bytes: Buffer
  readonly refusal: Refusal | undefined
}

/** A stream through its lens in these chunks. */
export function run(lens: StreamLens, chunks: readonly Buffer[]): Ran {
  const out: Buffer[] = []
  for (const chunk of chunks) {
    const got = lens.push(Buffer.from(chunk))
    if (!Buffer.isBuffer(got)) return { bytes: Buffer.concat(out), refusal: got }
    // A copy: what was given out must not change afterwards.
    out.push(Buffer.from(got))
  }
  const last = lens.end()
  if (!Buffer.isBuffer(last)) return { bytes: Buffer.concat(out), refusal: last }
  return { bytes: Buffer.concat([...out, last]), refusal: undefined }
}

/** What leaves a guarded stream that must be whole. */
export function guarded(
  lens: Pick<LensAt, 'openStream'>,
  chunks: readonly Buffer[],
  guard: (channel: ChannelKind) => TextGuard = wordGuard,
): string {
  const { bytes, refusal } = run(lens.openStream({ guard }), chunks)
  expect(refusal?.forLog).toBeUndefined()
  return bytes.toString()
}

export function stream(...events: readonly string[]): Buffer[] {
  return events.map((one) => Buffer.from(one))
}

/** Cut at these places, each taken modulo the length. */
export function cut(whole: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [...new Set(at.map((one) => one % (whole.length + 1)))].sort((a, b) => a - b)
  const chunks: Buffer[] = []
  let from = 0
  for (const one of [...cuts, whole.length]) {
    chunks.push(whole.subarray(from, one))
    from = one
  }
  return chunks
}
