/** A text that every database takes: halves of characters and NUL become U+FFFD. */
export function keptText(text: string): string {
  return wellFormed(text).replaceAll('\0', '\ufffd')
}

/** An id names one document and must not be changed into another. Throws where a database would not take it. */
export function keptId(id: string): string {
  if (keptText(id) !== id) throw new Error('the id of a document has a NUL or half of a character in it')
  return id
}

export function keptAttributes(attributes: Readonly<Record<string, string>>): string {
  return JSON.stringify(attributes)
}

/** What `keptAttributes` wrote. Undefined where it did not. */
export function attributesOf(kept: string): Readonly<Record<string, string>> | undefined {
  try {
    const read: unknown = JSON.parse(kept)
    return isTexts(read) ? read : undefined
  } catch {
    return undefined
  }
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((one) => typeof one === 'string')
}

function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text).toString() : text
}
