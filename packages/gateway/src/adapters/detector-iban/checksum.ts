/** ISO 7064 mod 97-10, as ISO 13616 uses it: the first four characters go last, letters count from 10. Separators are passed over. */
export function checksumHolds(text: string, start: number, end: number): boolean {
  return remainder(text, start, start + 4, remainder(text, start + 4, end, 0)) === 1
}

function remainder(text: string, start: number, end: number, begun: number): number {
  let rest = begun
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) rest = (rest * 10 + code - 0x30) % 97
    else if ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) rest = (rest * 100 + (code | 0x20) - 0x57) % 97
  }
  return rest
}
