// People that nobody is: names, dates, numbers and notes of realistic shapes, the same in every run.

const FIRST = (
  'Anna Maria Lena Sophie Emma Olivia Ava Isabella Mia Charlotte Amelia Harper Evelyn Abigail Emily Ella Grace Chloe Victoria Riley ' +
  'Liam Noah James Benjamin Lucas Henry Alexander Mason Michael Ethan Daniel Jacob Logan Jackson Sebastian Jack Owen Theodore Aiden ' +
  'Samuel Joseph John David Wyatt Matthew Luke Asher Carter Julian Grayson Leo Jayden Gabriel Isaac Lincoln Anthony Hudson Dylan Ezra ' +
  'Zoë Chloé René José María Jürgen Björn Søren Łukasz Mehmet Ayşe Yuki Haruto Wei Ming Priya Arjun Fatima Omar Aisha Kofi Amara'
).split(' ')
const LAST = (
  'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore ' +
  'Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen ' +
  'Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Müller Schmidt Schneider Fischer Weber Meyer Wagner ' +
  'Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange ' +
  'Kowalski Nowak Wiśniewski Novák Svensson Jensen Øverland Dubois Lefèvre Moreau Rossi Ferrari Yılmaz Kaya Tanaka Suzuki Wang Zhang Singh ' +
  'Patel Okafor Mensah'
).split(' ')
const SYLLABLES =
  'ba ber bro ca den dor el fal gar hal hol jor kal ker lan lin mar mo nel nor pal per ran ros sal son tal ter val ver wal wen'.split(
    ' ',
  )
const STREETS =
  'Lindenstraße Hauptstraße Gartenweg Bahnhofstraße Elm Maple Oak Kastanienallee Victoria Station Mühlenweg Church'.split(
    ' ',
  )
const CITIES =
  'Berlin Hamburg München Köln Frankfurt Leipzig Dresden Vienna Zürich Boston Denver Austin Leeds Bristol Dublin Lyon'.split(
    ' ',
  )
const NOTE = (
  'patient customer reports describes recurring persistent mild severe headache fatigue invoice delivery contract renewal dispute since after ' +
  'before during treatment surgery negotiation relocation shift weekend meeting was advised agreed declined requested to from with without ' +
  'medication dosage discount refund escalation follow-up review again twice weekly daily monthly left right knee shoulder account branch ' +
  'manager physician colleague daughter brother insurer employer called wrote visited stayed signed returned lost changed moved improved'
).split(' ')

export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function drawing(random) {
  const below = (n) => Math.floor(random() * n)
  const of = (list) => list[below(list.length)]
  const digits = (n) => Array.from({ length: n }, (_, at) => (at === 0 ? 1 + below(9) : below(10))).join('')
  return { below, of, digits }
}

const plain = (text) =>
  text
    .normalize('NFD')
    .replaceAll(/[^\p{L}]/gu, '')
    .toLowerCase()

/** A third of all family names are of the list, the others made up. */
function lastName({ below, of }) {
  if (below(3) === 0) return of(LAST)
  const name = Array.from({ length: 2 + below(2) }, () => of(SYLLABLES)).join('')
  return name[0].toUpperCase() + name.slice(1)
}

export function person(random) {
  const draw = drawing(random)
  const { below, digits, of } = draw
  const first = of(FIRST)
  const last = lastName(draw)
  const year = 1935 + below(72)
  const month = 1 + below(12)
  const day = 1 + below(28)
  const born = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  return {
    id: String(100_000 + below(900_000)),
    first,
    last,
    born,
    email: `${plain(first)}.${plain(last)}${below(2) === 0 ? '' : below(100)}@${of(['example.com', 'mail.example', 'post.example.org'])}`,
    phone: `+49${of(['30', '40', '89', '151', '170', '221'])}${digits(7 + below(2))}`,
    iban: `DE${digits(20)}`,
    account: `ACC-${digits(4)}-${digits(6)}`,
    city: of(CITIES),
    street: `${of(STREETS)} ${1 + below(150)}`,
    zip: digits(5),
    salary: `${30 + below(120)}${digits(3)}.00`,
    gender: of(['female', 'male', 'other']),
    status: of(['active', 'inactive', 'pending']),
    note: Array.from({ length: 40 + below(60) }, () => of(NOTE)).join(' '),
  }
}

/** Cells in the order of a table. */
export function cells(one, withNote) {
  const { account, born, city, email, first, gender, iban, id, last, note, phone, salary, status, street, zip } = one
  const all = [id, first, last, born, email, phone, iban, account, city, street, zip, salary, gender, status]
  return withNote ? [...all, note] : all
}
