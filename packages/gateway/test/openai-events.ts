import type { ChannelKind, StreamLens, TextGuard } from '../src/spec/index.js'
import { guarded as guardedBy, guardOf } from './guards.js'

// Streams of the OpenAI dialect in which a password is said.

export const WORD = 'PASSWORD'

export function wordGuard(): TextGuard {
  return guardOf(WORD)
}

/** What leaves a stream that must be whole. */
export function guarded(lens: StreamLens, chunks: readonly Buffer[]): string {
  return guardedBy({ openStream: () => lens }, chunks)
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
