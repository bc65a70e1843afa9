// Sentences put together from parts, so that a name is learnt in many places of a sentence and not in few.
import { pick } from './random.mjs'

const list = (text) =>
  text
    .split(/[;\n]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

const SUBJECTS =
  list(`The contract; A payment; An invoice; The refund; A letter; The parcel; The loan; A claim; The ticket; A photo; A message; An appointment; The account; The report
A complaint; The prescription; The card; The car; The house; The key; The certificate; The order; A cheque; The visa; A statement; The will; The policy; Transfer the deposit; Send the form; Book a table; Open a file
Write a letter; Draft an e-mail; Reserve a seat; Cancel the subscription; Find the invoice; The interview; The assistant; The novel; The painting; The song; The speech; A fan; A friend; The son; The flat; The idea`)
const RELATIONS =
  list(`in favour of; on behalf of; in the name of; addressed to; signed by; written by; received from; sent to; issued to; belonging to; owned by; for; of; with; against; about; from; to; by; between {P} and
instead of; and; held by; left by; from the estate of; made out to; under; together with; because of; next to; without; starring; featuring; as assistant to; including; like; than; after; before; near; via; belongs to; goes to`)
const TAILS = list(
  `.; is missing.; was lost.; has arrived; on {DAY}.; , {ORG}; ({EMAIL}); ?; !; , please; and {P}; and me; in {CITY}.; (see {DATE}); and the {NOUN}; , who lives in {CITY}; , {JOB}; at {NUM}:30; is done.; of {ORG}; , born {DATE}; about the {NOUN}; 's {NOUN}; before {MONTH}; of {CITY}`,
)
const VERBS =
  list(`called; wrote; asked; moved; left; resigned; lives in {CITY}; works at {ORG}; is from {CITY}; was born in {CITY}; owes us {NUM}; signed; paid; lost; bought a {NOUN}; claims that; said that; thinks; wants a {NOUN}
needs help; has a {NOUN}; had given {F} the {NOUN}; will be late; can come; did not answer; told {F}; gave {F} a {NOUN}; met {P}; married {F}; died in {YEAR}; came home; went to {CITY}; began writing; spent a year at {ORG}
arrived; is a {JOB}; is so {ADJ}; was {ADJ}; has been {ADJ}; would like a refund; and {F}; and the others; does not; cannot log in; forgot the password; is on holiday; is the new {JOB}; became {JOB} in {YEAR}; played well
won; lost to {L}; scored twice; will speak; will be talking; has agreed; is right; knows {F}; likes {NOUN}s; came second; is {NUM} years old; moved to {CITY} in {YEAR}; started at {ORG}; writes that; replied; laughed; smiled`)
const OPENINGS =
  list(`Why is; Did; Has; Is; Does; When does; Where does; How did; What did; Ask; Tell; Call; Invite; Meet; Remind; I know that; She says; He thinks that; Maybe; Yesterday; Today; In {YEAR}; On {DAY}; And; But; Because; If; When
Before; After; Then; According to; Sorry; Thanks; Dear; Hello; Hi; Hey; Good morning; Congratulations; Remember me; Look; Ok; Yes; No; Please; I think; I told; I saw; I met; We met; We saw; You can tell; They called; As promised, here is; He named him; She named her; it is`)
const KIN = list(
  `brother; sister; mother; father; son; daughter; kid; child; wife; husband; partner; aunt; uncle; cousin; nephew; niece; grandmother; grandfather; friend; boss; colleague; neighbour; teacher; dentist; doctor; landlord; tenant; client; customer; student; lawyer; boyfriend; girlfriend; roommate`,
)
const LINES = list(
  `What a day.; You saved my life!; I am not sure about that.; Where are you?; See you at {NUM}.; I will never forget it.; Did you get the {NOUN}?; How could you?; I was here first.; Never mind.; That is my {NOUN}.; It was {ADJ}.; Who is there?; Good.; Do you remember, {F}?; Listen, {F}!; Thank you, {F}.; I sent it to {P}.`,
)
const FRAMES =
  list(`{P}, {ORG}; The {L} {NOUN}; a {L} {NOUN}; the {L} family; Unlike the {L} {NOUN}, it is {ADJ}.; a huge {P} fan; (also with {P}); "{P}"; '{P}'; ({P}); [{P}]; {P} - {JOB}; {P} – {ORG}; *{P}*; **{P}**; {P}/{P}; {P} (now {L}); née {L}; alias {F}
Her maiden name is {L}; His middle name is {F}; {ORG}'s {P}; {ORG}: {P}; {P} et al.; Name: {P}; Contact: {F}; user: {P}; says {L}.; said {L}; asked {F}; by {P}; via {F}; with {P}; {P}'s killer; {P}'s {NOUN}; {F} & {F}; {F} + {F}; {P}; {P}, {P}; From: {F}; To: {F}; Owner: {P}; Requested by {P}; Approved: {L}`)

/** A template as those of `templates.mjs`. */
export function sentence(random) {
  const someone = () => pick(random, ['{P}', '{P}', '{F}', '{F}', '{L}'])
  const share = random()
  if (share < 0.22) return `${pick(random, SUBJECTS)} ${pick(random, RELATIONS)} ${someone()}${tail(random)}`
  if (share < 0.5)
    return `${someone()} ${pick(random, VERBS)}${pick(random, ['.', '', ',', '!', ' again.', ' last week.', ' and left.'])}`
  if (share < 0.68)
    return `${pick(random, OPENINGS)} ${someone()}${random() < 0.5 ? ` ${pick(random, VERBS)}` : tail(random)}`
  if (share < 0.78)
    return `${pick(random, ['my', 'her', 'his', 'our', 'their', 'your', 'My', 'Her', 'The'])} ${pick(random, KIN)}${pick(random, [' ', ' ', ', ', ' is called ', ' named ', ': '])}${someone()} ${pick(random, VERBS)}`
  if (share < 0.86) {
    return Array.from(
      { length: 2 + Math.floor(random() * 3) },
      () => `${random() < 0.8 ? '{F}' : '{P}'}: ${pick(random, LINES)}`,
    ).join('\n')
  }
  if (share < 0.93) {
    const names = Array.from({ length: 3 + Math.floor(random() * 4) }, () => pick(random, ['{F}', '{F}', '{P}']))
    const kind = pick(random, ['{F}', '{P}'])
    return `${pick(random, ['There were ', 'They had ', 'With ', 'I met ', 'The winners: ', '', 'Present: '])}${random() < 0.3 ? `${names.length}: ` : ''}${names
      .slice(1)
      .map(() => kind)
      .join(', ')}${pick(random, [' and ', ', and ', ', '])}${kind}${pick(random, ['.', '', ' came.'])}`
  }
  return pick(random, FRAMES)
}

function tail(random) {
  const one = pick(random, TAILS)
  return /^[.,?!']/.test(one) ? one : ` ${one}`
}
