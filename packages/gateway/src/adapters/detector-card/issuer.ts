/**
 * Whether a network issues numbers of this length that begin so (ISO/IEC 7812 issuer ranges). Luhn alone lets one number in
 * ten pass, so order numbers and counters depend on this.
 *
 * @param head the first four digits
 */
export function isIssued(head: number, digits: number): boolean {
  const two = Math.floor(head / 100)
  const three = Math.floor(head / 10)
  switch (Math.floor(head / 1000)) {
    case 1: // JCB, old
      return head === 1800 && digits === 15
    case 2: // Mastercard's second series; Mir; JCB, old
      if (head === 2131) return digits === 15
      return (head >= 2221 && head <= 2720 && digits === 16) || (head >= 2200 && head <= 2204 && digits >= 16)
    case 3: // American Express; Diners Club; JCB
      if (two === 34 || two === 37) return digits === 15
      if (two === 36 || two === 38 || two === 39 || three <= 305 || three === 309) return digits >= 14
      return head >= 3528 && head <= 3589 && digits >= 16
    case 4: // Visa
      return digits === 13 || digits === 16 || digits === 19
    case 5: // Mastercard; Maestro
      if (two >= 51 && two <= 55) return digits === 16
      return digits === 12 ? head === 5018 || head === 5020 || head === 5038 || head === 5893 : two === 50 || two >= 56
    case 6: // Maestro; Discover; UnionPay; RuPay
      if (digits === 12) return head === 6304 || head === 6759 || (head >= 6761 && head <= 6763)
      if (two === 63 || two === 67) return true
      return digits >= 16 && (two === 60 || two === 62 || two === 64 || two === 65)
    default:
      return false
  }
}

/**
 * Whether cards of this length are still issued in that range: of 14 digits Diners Club's alone, of 15 American Express's and JCB's, and
 * 16 and 19. Of 12, 13, 17 and 18 there are old ones, if any.
 */
export function isOfToday(head: number, digits: number): boolean {
  const two = Math.floor(head / 100)
  switch (digits) {
    case 14:
      return two < 40
    case 15:
      return two === 34 || two === 37 || two < 30
    default:
      return digits === 16 || digits === 19
  }
}
