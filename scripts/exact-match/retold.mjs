import { drawing } from './people.mjs'

// The same values as people, models and programs write them again: quoted, regrouped, reordered, in other scripts and cases.

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const MONATE = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ')
const full = (text) => text.replaceAll(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
const grouped = (text, size, by) => text.match(new RegExp(`.{1,${size}}`, 'g')).join(by)
const marksApart = (text) => text.normalize('NFD')
const marksOff = (text) => text.normalize('NFD').replaceAll(/\p{M}/gu, '')

const WAYS = {
  phone: [
    ({ phone }) => phone,
    ({ phone }) => `${phone.slice(0, 3)} (${phone.slice(3, 5)}) ${grouped(phone.slice(5), 3, '-')}`,
    ({ phone }) => `00${grouped(phone.slice(1), 2, ' ')}`.replace(/^00/, '+'),
    ({ phone }) => `${phone.slice(0, 3)} (0) ${grouped(phone.slice(3), 4, '.')}`.replace(' (0)', ''),
    ({ phone }) => full(phone),
    ({ phone }) => phone.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
  ],
  iban: [
    ({ iban }) => iban,
    ({ iban }) => grouped(iban, 4, ' '),
    ({ iban }) => grouped(iban.toLowerCase(), 4, '-'),
    ({ iban }) => `"${grouped(iban, 4, '\u00a0')}"`,
    ({ iban }) =>
      grouped(iban, 4, ' ')
        .split(' ')
        .map((part) => `\`${part}\``)
        .join(' '),
  ],
  email: [
    ({ email }) => email,
    ({ email }) => email.toUpperCase(),
    ({ email }) => `<mailto:${email}>`,
    ({ email }) => email.replace('@', ' [@] ').replace('.', '\\.'),
    ({ email }) => email.split('').join('\u200b'),
  ],
  account: [
    ({ account }) => account,
    ({ account }) => account.replaceAll('-', ''),
    ({ account }) => account.toLowerCase().replaceAll('-', ' / '),
    ({ account }) => `**${account}**`,
  ],
  joint: [
    ({ born, first, last }) => `${first} ${last}, born ${born}`,
    ({ born, first, last }) => `${last.toUpperCase()}, ${first} (${dotted(born)})`,
    ({ born, first, last }) => `On ${spelt(born)} ${first} came into the world, of the family ${last}`,
    ({ born, first, last }) => `Geburtsdatum: ${gesprochen(born)}; Vorname: ${first}; Nachname: ${marksApart(last)}`,
    ({ born, first, last }) =>
      `{"last_name":"${marksOff(last)}","first_name":"${first}","birth_date":"${born}T00:00:00.000Z"}`,
    ({ born, first, last }) => `| ${american(born)} | ${last} | ${first} |`,
    ({ city, last, salary, zip }) => `${last} of ${zip} ${city} earns ${money(salary)}`,
    ({ id, last }) => `customer ${id} (${last})`,
  ],
  note: [
    ({ note }) => note.slice(30, 180),
    ({ note }) => `> ${note.split(' ').slice(5, 25).join('\n> ')}`,
    ({ note }) => note.split(' ').slice(8, 24).join('  ').toUpperCase(),
    ({ note }) => `He wrote: "${note.slice(10, 120)}..."`,
  ],
}

const pieces = (born) => born.split('-').map(Number)
const dotted = (born) => born.split('-').reverse().join('.')
const american = (born) => `${pieces(born)[1]}/${pieces(born)[2]}/${pieces(born)[0]}`
const spelt = (born) =>
  `${MONTHS[pieces(born)[1] - 1]} ${pieces(born)[2]}${['th', 'st', 'nd', 'rd'][pieces(born)[2] % 10] ?? 'th'}, ${pieces(born)[0]}`
const gesprochen = (born) => `${pieces(born)[2]}. ${MONATE[pieces(born)[1] - 1]} ${pieces(born)[0]}`
const money = (salary) => `${Number(salary).toLocaleString('en-US')} EUR`

const AROUND = [
  (said) => said,
  (said) => `Please write a letter to the customer. Details: ${said}. Keep it short and friendly.`,
  (said) => `Summarise:\n\n${said}\n\nThanks!`,
  (said) => `{"role":"agent","said":${JSON.stringify(said)}}`.replaceAll('\\u200b', '\u200b'),
  (said) => `id,name,other\n17,x,${said},y\n18,z,none,w`,
]

/** One value, or values that stand together, as they are told again. */
export function* retold(one, random) {
  const { of } = drawing(random)
  for (const [kind, ways] of Object.entries(WAYS)) {
    const way = of(ways.map((_, at) => at))
    yield { kind, way, text: of(AROUND)(ways[way](one)) }
  }
}
