/** ISO/IEC 7812-1 annex B, over the digits between `start` and `end`; separators are passed over. */
export function luhnHolds(text: string, start: number, end: number): boolean {
  let sum = 0
  let doubled = false
  for (let at = end - 1; at >= start; at--) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) continue
    const value = doubled ? digit * 2 : digit
    sum += value > 9 ? value - 9 : value
    doubled = !doubled
  }
  return sum % 10 === 0
}
