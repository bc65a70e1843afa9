import { expect } from 'vitest'
import type { ChannelKind, Refusal, StreamLens, TextGuard } from '../src/spec/index.js'

export const WORD = 'PASSWORD'
export const REMOVED = '[gone]'

/** Puts `[gone]` in place of the word, and holds what may be its beginning. */
export function wordGuard(): TextGuard {
  let held = ''
  return {
    push(text) {
      const now = (held + text).replaceAll(WORD, REMOVED)
      let keep = Math.min(WORD.length - 1, now.length)
      while (keep > 0 && !WORD.startsWith(now.slice(-keep))) keep--
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
  readonly text: string
  readonly refusal: Refusal | undefined
}

export function run(lens: StreamLens, chunks: readonly Buffer[]): Ran {
  let text = ''
  for (const chunk of chunks) {
    const got = lens.push(chunk)
    if (!Buffer.isBuffer(got)) return { text, refusal: got }
    text += got
  }
  const last = lens.end()
  if (!Buffer.isBuffer(last)) return { text, refusal: last }
  return { text: text + last, refusal: undefined }
}

export function guarded(lens: StreamLens, chunks: readonly Buffer[]): string {
  const { text, refusal } = run(lens, chunks)
  expect(refusal?.forLog).toBeUndefined()
  return text
}

export function cutAt(whole: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [...new Set([0, ...at.map((one) => one % (whole.length + 1)), whole.length])].sort((a, b) => a - b)
  return cuts.slice(1).map((to, i) => Buffer.from(whole.subarray(cuts[i], to)))
}

/** Data of the events of a stream, parsed; `[DONE]` left out. */
export function eventsIn(stream: string): Record<string, unknown>[] {
  return stream
    .split('\n\n')
    .map((block) => /^data: (.*)$/m.exec(block)?.[1])
    .filter((data) => data !== undefined && data !== '[DONE]')
    .map((data) => JSON.parse(data as string) as Record<string, unknown>)
}

/** A guard for each channel, and the channels that were opened. */
export function recording(): { readonly guard: (channel: ChannelKind) => TextGuard; readonly channels: ChannelKind[] } {
  const channels: ChannelKind[] = []
  return {
    channels,
    guard(channel) {
      channels.push(channel)
      return wordGuard()
    },
  }
}
