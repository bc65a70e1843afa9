/** How sensitive data is, lowest first. */
export const LABELS = ['public', 'internal', 'confidential', 'restricted'] as const
export type Label = (typeof LABELS)[number]

/**
 * Whether everything that labels say stays within a bound; no label at all does. A word that is none of the four says nothing of
 * how high it stands, so it is above every bound.
 */
export function isWithin(labels: readonly string[], max: Label): boolean {
  const within: readonly string[] = LABELS.slice(0, LABELS.indexOf(max) + 1)
  return labels.every((label) => within.includes(label))
}
