/** The digits of a text, without what groups them. */
export function digitsOf(text: string): string {
  return text.replaceAll(/[^0-9]/g, '')
}

function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0
  for (const [at, weight] of weights.entries()) sum += weight * Number(digits.charAt(at))
  return sum
}

/** All digits alike satisfy many a sum, and are nobody's. */
function isRepeated(digits: string): boolean {
  return digits === digits.charAt(0).repeat(digits.length)
}

/** ISO/IEC 7812-1 annex B. */
export function luhnHolds(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits.charAt(digits.length - 1 - i))
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

/** NHS Data Dictionary, NHS number: modulus 11 with weights 10 to 2. */
export function nhsHolds(digits: string): boolean {
  const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return check !== 10 && check % 11 === Number(digits.charAt(9)) && !isRepeated(digits)
}

/** Steuerliche Identifikationsnummer: ISO/IEC 7064 MOD 11,10; of the first ten digits one stands twice or three times, and none oftener. */
export function steuerIdHolds(digits: string): boolean {
  if (digits.startsWith('0')) return false
  const counts = new Map<string, number>()
  for (const one of digits.slice(0, 10)) counts.set(one, (counts.get(one) ?? 0) + 1)
  const often = [...counts.values()].filter((count) => count > 1)
  if (often.length !== 1 || (often[0] ?? 0) > 3) return false
  let product = 10
  for (const one of digits.slice(0, 10)) {
    const sum = (Number(one) + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10 === Number(digits.charAt(10))
}

/** NIR (INSEE): 97 less the first thirteen modulo 97; Corsica's 2A and 2B count as 19 and 18. */
export function nirHolds(letters: string): boolean {
  const body = letters.slice(0, 13).replace('2A', '19').replace('2B', '18')
  if (!/^\d{13}$/.test(body)) return false
  return 97 - (Number(body) % 97) === Number(letters.slice(13))
}

/** Spain: "TRWAGMYFPDXBNJZSQVHLCKE" by the number modulo 23; X, Y and Z of a NIE count as 0, 1 and 2. */
export function dniHolds(letters: string): boolean {
  const number = letters.slice(0, -1).replace(/^[XYZ]/, (one) => String('XYZ'.indexOf(one)))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(number) % 23) === letters.slice(-1)
}

/** BSN: 9, 8, …, 2 and -1, modulo 11. */
export function bsnHolds(digits: string): boolean {
  return weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isRepeated(digits)
}

/** Verhoeff's dihedral sum, as Aadhaar has it. */
export function verhoeffHolds(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits.charAt(digits.length - 1 - i))
    sum = times(sum, turned(i % 8, digit))
  }
  return sum === 0 && !isRepeated(digits)
}

/** The group D5: 0 to 4 are turns, 5 to 9 are reflections. */
function times(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b - 5) % 5) + 5
  return b < 5 ? ((a - 5 - b + 5) % 5) + 5 : (a - b + 5) % 5
}

const TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

function turned(by: number, digit: number): number {
  let one = digit
  for (let i = 0; i < by; i++) one = TURN[one] ?? 0
  return one
}

/** CPF: two check digits, modulo 11 each. */
export function cpfHolds(digits: string): boolean {
  if (isRepeated(digits)) return false
  const first = ((weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
  const second = ((weighted(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
  return first === Number(digits.charAt(9)) && second === Number(digits.charAt(10))
}

/** CNPJ: two check digits, modulo 11 each. */
export function cnpjHolds(digits: string): boolean {
  if (isRepeated(digits)) return false
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
  const check = (rest: number): number => (rest < 2 ? 0 : 11 - rest)
  const first = check(weighted(digits, weights.slice(1)) % 11)
  const second = check(weighted(digits, weights) % 11)
  return first === Number(digits.charAt(12)) && second === Number(digits.charAt(13))
}

/** PESEL: weights 1, 3, 7, 9, and a date whose month tells the century. */
export function peselHolds(digits: string): boolean {
  const sum = weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3])
  const month = Number(digits.slice(2, 4)) % 20
  const day = Number(digits.slice(4, 6))
  return (10 - (sum % 10)) % 10 === Number(digits.charAt(10)) && isDay(month, day)
}

/** Personnummer, its last ten digits: a date (a day from 61 on is a samordningsnummer's), and Luhn. */
export function personnummerHolds(digits: string): boolean {
  const day = Number(digits.slice(4, 6))
  return isDay(Number(digits.slice(2, 4)), day > 60 ? day - 60 : day) && luhnHolds(digits)
}

/** AHV number: EAN-13. */
export function ahvHolds(digits: string): boolean {
  const sum = weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3])
  return (10 - (sum % 10)) % 10 === Number(digits.charAt(12))
}

/** Rijksregisternummer: 97 less the first nine modulo 97; born from 2000 on, with a 2 before them. */
export function rijksregisterHolds(digits: string): boolean {
  const check = Number(digits.slice(9))
  const body = Number(digits.slice(0, 9))
  return 97 - (body % 97) === check || 97 - ((2_000_000_000 + body) % 97) === check
}

/** Henkilötunnus: a letter by the number modulo 31. */
export function hetuHolds(letters: string): boolean {
  const number = Number(letters.slice(0, 6) + letters.slice(7, 10))
  const isDate = isDay(Number(letters.slice(2, 4)), Number(letters.slice(0, 2)))
  return isDate && '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(number % 31) === letters.charAt(10)
}

const ODD: readonly number[] = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

/** Codice fiscale: the letters' and digits' values, those in odd places by a table of their own, modulo 26. */
export function codiceFiscaleHolds(letters: string): boolean {
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const code = letters.charCodeAt(i)
    const value = code >= 0x41 ? code - 0x41 : code - 0x30
    sum += i % 2 === 0 ? (ODD[value] ?? 0) : value
  }
  return letters.charCodeAt(15) - 0x41 === sum % 26
}

/** ICAO Doc 9303: weights 7, 3, 1; letters count from 10. As German identity cards have it. */
export function icaoHolds(letters: string): boolean {
  let sum = 0
  for (let i = 0; i < letters.length - 1; i++) {
    const code = letters.charCodeAt(i)
    sum += (code >= 0x41 ? code - 0x37 : code - 0x30) * ([7, 3, 1][i % 3] ?? 0)
  }
  return sum % 10 === Number(letters.slice(-1))
}

/** Whether a month has such a day in some year. */
export function isDay(month: number, day: number): boolean {
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= ([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0)
  )
}
