/** How sensitive something is, whatever an operator's lattice calls it. */
export type Height = 'highest' | 'high'

/** What a mask shows, in the words of the configuration. */
export type MaskName = 'full' | 'email' | 'first1' | 'last4' | 'year'

/** What a column seems to hold. */
export interface Kind {
  /** In a sentence: `named like …`. */
  readonly what: string
  readonly height: Height
  readonly categories: readonly string[]
  readonly mask: MaskName
}

export const SECRET: Kind = kind('a secret: think of leaving it out', 'highest', [], 'full')
export const CONTACT_EMAIL: Kind = kind('an e-mail address', 'high', ['pii'], 'email')
export const PAYMENT: Kind = kind('an account or card', 'highest', ['finance', 'pii'], 'last4')
export const PERSONAL: Kind = kind('something of a person', 'high', ['pii'], 'full')

/**
 * Words of names, English and German. One of up to four letters stands for itself alone; a longer one is found within a name too,
 * where words have grown together. What comes first counts.
 */
const HINTS: readonly (readonly [Kind, string])[] = [
  [
    SECRET,
    'password passwd passwort kennwort passphrase secret geheimnis token apikey privatekey credential pwd otp pin salt totp',
  ],
  [
    kind('health', 'highest', ['phi'], 'full'),
    'diagnosis diagnose diagnoses befund icd icd10 medication medikament medicine arznei prescription rezept allergy allergie ' +
      'allergies symptom disease krankheit illness therapy therapie treatment behandlung health gesundheit bloodtype ' +
      'blutgruppe pregnan schwanger disability behinderung vaccin impf anamnes surgery operation hiv',
  ],
  [
    kind('what marks a person', 'highest', ['pii'], 'full'),
    'religion konfession ethnic ethnicity race rasse nationality sexual orientation gender geschlecht political union gewerkschaft biometric ' +
      'fingerprint conviction vorstrafe',
  ],
  [
    kind('a number of a person', 'highest', ['pii'], 'last4'),
    'ssn socialsecurity sozialversicherung versichertennummer versicherungsnummer insurancenumber passport reisepass ausweis ' +
      'nationalid taxid taxnumber steuerid steuernummer driverlicense driverslicense fuehrerschein führerschein mrn nhs',
  ],
  [
    PAYMENT,
    'iban creditcard kreditkarte cardnumber cardno kartennummer kartennr pan cvv cvc ccv accountnumber accountno kontonummer kontonr card konto',
  ],
  [
    kind('pay', 'highest', ['finance', 'pii'], 'full'),
    'salary salaries gehalt gehaelter gehälter lohn wage wages income einkommen bonus compensation payroll verdienst',
  ],
  [CONTACT_EMAIL, 'email mail emailaddress mailadresse'],
  [
    kind('a telephone number', 'high', ['pii'], 'last4'),
    'phone telephone telefon tel mobile mobil handy fax phonenumber rufnummer',
  ],
  [
    kind('a date of birth', 'high', ['pii'], 'year'),
    'birth birthday birthdate dob geburt geburtsdatum geburtstag geboren bday',
  ],
  [
    kind('an address', 'high', ['pii'], 'full'),
    'address adresse anschrift street strasse straße str city ort stadt zip plz postal postcode postleitzahl hausnummer ' +
      'wohnort latitude longitude lat lon lng geolocation ip ipaddress',
  ],
  [
    kind('a name', 'high', ['pii'], 'first1'),
    'name firstname lastname surname fullname givenname familyname middlename maidenname vorname nachname familienname ' +
      'username benutzername geburtsname',
  ],
  [
    kind('money', 'high', ['finance'], 'full'),
    'balance kontostand amount betrag revenue umsatz price preis creditlimit invoice rechnung debt schulden payment zahlung',
  ],
]

const LETTERS_WITHIN = 5

/** What a column's name says that it holds. */
export function kindOfName(name: string): Kind | undefined {
  const words = wordsOf(name)
  const whole = words.join('')
  const pairs = words.map((word, at) => word + (words[at + 1] ?? ''))
  for (const [one, hints] of HINTS) {
    for (const hint of hints.split(' ')) {
      if (words.includes(hint) || pairs.includes(hint)) return one
      if (hint.length >= LETTERS_WITHIN && whole.includes(hint)) return one
    }
  }
  return undefined
}

/** `customerEMail_2` is customer, e, mail; what grew together stays so. */
export function wordsOf(name: string): readonly string[] {
  const parted = name
    .normalize('NFC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
  return parted.split(/[^\p{L}]+/u).filter((word) => word !== '')
}

function kind(what: string, height: Height, categories: readonly string[], mask: MaskName): Kind {
  return { what, height, categories, mask }
}
