// What templates are filled with: people and addresses of many countries, and things that are neither.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { allLocales, Faker } from '@faker-js/faker'
import { BRANDS, FOODS, KNOWN_PEOPLE, SAINTS, TECH, WORKS } from './known.mjs'
import { pick } from './random.mjs'
import { FAMOUS, TOYS } from './words.mjs'

/** Locales by the language of their sentences; a name of any of them may stand in an English text. */
export const LOCALES = {
  en: ['en_US', 'en_US', 'en_US', 'en_GB', 'en_GB', 'en_CA', 'en_AU', 'en_IE', 'en_IN', 'en_ZA', 'en_NG'],
  de: ['de', 'de', 'de_AT', 'de_CH'],
  fr: ['fr', 'fr', 'fr_BE', 'fr_CA', 'fr_CH', 'fr_SN'],
  es: ['es', 'es_MX'],
  it: ['it'],
  nl: ['nl', 'nl_BE'],
  pt: ['pt_BR', 'pt_PT'],
  pl: ['pl'],
  sv: ['sv'],
  cs: ['cs_CZ', 'sk'],
  da: ['da', 'nb_NO'],
  fi: ['fi'],
  hu: ['hu'],
  other: ['hr', 'ro', 'tr', 'lv', 'sl_SI', 'sr_RS_latin', 'id_ID', 'vi', 'el', 'uk'],
}

function listed() {
  const file = new URL('../lists/people.txt.gz', import.meta.url)
  const parts = gunzipSync(readFileSync(file)).toString('utf8').split('\n\n')
  const [first, last, rare] = parts.map((part) => part.split('\n').slice(1))
  return { first, last, rare }
}

export function createFillers(random) {
  const fakers = new Map()
  const fakerOf = (code) => {
    if (!fakers.has(code)) {
      const faker = new Faker({
        locale: [allLocales[code], allLocales[code.slice(0, 2)] ?? {}, allLocales.en, allLocales.base],
      })
      faker.seed(Math.floor(random() * 1e9))
      fakers.set(code, faker)
    }
    return fakers.get(code)
  }
  const people = listed()
  const chance = (share) => random() < share
  const number = (from, to) => from + Math.floor(random() * (to - from + 1))
  const digits = (count) => Array.from({ length: count }, () => number(0, 9)).join('')
  const english = fakerOf('en_US')

  const first = (faker) =>
    chance(0.04)
      ? titled(pick(random, TOYS))
      : chance(0.03)
        ? pick(random, THINGS_FIRST)
        : chance(0.3)
          ? pick(random, people.first)
          : faker.person.firstName()
  const last = (faker) => {
    const share = random()
    return share < 0.03
      ? pick(random, THINGS_LAST)
      : share < 0.2
        ? pick(random, people.last)
        : share < 0.4
          ? pick(random, people.rare)
          : faker.person.lastName()
  }
  const person = (faker) => {
    const share = random()
    if (share < 0.12) return faker.person.fullName()
    const name = `${first(faker)} ${last(faker)}`
    if (share < 0.17) return `${first(faker)} ${pick(random, [...'ABCDEFGHJKLMPRSTW'])}. ${last(faker)}`
    if (share < 0.19) return `${pick(random, [...'ABCDEFGHJKLMPRSTW'])}. ${last(faker)}`
    if (share < 0.22) return `${first(faker)}-${first(faker)} ${last(faker)}`
    if (share < 0.25) return `${name}-${last(faker)}`
    if (share < 0.29) return `${first(faker)} ${name}`
    if (share < 0.33) return `${name} ${last(faker)}`
    if (share < 0.36)
      return `${first(faker)} ${pick(random, ["O'", 'O’', 'D’', 'Mc', 'van ', 'van der ', 'de ', 'von ', 'Di ', "D'", 'al-', 'El ', 'dos ', 'da ', 'Mac', 'St. '])}${last(faker)}`
    if (share < 0.367) return `${last(faker)}, ${first(faker)}`
    return name
  }
  const zip = (faker) => faker.location.zipCode()
  const city = (faker) => faker.location.city()
  const country = () => english.location.country()
  const unit = () => {
    const n = number(1, 999)
    return pick(random, [
      `Apt. ${n}`,
      `Apt ${n}`,
      `Suite ${n}`,
      `Unit ${n}`,
      `Flat ${number(1, 60)}`,
      `#${n}`,
      `Floor ${number(1, 30)}`,
      `Apartment ${n}${pick(random, ['', 'A', 'B'])}`,
      `Ste ${n}`,
      `Room ${n}`,
    ])
  }
  const street = (faker) => {
    const whole = faker.location.streetAddress({ useFullAddress: chance(0.15) })
    const made = chance(0.25) ? whole.replace(/stra(?:ß|ss)e\b/u, 'str.').replace(/Stra(?:ß|ss)e\b/u, 'Str.') : whole
    // Words that faker lacks: what streets are called in real towns.
    return chance(0.12)
      ? `${number(1, 9999)} ${pick(random, REAL)} ${pick(random, ['St', 'St.', 'Street', 'Ave', 'Avenue', 'Rd', 'Road', 'Blvd', 'Dr', 'Drive', 'Lane', 'Ln', 'Court', 'Ct', 'Way', 'Place', 'Hwy', 'Square', 'Terrace', 'Crescent'])}`
      : made
  }
  const military = () =>
    pick(random, [
      () => `PSC ${digits(4)}, Box ${digits(4)}`,
      () => `Unit ${digits(4)} Box ${digits(4)}`,
      () => `USNS ${pick(random, people.last)}`,
      () => `USS ${pick(random, people.last)}`,
      () => `USCGC ${pick(random, people.last)}`,
      () => `CMR ${digits(3)}, Box ${digits(3)}`,
    ])() +
    pick(random, ['\n', ', ']) +
    `${pick(random, ['APO', 'FPO', 'DPO'])} ${pick(random, ['AE', 'AA', 'AP'])} ${digits(5)}`
  const box = (faker) =>
    `${pick(random, ['P.O. Box', 'PO Box', 'P. O. Box', 'POB', 'Postfach', 'Casilla', 'Apartado', 'BP', 'Postbus', 'Box'])} ${number(1, 99999)}${chance(0.5) ? `, ${city(faker)}` : ''}`
  const address = (faker, oneLine = false) => {
    const share = random()
    const line = oneLine || chance(0.55) ? ', ' : pick(random, ['\n', '\n ', ',\n'])
    if (share < 0.05) return oneLine ? military().replaceAll('\n', ', ') : military()
    if (share < 0.09) return box(faker)
    if (share < 0.17) return street(faker)
    if (share < 0.27) {
      // As forms that were meant for another country write it.
      const parts = [
        `${chance(0.6) ? `${digits(number(1, 5))} ` : ''}${street(faker)}${chance(0.3) ? ` ${number(1, 99)}` : ''}`,
      ]
      if (chance(0.6)) parts.push(unit())
      parts.push(
        `${city(faker)}${chance(0.3) ? `, ${english.location.state({ abbreviated: true })} ${digits(5)}` : ''}`,
      )
      // A state that was asked for and is none: exports write what they have.
      if (chance(0.25))
        parts[parts.length - 1] +=
          pick(random, [', ', '\n, ', line]) +
          pick(random, ['nan', 'NI', 'N/A', english.string.alpha({ length: 2, casing: 'upper' })]) +
          (chance(0.7) ? ` ${digits(5)}` : '')
      if (chance(0.6)) parts.push(`${country()} ${digits(5)}`)
      return parts.join(chance(0.25) ? ' ' : line)
    }
    if (share < 0.31) return `${street(faker)} and ${faker.location.street()}`
    const parts = [street(faker)]
    if (chance(0.2)) parts.push(unit())
    // What an entrance, a yard, or a flat is called elsewhere.
    if (chance(0.04))
      parts.push(
        `${chance(0.6) ? pick(random, ['Haus', 'Block', 'Stiege', 'Tür', 'Top', 'Aufgang', 'Hof', 'Eingang', 'Turm', 'Porte', 'Esc', 'Int', 'Lok']) : titled(english.word.noun())} ${number(1, 30)}`,
      )
    if (chance(0.1)) parts.unshift(`c/o ${last(faker)}`)
    const place = pick(random, [
      () => `${zip(faker)} ${city(faker)}`,
      () => `${city(faker)} ${zip(faker)}`,
      () => city(faker),
      () => `${city(faker)}, ${faker.location.state({ abbreviated: true })} ${zip(faker)}`,
    ])()
    parts.push(place)
    if (chance(0.2)) parts.push(country())
    return parts.join(chance(0.06) ? ' ' : line)
  }
  const cased = (text) => {
    const share = random()
    return share < 0.5 ? text : share < 0.8 ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text.toUpperCase()
  }
  const organisation = (faker) =>
    pick(random, [
      () => faker.company.name(),
      () =>
        `${last(faker)} ${pick(random, ['Ltd', 'Inc.', 'GmbH', '& Sons', 'Group', 'LLC', 'Bank', 'University', 'Hospital', 'Foundation', 'Consulting'])}`,
      () =>
        `${pick(random, REAL)} ${pick(random, ['Bank', 'College', 'Systems', 'Energy', 'Media', 'Labs', 'Records', 'Foods'])}`,
      () => english.airline.airline().name,
    ])()

  const labelled = {
    P: person,
    F: first,
    L: last,
    A: (faker) => address(faker),
    A1: (faker) => address(faker, true),
    S: street,
    PU: (faker) => person(faker).toUpperCase(),
    TP: (faker) => `${titled(pick(random, TOYS))} ${last(faker)}`,
    FU: (faker) => first(faker).toUpperCase(),
    LU: (faker) => last(faker).toUpperCase(),
    X2: (faker) => `${faker.location.street()} and ${faker.location.street()}`,
  }
  const plain = {
    ORG: organisation,
    CITY: city,
    COUNTRY: country,
    I: () => pick(random, [...'ABCDEFGHJKLMNPRSTW']),
    X: (faker) => faker.location.street(),
    PHONE: (faker) => (chance(0.15) ? `${digits(3)}-${digits(4)}` : faker.phone.number()),
    EMAIL: (faker) => faker.internet.email(),
    DATE: () =>
      pick(random, [
        `${number(1990, 2026)}-0${number(1, 9)}-${number(10, 28)}`,
        `${number(1, 28)}/${number(1, 12)}/${number(1940, 2026)}`,
        `${number(1, 28)} ${english.date.month()} ${number(1940, 2026)}`,
        `${english.date.month()} ${number(1, 28)}, ${number(1990, 2026)}`,
      ]),
    NUM: () =>
      pick(random, [String(number(1, 99)), String(number(100, 9999)), digits(6), `${number(1, 99)}-${digits(4)}`]),
    D: () => String(number(1, 9)),
    YEAR: () => String(number(1500, 2026)),
    PROD: () => english.commerce.productName(),
    JOB: () => english.person.jobTitle(),
    TITLE: () => pick(random, ['Mr', 'Mr.', 'Mrs.', 'Mrs', 'Ms.', 'Ms', 'Dr.', 'Dr', 'Prof.', 'Professor', 'Miss']),
    MONTH: () => english.date.month(),
    DAY: () => english.date.weekday(),
    NRP: () => pick(random, NATIONS),
    WORD: () => english.word.noun(),
    NOUN: () => english.word.noun(),
    Noun: () => titled(english.word.noun()),
    Word: () => titled(english.word.noun()),
    ADJ: () => english.word.adjective(),
    Adj: () => titled(english.word.adjective()),
    ADJU: () => english.word.adjective().toUpperCase(),
    NOUNU: () => english.word.noun().toUpperCase(),
    BOOK: () => english.book.title(),
    SONG: () => `${english.music.songName()} by ${english.music.artist()}`,
    APP: () =>
      pick(random, [
        english.hacker.abbreviation(),
        `${titled(english.hacker.noun())} ${titled(english.word.noun())}`,
        english.commerce.productName(),
      ]),
    CODE: () => `${english.string.alpha({ length: 2, casing: 'upper' })}${digits(9)}`,
    IBAN: () => english.finance.iban(),
    FAMOUS: () => pick(random, FAMOUS).replace(/^\p{L}/u, (letter) => letter.toUpperCase()),
    KNOWN: () => pick(random, KNOWN_PEOPLE).replaceAll(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase()),
    WORK: () => pick(random, WORKS),
    BRAND: () => pick(random, BRANDS),
    TECH: () => pick(random, TECH),
    CODE1: () =>
      pick(random, [
        `${digits(number(3, 6))}-${english.string.alpha({ length: number(1, 3), casing: 'upper' })}`,
        `${english.string.alpha({ length: number(1, 3), casing: 'upper' })}-${digits(number(3, 6))}`,
        `${english.string.alpha({ length: 1, casing: 'upper' })}${digits(number(2, 6))}`,
        `#${digits(5)}`,
      ]),
    Food: () =>
      titled(
        chance(0.6)
          ? pick(random, FOODS)
          : english.food[pick(random, ['spice', 'meat', 'fruit', 'vegetable', 'ingredient'])](),
      ),
    DISH: () => english.food.dish(),
    SAINT: () => `${pick(random, ['St.', 'St.', 'St', 'Saint', 'Sankt', 'San', 'Santa'])} ${pick(random, SAINTS)}`,
    TOY: () => titled(pick(random, TOYS)),
    ANIMAL: () => titled(english.animal[pick(random, ['dog', 'bird', 'fish', 'horse', 'cat', 'snake'])]()),
    CHEM: () => english.science.chemicalElement().name,
    VEHICLE: () => english.vehicle.vehicle(),
    ACR: () => english.string.alpha({ length: number(2, 5), casing: 'upper' }),
    UUID: () => english.string.uuid(),
    HEXU: () => english.string.hexadecimal({ length: number(8, 40), prefix: '', casing: 'upper' }),
    HEX: () => english.git.commitSha(),
  }
  return { fakerOf, labelled, plain, cased, chance }
}

const titled = (word) => word.replace(/^\p{L}/u, (letter) => letter.toUpperCase())

/** Names of people that are called as what they eat, and as what runs on their machines. */
const THINGS_FIRST =
  'Rosemary Basil Ginger Sage Olive Hazel Saffron Jasmine Travis Cassandra Jasper Angus Colby Clementine Cherry Honey Sherry Brandy Candy Pepper Juniper Maple Plum Reuben Benedict Charlotte Margarita Melba Lavender Clove Poppy Celery Barley Rocket Bay Jack Hudson Vagrant Chuck Alexa Siri Cortana Claude Stella Maya Luigi'.split(
    ' ',
  )
const THINGS_LAST =
  'Lamb Salmon Bass Pike Pollock Herring Sole Rice Berry Pepper Peppers Bean Beans Ham Hamm Bacon Cherry Plum Lemon Lime Pease Peas Oates Rye Mead Porter Stout Perry Crabbe Partridge Quayle Pidgeon Jenkins Hudson Norton Dyson Hoover Stanley Singer Weber Bosch Dell Marshall Gibson Fender Martin Taylor Porsche Bentley Lincoln Dodge Philips Braun Roberts Kirby'.split(
    ' ',
  )

const NATIONS = [
  'German',
  'French',
  'Italian',
  'Brazilian',
  'Kenyan',
  'Japanese',
  'Swedish',
  'Peruvian',
  'Turkish',
  'Danish',
  'Canadian',
  'Irish',
  'Polish',
  'Indian',
  'Korean',
  'Finnish',
  'Belgian',
]
const REAL = [
  'Main',
  'Oak',
  'Church',
  'High',
  'Station',
  'Park',
  'Mill',
  'Washington',
  'Elm',
  'Maple',
  'Victoria',
  'Queen',
  'King',
  'Cedar',
  'Lake',
  'Hill',
  'West',
  'North',
  'Second',
  '5th',
  '42nd',
  'Spring',
  'River',
  'School',
  'Chestnut',
  'Highland',
  'Franklin',
  'Jefferson',
  'Union',
  'Market',
  'Bridge',
  'Pleasant',
  'Forest',
  'Meadow',
  'Sunset',
  'Lincoln',
  'Broad',
  'Grove',
  'Central',
  'Green',
]
