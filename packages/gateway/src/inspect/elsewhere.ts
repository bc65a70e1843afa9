import { toUSVString } from 'node:util'
import {
  DetectorFailed,
  type Elsewhere,
  type Finding,
  type FindingType,
  familyOf,
  type Illness,
  type LookElsewhere,
  type PlacedRemote,
  type Role,
  type Standing,
  type TextPart,
  type Wanted,
} from '../spec/index.js'
import { type Window, windowsOf } from './windows.js'

/**
 * What has texts looked at by those detectors elsewhere that yield one of the wanted types; undefined where none does, so that
 * nothing is sent to whom nobody would listen.
 */
export type Elsewheres = (wanted: Wanted) => LookElsewhere | undefined

/** Undefined where no detector is elsewhere. */
export function createElsewhere(detectors: readonly PlacedRemote[]): Elsewheres | undefined {
  if (detectors.length === 0) return undefined
  return (wanted) => {
    const asked = detectors.filter(({ detector }) => detector.types.some((type) => wanted.has(type)))
    if (asked.length === 0) return undefined
    return (parts, labels, signal, isUnsure) => {
      const needed = isUnsure === false ? asked.filter((placed) => isNeededWithoutDoubt(placed, wanted)) : asked
      return look(needed, parts, labels, signal)
    }
  }
}

/** Where there is no doubt, one that is asked only in doubt has nothing to do, unless it is asked for something else as well. */
function isNeededWithoutDoubt({ detector, ifUnsure }: PlacedRemote, wanted: Wanted): boolean {
  if (ifUnsure !== true) return true
  return detector.types.some((type) => familyOf(type) !== 'injection' && wanted.has(type))
}

type Said = Pick<TextPart, 'role' | 'text'>

interface Shown {
  readonly texts: readonly string[]
  /** Of each text. */
  readonly standings: readonly Standing[]
}

async function look(
  asked: readonly PlacedRemote[],
  parts: readonly Said[],
  labels: readonly string[],
  signal: AbortSignal,
): Promise<Elsewhere> {
  // A conversation says the same more than once, and nobody is asked about nothing.
  const distinct = [...new Set(parts.map(({ text }) => text))].filter((text) => text !== '')
  const stand = standingOf(parts)
  const found = new Map<string, Finding[]>()
  const failed: Illness[] = []
  await Promise.all(
    asked.map(async (placed) => {
      const { detector, whenIll } = placed
      try {
        const { labelsWithin } = detector
        const mayBeShown = labelsWithin === 'all' || labels.every((label) => labelsWithin.includes(label))
        if (!mayBeShown) throw new DetectorFailed('LABELS')
        const findings = await inspect(placed, { texts: distinct, standings: distinct.map(stand) }, signal)
        for (const [index, text] of distinct.entries()) {
          const more = findings[index]
          if (more !== undefined && more.length > 0) found.set(text, [...(found.get(text) ?? []), ...more])
        }
      } catch (error) {
        failed.push({ detector: detector.name, why: whyOf(error), whenIll })
      }
    }),
  )
  return { findings: parts.map(({ text }) => found.get(text) ?? NONE), failed }
}

/**
 * One that is both words and data is data: what was planted there is planted. What the system says stays that, whoever repeats it:
 * else a user who does would take it away.
 */
function standingOf(parts: readonly Said[]): (text: string) => Standing {
  const saidBy = (wanted: Role): ReadonlySet<string> =>
    new Set(parts.filter(({ role }) => role === wanted).map(({ text }) => text))
  const [system, data] = [saidBy('system'), saidBy('tool')]
  return (text) => (system.has(text) ? 'system' : data.has(text) ? 'data' : 'words')
}

const NONE: readonly Finding[] = []

/** Findings of each text. Rejects where the detector did not do what it promises. */
async function inspect(
  { detector, timeoutMs }: PlacedRemote,
  { standings, texts }: Shown,
  signal: AbortSignal,
): Promise<readonly (readonly Finding[])[]> {
  const cut = texts.map((text) => windowsOf(toUSVString(text), detector.textMax))
  const windows = cut.flat()
  const answer = await inTime(timeoutMs, signal, (within) =>
    detector.inspect(
      windows.map(({ text }) => text),
      within,
      cut.flatMap((ofText, index) => ofText.map(() => standings[index] ?? 'words')),
    ),
  )
  if (answer.length !== windows.length) throw invalid()
  let at = 0
  return cut.map((ofText) => {
    const findings = ofText.flatMap((window) => placed(window, answer[at++] ?? NONE, detector.types))
    return merged(findings)
  })
}

/** Whatever a detector does with the signal, it is waited for no longer than this. */
async function inTime<T>(
  timeoutMs: number,
  signal: AbortSignal,
  work: (within: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const end = (): void => over.abort()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(new DetectorFailed(signal.aborted ? 'ABORTED' : 'TIMEOUT')))
    timer = setTimeout(end, timeoutMs)
  })
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  // Asynchronous even where it throws at once: a `late` that nobody waits for would end the process.
  const working = async (): Promise<T> => await work(over.signal)
  try {
    return await Promise.race([late, working()])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    // Of several calls one failed: nobody waits for the others.
    end()
  }
}

/** Findings of a window at their places in the whole text. */
function placed(
  { start, text }: Window,
  findings: readonly Finding[],
  types: readonly FindingType[],
): readonly Finding[] {
  return findings.map((one) => {
    const isSpan = Number.isInteger(one.start) && Number.isInteger(one.end) && one.start >= 0 && one.start < one.end
    const isScore = one.score >= 0 && one.score <= 1
    if (!isSpan || one.end > text.length || !isScore || !types.includes(one.type)) throw invalid()
    if (isWithinPair(text, one.start) || isWithinPair(text, one.end)) throw invalid()
    return { type: one.type, start: start + one.start, end: start + one.end, score: one.score }
  })
}

function isWithinPair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff
}

/** Findings of one type that overlap are one: each of two windows may have seen a part of it. Sorted. */
function merged(findings: readonly Finding[]): readonly Finding[] {
  const sorted = [...findings].sort((a, b) => a.start - b.start || a.end - b.end)
  const open = new Map<FindingType, { type: FindingType; start: number; end: number; score: number }>()
  const all: Finding[] = []
  for (const one of sorted) {
    const before = open.get(one.type)
    if (before !== undefined && one.start < before.end) {
      before.end = Math.max(before.end, one.end)
      before.score = Math.max(before.score, one.score)
      continue
    }
    const held = { ...one }
    open.set(one.type, held)
    all.push(held)
  }
  return all
}

function invalid(): DetectorFailed {
  return new DetectorFailed('ANSWER_INVALID')
}

/** A closed code, never a message. */
function whyOf(error: unknown): string {
  if (error instanceof DetectorFailed) return error.code
  return error instanceof Error ? error.name : 'threw'
}
