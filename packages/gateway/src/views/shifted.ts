/** Letters shifted by 13, which undoes itself. */
export function shiftedBy13(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; at++) out += shift(text.charCodeAt(at))
  return out
}

function shift(code: number): string {
  const base = code >= 0x61 && code <= 0x7a ? 0x61 : code >= 0x41 && code <= 0x5a ? 0x41 : 0
  return String.fromCharCode(base === 0 ? code : base + ((code - base + 13) % 26))
}

/** Backwards. */
export function turned(text: string): string {
  let out = ''
  for (let at = text.length - 1; at >= 0; at--) out += text.charAt(at)
  return out
}
