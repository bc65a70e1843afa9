/** Labels of one holder, and until when each counts, milliseconds since the epoch. */
export type Labels = ReadonlyMap<string, number>

export const NO_LABELS: Labels = new Map()

/** What a label is spelt like: a level, or a category. */
const LABEL = /^[a-z][a-z0-9-]{0,63}$/

export function isLabel(text: string): boolean {
  return LABEL.test(text)
}

/** The row as it stands in the store. Labels in order: two that wrote the same wrote the same text. */
export function rowText(labels: Labels): string {
  return JSON.stringify(Object.fromEntries([...labels].sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** @returns undefined for what nobody of ours wrote */
export function readRow(text: string | undefined): Labels | undefined {
  if (text === undefined) return NO_LABELS
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
  const labels = new Map<string, number>()
  for (const [label, until] of Object.entries(read)) {
    if (!isLabel(label) || typeof until !== 'number' || !Number.isFinite(until)) return undefined
    labels.set(label, until)
  }
  return labels
}

/** When the last of them has aged out; 0: there is none. */
export function untilOf(labels: Labels): number {
  let last = 0
  for (const until of labels.values()) if (until > last) last = until
  return last
}

/** Both; of a label that both have the later end. */
export function joined(one: Labels, other: Labels): Labels {
  if (other.size === 0) return one
  const all = new Map(one)
  for (const [label, until] of other) all.set(label, Math.max(until, all.get(label) ?? 0))
  return all
}

/** Those that still count. */
export function liveOf(labels: Labels, nowMs: number): Labels {
  return new Map([...labels].filter(([, until]) => until > nowMs))
}
