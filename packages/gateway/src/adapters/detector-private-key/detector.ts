import type { Detector, Finding, Scan } from '../../spec/index.js'

/**
 * A block has no greatest length, memory has. What is as long as this is a finding by itself, and the block goes on in the
 * next one: until its end mark, or the end of the text, all of it is found, in findings that touch.
 */
export const SEGMENT_MAX = 4_096

const BEGIN = '-----BEGIN '
const END = '-----END '
// RFC 7468 section 3, `label`: here only those that name a private key, PGP's too.
const HEADER = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y
const FOOTER = /-----END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y
/** A beginning of a header that the text ends within. */
const HEADER_BEGUN = /-----BEGIN [A-Z0-9 ]{0,69}-{0,5}$/y
const MARK_MAX = 96
/** The dashes that end one mark may begin the next. */
const DASHES = 5

interface Mark {
  readonly start: number
  readonly end: number
}

function nextMark(text: string, from: number, opening: string, shape: RegExp): Mark | undefined {
  for (let at = text.indexOf(opening, from); at !== -1; at = text.indexOf(opening, at + 1)) {
    shape.lastIndex = at
    if (shape.test(text)) return { start: at, end: shape.lastIndex }
  }
  return undefined
}

function nextHeader(text: string, from: number): Mark | undefined {
  return nextMark(text, from, BEGIN, HEADER)
}

function nextFooter(text: string, from: number): Mark | undefined {
  return nextMark(text, from, END, FOOTER)
}

/** The header of the block that `at` stands within, if it does: all of what is before `at` tells. */
function blockAround(text: string, at: number): Mark | undefined {
  if (at === 0) return undefined
  for (let from = 0; ; ) {
    const header = nextHeader(text, from)
    if (header === undefined || header.end > at) return undefined
    const footer = nextFooter(text, header.end - DASHES)
    if (footer === undefined || footer.end > at) return header
    from = footer.end - DASHES
  }
}

/** Where a header may begin that the text ends within, or the text's length. */
function headerAtEnd(text: string, floor: number): number {
  const shared = Math.max(0, floor - DASHES)
  const begun = text.indexOf(BEGIN, Math.max(shared, text.length - MARK_MAX))
  for (let at = begun; at !== -1; at = text.indexOf(BEGIN, at + 1)) {
    HEADER_BEGUN.lastIndex = at
    if (HEADER_BEGUN.test(text)) return Math.max(floor, at)
  }
  const lowest = Math.max(shared, text.length - BEGIN.length + 1)
  let start = text.indexOf('-', lowest)
  while (start !== -1 && !BEGIN.startsWith(text.slice(start))) start = text.indexOf('-', start + 1)
  return start === -1 ? text.length : Math.max(floor, start)
}

const NONE: readonly Finding[] = []

/** Private keys in PEM and PGP armour. A header with no end mark is found to the end of the text: half a key is one too. */
export const privateKeyDetector: Detector = {
  name: 'private-key',
  types: ['secret.private-key'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    let header = blockAround(text, from)
    let start = from
    for (;;) {
      if (header === undefined) {
        header = nextHeader(text, Math.max(0, floor - DASHES))
        if (header === undefined) break
        start = Math.max(floor, header.start)
      }
      const footer = nextFooter(text, Math.max(header.end - DASHES, start - MARK_MAX))
      const end = footer?.end ?? text.length
      findings ??= []
      while (end - start > SEGMENT_MAX) {
        findings.push({ start, end: start + SEGMENT_MAX, type: 'secret.private-key', score: 1 })
        start += SEGMENT_MAX
      }
      if (footer === undefined && !ended) return { findings, hold: start }
      if (end > start) findings.push({ start, end, type: 'secret.private-key', score: 1 })
      floor = end
      header = undefined
      if (footer === undefined) break
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : headerAtEnd(text, floor) }
  },
}
