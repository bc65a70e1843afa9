import { createGeminiDialect } from '../../../packages/gateway/dist/adapters/dialect-gemini/dialect.js'
import { lensOf } from '../lens.mjs'
import { Reading } from '../reading.mjs'
import { readSse, SseWriter } from '../sse.mjs'
import { hasMore, turns } from '../turns.mjs'

const CALL = { role: 'tool-call', isJson: false }

/** Streamed content: candidates whose parts go on from event to event, calls of functions whole and in pieces. */
export const GEMINI = {
  lens: lensOf(createGeminiDialect(), '/gemini/v1beta/models/{model}:streamGenerateContent'),
  choices: 2,
  kinds: {
    text: { role: 'assistant', isJson: false },
    thought: { role: 'reasoning', isJson: false, isSealed: true },
    whole: CALL,
    pieces: CALL,
  },
  once: new Set(['whole']),
  // A whole call amid the pieces of another would end that one.
  slotOf: ({ choice, place }) => `${choice}/${place === 'pieces' ? 'whole' : place}`,
  write(queues, style, random) {
    const out = new SseWriter(style, random)
    const choices = [...new Set(queues.map(({ choice }) => choice))]
    const finished = new Set()
    let used = 0
    const event = (candidates) => {
      used += 1
      const usageMetadata = { promptTokenCount: 19, candidatesTokenCount: used, totalTokenCount: 19 + used }
      out.event({ candidates, usageMetadata, modelVersion: 'model-1', responseId: 'r_1' })
    }
    for (const speaking of turns(queues, style, random)) {
      const candidates = new Map()
      for (const { queue, piece, first } of speaking) {
        const { choice } = queue
        const known = candidates.get(choice) ?? { content: { parts: [], role: 'model' }, index: choice }
        candidates.set(choice, known)
        known.content.parts.push(...partsOf(queue, piece, first))
        if (!queues.some((one) => one.choice === choice && hasMore(one)) && random.chance(0.3)) {
          known.finishReason = 'STOP'
          finished.add(choice)
        }
      }
      event([...candidates.values()])
    }
    for (const index of choices) {
      if (!finished.has(index))
        event([{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index }])
    }
    return out.bytes
  },
  // Whoever has finished may still have something to tell.
  late: undefined,
  read(bytes, queues) {
    const reading = new Reading(['model', 'model-1', 'r_1', 'STOP', 'lookup', '$.q'])
    const finished = new Set()
    for (const { data } of readSse(bytes)) {
      const event = JSON.parse(data)
      for (const { content, index, finishReason } of event.candidates ?? []) {
        for (const part of content?.parts ?? []) takePart(part, index, reading)
        if (finishReason === undefined) continue
        finished.add(index)
        reading.end(...Object.keys(GEMINI.kinds).map((place) => `${index}/${place}`))
      }
      reading.rest(event)
    }
    reading.ended = queues.every(({ choice }) => finished.has(choice))
    return reading
  },
}

function partsOf(queue, piece, first) {
  switch (queue.place) {
    case 'text':
      return [{ text: piece }]
    case 'thought':
      return [{ text: piece, thought: true }]
    case 'whole':
      return [{ functionCall: { name: 'lookup', args: { q: piece } } }]
    default:
      return callInPieces(queue, piece, first)
  }
}

/** The call begins, its argument grows, the call is over. */
function callInPieces(queue, piece, first) {
  const goesOn = hasMore(queue) ? { willContinue: true } : {}
  const begins = first ? [{ functionCall: { name: 'lookup', willContinue: true } }] : []
  const partialArgs = [{ jsonPath: '$.q', stringValue: piece, ...goesOn }]
  const ends = hasMore(queue) ? [] : [{ functionCall: {} }]
  return [...begins, { functionCall: { partialArgs, willContinue: true } }, ...ends]
}

function takePart(part, index, reading) {
  const call = part.functionCall
  if (call === undefined) {
    reading.add(`${index}/${part.thought === true ? 'thought' : 'text'}`, reading.taken(part, 'text'))
    return
  }
  reading.add(`${index}/whole`, reading.taken(call.args, 'q'))
  for (const piece of call.partialArgs ?? []) reading.add(`${index}/pieces`, reading.taken(piece, 'stringValue'))
}
