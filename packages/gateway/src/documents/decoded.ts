import { proceed, type Step } from '../spec/index.js'
import { fault } from './fault.js'

/** A text as it arrives, without a byte order mark at its beginning. Refuses what is not UTF-8. */
export async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Step<string>> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  const read = (piece: Uint8Array | undefined): Step<string> => {
    try {
      const text = piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
      line += text.split('\n').length - 1
      return proceed(text)
    } catch {
      return fault(`after line ${line}`, 'the text is not UTF-8')
    }
  }
  for await (const piece of bytes) {
    const step = read(piece)
    yield step
    if (step.kind === 'refuse') return
  }
  yield read(undefined)
}
