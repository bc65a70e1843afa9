/**
 * RFC 8785 canonical form of plain JSON values: members sorted by UTF-16 code units, numbers and strings as ECMAScript writes
 * them. Throws on what JSON has no word for (NaN, a lone surrogate), since a log entry must be the same bytes for everyone.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no canonical form')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object') {
    const members = value as Readonly<Record<string, unknown>>
    let text = ''
    // Without a comparator strings are sorted by their UTF-16 code units.
    for (const name of Object.keys(members).sort()) {
      const held = members[name]
      if (held !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonical(held)}`
    }
    return `{${text}}`
  }
  throw new TypeError(`${typeof value} has no canonical form`)
}
