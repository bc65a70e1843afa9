import type { Detector, Elsewhere, Finding, TextPart } from '../spec/index.js'

/**
 * What detectors of one exchange alone find in an answer that is whole, beside what was found elsewhere. In a stream they stand
 * among the others.
 */
export function withWatched(
  watching: readonly Detector[],
  parts: readonly TextPart[],
  elsewhere: Elsewhere | undefined,
): Elsewhere | undefined {
  if (watching.length === 0) return elsewhere
  const findings = parts.map(({ text }, index): readonly Finding[] => [
    ...(elsewhere?.findings[index] ?? []),
    ...watching.flatMap((detector) => detector.scan(text, 0, true).findings),
  ])
  return { findings, failed: elsewhere?.failed ?? [] }
}
