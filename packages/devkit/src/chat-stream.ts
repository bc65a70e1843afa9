import { type Choice, type Completion, chunkEvent, type Delta, finishReason } from './chat-wire.js'
import { piecesOf } from './pieces.js'

/** The events of a streamed completion but for usage and `[DONE]`. Several choices take turns, as a real server's do. */
export function* streamEvents(completion: Completion, choices: readonly Choice[], pieceSize: number): Iterable<string> {
  const deltas = choices.map((choice) => [...deltasOf(choice, pieceSize)])
  const longest = Math.max(...deltas.map(({ length }) => length))
  for (let turn = 0; turn < longest; turn += 1) {
    for (const [index, own] of deltas.entries()) {
      const delta = own[turn]
      if (delta !== undefined) yield chunkEvent(completion, index, delta)
    }
  }
  for (const [index, choice] of choices.entries()) yield chunkEvent(completion, index, {}, finishReason(choice))
}

function* deltasOf(choice: Choice, pieceSize: number): Iterable<Delta> {
  yield { role: 'assistant', content: choice.content === null ? null : '' }
  for (const content of piecesOf(choice.content ?? '', pieceSize)) yield { content }
  for (const [index, call] of choice.toolCalls.entries()) {
    yield { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] }
    for (const piece of piecesOf(call.arguments, pieceSize)) {
      yield { tool_calls: [{ index, function: { arguments: piece } }] }
    }
  }
}
