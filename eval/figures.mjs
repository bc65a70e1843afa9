// How a figure is said: with how many it was read off, and how far chance alone may have moved it.

const Z = 1.96

/** A share with its 95 % interval (Wilson's score). */
export function share(hits, of) {
  if (of === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN, of }
  const p = hits / of
  const z2 = Z * Z
  const middle = p + z2 / (2 * of)
  const half = Z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of))
  const whole = 1 + z2 / of
  return { value: p, low: (middle - half) / whole, high: (middle + half) / whole, of }
}

/** `.87 (.84-.90, n 610)` */
function said({ value, low, high, of }) {
  if (Number.isNaN(value)) return `- (n ${of})`
  return `${digits(value)} (${digits(low)}-${digits(high)}, n ${of})`
}

function digits(value) {
  const text = Math.min(1, Math.max(0, value)).toFixed(3)
  return text.startsWith('0') ? text.slice(1) : text
}

/**
 * One row of a table: what was measured, beside what was asked for.
 *
 * @param reach undefined: reported only
 */
export function row(name, measured, reach) {
  return { name, measured: typeof measured === 'object' ? said(measured) : String(measured), reach: reach ?? '' }
}

/** A table in Markdown. */
export function markdown(title, rows) {
  const lines = rows.map((one) => `| ${one.name} | ${one.measured} | ${one.reach} |`)
  return [`## ${title}`, '', '| figure | measured | asked for |', '|---|---|---|', ...lines, ''].join('\n')
}
