import type { Candidate, Judged, Rule } from '../../patterns/rule.js'
import {
  ahvHolds,
  bsnHolds,
  cnpjHolds,
  cpfHolds,
  digitsOf,
  dniHolds,
  hetuHolds,
  luhnHolds,
  nhsHolds,
  nirHolds,
  personnummerHolds,
  peselHolds,
  rijksregisterHolds,
  steuerIdHolds,
  verhoeffHolds,
} from './check-digits.js'
import { isSaidFirst, known, named } from './said.js'

/** What joins a longer number, a date or a name to it. */
const JOINED = 'A-Za-z0-9_\\-'

function foundIn({ text, start, end }: Candidate): string {
  return text.slice(start, end)
}

function rule(name: string, expression: string, check: (candidate: Candidate) => Judged | undefined): Rule {
  return { name, type: 'pii.national-id', expression, before: JOINED, behind: JOINED, check }
}

/**
 * SSA: no area is 000, 666 or 900 to 999, no group 00, no serial number 0000. IRS: an ITIN begins with 9, its group is from 50 to 65,
 * 70 to 88, 90 to 92 or 94 to 99. Where words before say what it is, only its form counts: who types a wrong one means a right one.
 */
function ssn(candidate: Candidate): Judged | undefined {
  const digits = digitsOf(foundIn(candidate))
  const isGrouped = candidate.text.charAt(candidate.start + 3) === '-'
  if (isSaidFirst(candidate, ['ssn', 'itin', 'steuer'])) return { score: 1 }
  if (!isGrouped || /^(?:000|666)|^...00|0000$/.test(digits)) return undefined
  const group = Number(digits.slice(3, 5))
  if (
    digits.startsWith('9') &&
    (group < 50 || group > 99 || group === 89 || group === 93 || (group > 65 && group < 70))
  ) {
    return undefined
  }
  return known(candidate, ['ssn'], 0.85)
}

function nino(candidate: Candidate): Judged | undefined {
  const letters = foundIn(candidate).replaceAll(' ', '')
  const isIssued = /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]/.test(letters) && !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(letters)
  return isIssued ? known(candidate, ['nino'], 0.85) : named(candidate, ['nino'])
}

/**
 * National numbers of people, and of Brazilian firms, that begin with a digit (or with a few letters). What its form and its
 * checksum do not set apart from other numbers counts only where words before it name it.
 */
export const NATIONAL_ID_RULES: readonly Rule[] = [
  rule('us-ssn', '\\d{3}-\\d{2}-\\d{4}|\\d{3} \\d{2} \\d{4}|\\d{3}\\.\\d{2}\\.\\d{4}|\\d{9}', ssn),
  rule('ca-sin', '\\d{3}[ -]\\d{3}[ -]\\d{3}', (one) =>
    luhnHolds(digitsOf(foundIn(one))) ? named(one, ['ssn']) : undefined,
  ),
  rule('uk-nino', '[A-Z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]', nino),
  rule('uk-nhs', '\\d{3}[ -]?\\d{3}[ -]?\\d{4}', (one) =>
    nhsHolds(digitsOf(foundIn(one))) ? named(one, ['nhs']) : undefined,
  ),
  rule('de-steuer-id', '\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}', (one) =>
    steuerIdHolds(digitsOf(foundIn(one))) ? named(one, ['steuer']) : undefined,
  ),
  rule('fr-nir', '[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3}(?: ?\\d{2})?', (one) => {
    const letters = foundIn(one).replaceAll(' ', '')
    if (letters.length === 13) return isSaidFirst(one, ['nir', 'ssn']) ? { score: 0.8 } : undefined
    return nirHolds(letters) ? known(one, ['nir'], 0.95) : undefined
  }),
  rule('es-dni', '\\d{8}[ -]?[A-Z]|\\d{2}\\.\\d{3}\\.\\d{3}[ -]?[A-Z]', (one) =>
    dniHolds(foundIn(one).replaceAll(/[ .-]/g, '')) ? known(one, ['dni'], 0.8) : undefined,
  ),
  rule('es-nie', '[XYZ][ -]?\\d{7}[ -]?[A-Z]', (one) =>
    dniHolds(foundIn(one).replaceAll(/[ .-]/g, '')) ? known(one, ['dni'], 0.9) : undefined,
  ),
  rule('nl-bsn', '\\d{9}|\\d{4}[. ]\\d{2}[. ]\\d{3}|\\d{3}[. ]\\d{3}[. ]\\d{3}', (one) =>
    bsnHolds(digitsOf(foundIn(one))) ? named(one, ['bsn']) : undefined,
  ),
  rule('in-aadhaar', '[2-9]\\d{3}[ -]?\\d{4}[ -]?\\d{4}', (one) =>
    verhoeffHolds(digitsOf(foundIn(one))) ? named(one, ['aadhaar']) : undefined,
  ),
  rule('br-cpf', '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}|\\d{9}-?\\d{2}', (one) => {
    if (!cpfHolds(digitsOf(foundIn(one)))) return undefined
    return one.end - one.start === 14 ? known(one, ['cpf'], 0.95) : named(one, ['cpf'])
  }),
  rule('br-cnpj', '\\d{2}\\.\\d{3}\\.\\d{3}/\\d{4}-\\d{2}|\\d{14}', (one) => {
    if (!cnpjHolds(digitsOf(foundIn(one)))) return undefined
    return one.end - one.start === 18 ? known(one, ['cnpj'], 0.95) : named(one, ['cnpj'])
  }),
  rule('se-personnummer', '(?:19|20)?\\d{6}[-+]\\d{4}|(?:19|20)\\d{10}|\\d{10}', (one) => {
    const found = foundIn(one)
    if (!personnummerHolds(digitsOf(found).slice(-10))) return undefined
    return found.length === 11 ? known(one, ['personnummer'], 0.6) : named(one, ['personnummer'])
  }),
  rule('pl-pesel', '\\d{11}', (one) => (peselHolds(foundIn(one)) ? named(one, ['pesel']) : undefined)),
  rule('ch-ahv', '756\\.\\d{4}\\.\\d{4}\\.\\d{2}', (one) =>
    ahvHolds(digitsOf(foundIn(one))) ? known(one, [], 0.95) : undefined,
  ),
  rule('be-rijksregister', '\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}', (one) =>
    rijksregisterHolds(digitsOf(foundIn(one))) ? known(one, [], 0.95) : undefined,
  ),
  rule('fi-hetu', '\\d{6}[-+A]\\d{3}[0-9A-FHJ-NPR-Y]', (one) => {
    const found = foundIn(one)
    return hetuHolds(found) ? known(one, [], 0.85) : undefined
  }),
]
