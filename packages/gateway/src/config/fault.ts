/** What is wrong with a configuration, and where. Lines and columns count from 1. */
export interface Fault {
  /** As the user named it. */
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

export function faultText(fault: Fault): string {
  return `${fault.file}:${fault.line}:${fault.column} ${fault.message}`
}

/** ` (did you mean \`x\`?)` for the nearest of `known`, or nothing where none is near. */
export function didYouMean(written: string, known: readonly string[]): string {
  let best: string | undefined
  // A third of the letters wrong is a slip; more is another word.
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const one of known) {
    const distance = editDistance(written.toLowerCase(), one.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = one
      bestDistance = distance
    }
  }
  return best === undefined ? '' : ` (did you mean \`${best}\`?)`
}

/** Insertions, deletions, replacements and swaps of neighbours; gives up at `atMost`. */
function editDistance(a: string, b: string, atMost: number): number {
  if (Math.abs(a.length - b.length) >= atMost) return atMost
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1))
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? atMost) + 1)
      row.push(cost)
    }
    before = above
    above = row
  }
  return above[b.length] ?? atMost
}
