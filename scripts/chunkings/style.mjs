/** How a stream is spelt: the same all over it. */
export function styleOf(random) {
  const plain = random.chance(0.5)
  return {
    plain,
    eol: random.of(['\n', '\n', '\r\n', '\r']),
    space: random.of([' ', ' ', '']),
    bom: random.chance(0.1),
    noise: plain ? 0 : 0.2,
    together: plain ? 0 : 0.3,
    inTurn: random.chance(0.3),
    escapes: random.of([0, 0, 0.1, 1]),
    padded: random.chance(0.3),
    probable: random.chance(0.15),
    signed: random.chance(0.5),
    /** The last line has no break, where a format can do without. */
    isOpen: random.chance(0.2),
    pretty: plain ? 0 : 0.15,
  }
}

/** Stands only where nothing may pass: in comments, ids, events that nobody knows, and behind the end. */
export const LATE = ['late', 'example.com'].join('@')

/** JSON text with some of its characters spelt as escapes, both halves of a pair or none. */
export function escaped(json, share, random, may) {
  if (share === 0) return json
  return json.replace(/\\(?:u.{4}|.)|[^"\\]/gsu, (one) => {
    if (one.startsWith('\\') || !may(one) || !random.chance(share)) return one
    return [...Array(one.length).keys()].map((i) => unitEscape(one.charCodeAt(i), random)).join('')
  })
}

/** In strings alone: what stands between them is no text. */
export function spelt(body, style, random, indent) {
  return JSON.stringify(body, null, indent).replace(/"(?:[^"\\]|\\.)*"/g, (one) =>
    escaped(one, style.escapes, random, (character) => character.charCodeAt(0) >= 0x20),
  )
}

function unitEscape(code, random) {
  const digits = code.toString(16).padStart(4, '0')
  return `\\u${random.chance(0.5) ? digits : digits.toUpperCase()}`
}
