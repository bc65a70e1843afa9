/** Makes the bytes of a stream from who says what: pieces, order, JSON spelling and event framing are all random. */
export function framed(channels, random) {
  const style = styleOf(random)
  const queues = channels.map((channel) => {
    const text = wireTextOf(channel, random)
    return { ...channel, text, pieces: piecesOf(text, random), begun: false }
  })
  const events = []
  if (random.chance(0.5)) {
    const choices = [...new Set(queues.map(({ choice }) => choice))]
    events.push(...choices.map((index) => ({ choices: [{ index, delta: { role: 'assistant', content: '' } }] })))
  }
  for (let live = queues.filter(hasMore); live.length > 0; live = queues.filter(hasMore)) {
    const speaking = new Set([random.of(live)])
    if (random.chance(style.together)) speaking.add(random.of(live))
    events.push(eventOf([...speaking], queues, style, random))
  }
  for (const index of new Set(queues.map(({ choice }) => choice))) {
    const ended = events.some(({ choices }) => choices.some((one) => one.index === index && one.finish_reason))
    if (!ended && random.chance(0.9)) events.push({ choices: [{ index, delta: {}, finish_reason: 'stop' }] })
  }
  if (random.chance(0.3)) events.push({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } })

  const lines = style.bom ? ['\ufeff'] : []
  for (const event of events) {
    if (random.chance(style.noise)) lines.push(noise(style, random))
    lines.push(eventText(event, style, random))
  }
  lines.push(`data: [DONE]${style.eol}${style.eol}`)
  const whole = Buffer.from(lines.join(''))
  // Nobody reads what stands behind the end mark, so nothing of it may pass.
  const behind = random.chance(0.1) ? Buffer.from(`data: {"late":"${LATE}"}${style.eol}${style.eol}`) : Buffer.alloc(0)
  return { bytes: Buffer.concat([whole, behind]), whole, texts: queues }
}

/** Stands only where nothing may pass: in comments, ids, events that nobody knows, and behind the end. */
export const LATE = ['late', 'example.com'].join('@')

/** Every string that a stream may hold and that is nobody's text. */
export const ENVELOPE = new Set([
  'chatcmpl-1',
  'chat.completion.chunk',
  'model-1',
  'fp_1',
  'stop',
  'assistant',
  'function',
  'lookup',
  'call_0',
  'call_1',
  '',
])

const hasMore = ({ pieces }) => pieces.length > 0

function styleOf(random) {
  const plain = random.chance(0.5)
  return {
    plain,
    eol: random.of(['\n', '\n', '\r\n', '\r']),
    space: random.of([' ', ' ', '']),
    bom: random.chance(0.1),
    noise: plain ? 0 : 0.2,
    together: plain ? 0 : 0.3,
    escapes: random.of([0, 0, 0.1, 1]),
    padded: random.chance(0.3),
    probable: random.chance(0.15),
    pretty: plain ? 0 : 0.15,
  }
}

/** Arguments are JSON inside the string, whose own escapes may hide anything. */
function wireTextOf({ place, said }, random) {
  if (!place.startsWith('arguments')) return said.text
  if (said.plan === undefined) return said.text
  return escaped(JSON.stringify({ q: said.text }), random.of([0, 0, 0.2, 1]), random, (one) => /[\w@. -]/.test(one))
}

/** JSON text with some of its characters spelt as escapes, both halves of a pair or none. */
function escaped(json, share, random, may) {
  if (share === 0) return json
  return json.replace(/\\(?:u.{4}|.)|[^"\\]/gsu, (one) => {
    if (one.startsWith('\\') || !may(one) || !random.chance(share)) return one
    return [...Array(one.length).keys()].map((i) => unitEscape(one.charCodeAt(i), random)).join('')
  })
}

function unitEscape(code, random) {
  const digits = code.toString(16).padStart(4, '0')
  return `\\u${random.chance(0.5) ? digits : digits.toUpperCase()}`
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

function eventOf(speaking, queues, style, random) {
  const choices = new Map()
  for (const queue of speaking) {
    const piece = queue.pieces.shift()
    const choice = choices.get(queue.choice) ?? { index: queue.choice, delta: {}, finish_reason: null }
    choices.set(queue.choice, choice)
    say(choice.delta, queue, piece)
    if (style.probable && queue.place === 'content') {
      choice.logprobs = { content: [{ token: piece, logprob: -1, bytes: [...Buffer.from(piece)], top_logprobs: [] }] }
    }
    queue.begun = true
    const last = queues.every((one) => one.choice !== queue.choice || !hasMore(one))
    // Only what a whole choice has said may end with its last piece.
    if (last && random.chance(0.2)) choice.finish_reason = 'stop'
  }
  return { choices: [...choices.values()] }
}

function say(delta, { place, begun }, piece) {
  const call = /^arguments\/(\d)$/.exec(place)?.[1]
  if (call === undefined) {
    delta[place] = piece
    return
  }
  const named = begun ? {} : { id: `call_${call}`, type: 'function' }
  const inner = begun ? { arguments: piece } : { name: 'lookup', arguments: piece }
  delta.tool_calls = [...(delta.tool_calls ?? []), { index: Number(call), ...named, function: inner }]
}

function eventText({ choices, ...more }, style, random) {
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: style.plain ? 1 : random.below(1000),
    model: 'model-1',
    ...(random.chance(0.5) || style.plain ? { system_fingerprint: 'fp_1' } : {}),
    choices,
    ...more,
    ...(style.padded ? { obfuscation: 'x'.repeat(random.below(8)) } : {}),
  }
  const pretty = random.chance(style.pretty)
  // In strings alone: what stands between them is no text.
  const json = (pretty ? JSON.stringify(body, null, 1) : JSON.stringify(body)).replace(/"(?:[^"\\]|\\.)*"/g, (one) =>
    escaped(one, style.escapes, random, (character) => character.charCodeAt(0) >= 0x20),
  )
  const named = style.noise > 0 && random.chance(0.1) ? `event: message${style.eol}` : ''
  const data = json.split('\n').map((line) => `data:${style.space}${line}${style.eol}`)
  return `${named}${data.join('')}${style.eol}`
}

function noise({ eol }, random) {
  return random.of([
    `: keep-alive ${LATE}${eol}${eol}`,
    `:${eol}`,
    `id: ${LATE}${eol}`,
    `retry: 10${eol}${eol}`,
    `event: ping${eol}data: {"note":"${LATE}"}${eol}${eol}`,
    `unknown: ${LATE}${eol}${eol}`,
    eol,
  ])
}

/** Byte by byte is the hardest way and the slowest. */
const BYTEWISE_MAX = 8192

/** Cuts bytes in one of several ways, in the middle of characters too. */
export function chunked(bytes, random) {
  const way = random.below(6)
  if (way === 0 && bytes.length <= BYTEWISE_MAX) return sliced(bytes, 1)
  if (way <= 2) return sliced(bytes, 1 + random.below(64))
  const cuts = Array.from({ length: random.below(way === 3 ? 4 : 60) }, () => random.below(bytes.length + 1))
  const at = [...cuts, bytes.length].sort((a, b) => a - b)
  return at.map((end, i) => bytes.subarray(at[i - 1] ?? 0, end))
}

function sliced(bytes, length) {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.subarray(i * length, (i + 1) * length),
  )
}
