import { escaped } from './style.mjs'

/** What each channel has to say, in pieces. */
export function queuesOf(channels, { kinds, once }, random) {
  return channels.map((channel, at) => {
    const kind = kinds[channel.place]
    const text = wireTextOf(channel, kind, random)
    const pieces = once?.has(channel.place) ? [text] : piecesOf(text, random)
    return { ...channel, ...kind, at, name: nameOf(channel), text, pieces, begun: false }
  })
}

export function nameOf({ choice, place }) {
  return `${choice}/${place}`
}

export const hasMore = ({ pieces }) => pieces.length > 0

/** Who speaks next, one or a few at once, until nobody has anything left. */
export function* turns(queues, style, random) {
  for (let live = queues.filter(hasMore); live.length > 0; live = queues.filter(hasMore)) {
    const speaking = new Set([style.inTurn ? live[0] : random.of(live)])
    if (random.chance(style.together)) speaking.add(random.of(live))
    yield [...speaking].map((queue) => {
      const turn = { queue, piece: queue.pieces.shift(), first: !queue.begun }
      queue.begun = true
      return turn
    })
  }
}

/** Arguments are JSON inside the string, whose own escapes may hide anything. */
function wireTextOf({ said }, { isJson }, random) {
  if (!isJson || said.plan === undefined) return said.text
  return escaped(JSON.stringify({ q: said.text }), random.of([0, 0, 0.2, 1]), random, (one) => /[\w@. -]/.test(one))
}

const PIECES_ABOUT = 60

function piecesOf(text, random) {
  const characters = [...text]
  // A long text in pieces of one character would be all that is tried.
  const most = Math.max(random.of([1, 3, 6, 12, 30, 1000]), Math.ceil(characters.length / PIECES_ABOUT))
  const pieces = []
  for (let at = 0; at < characters.length; ) {
    const length = 1 + random.below(most)
    pieces.push(characters.slice(at, at + length).join(''))
    at += length
  }
  return pieces
}
