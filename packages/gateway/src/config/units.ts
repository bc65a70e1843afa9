const DURATION_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

const BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
])

export const DURATION_PATTERN: RegExp = /^(\d{1,9})(ms|s|m|h|d)$/
export const BYTES_PATTERN: RegExp = /^(\d{1,9})(B|KiB|MiB|GiB)$/

// A timer of Node set for more than 2^31 - 1 ms fires at once: a time limit would turn into none at all.
export const DURATION_MS_MAX: number = 24 * 86_400_000

/** Milliseconds of a text such as `30s`. */
export function parseDurationMs(text: string): number | undefined {
  return measure(text, DURATION_PATTERN, DURATION_MS)
}

/** Bytes of a text such as `10MiB`. */
export function parseBytes(text: string): number | undefined {
  return measure(text, BYTES_PATTERN, BYTES)
}

function measure(text: string, pattern: RegExp, units: ReadonlyMap<string, number>): number | undefined {
  const [, digits, unit] = pattern.exec(text) ?? []
  const factor = unit === undefined ? undefined : units.get(unit)
  return factor === undefined ? undefined : Number(digits) * factor
}
