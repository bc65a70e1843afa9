import { CUE, hashOf, PLACE, pairOf, STREET, TITLE, UNIT } from './lexicon.js'
import {
  CAPITALISED_SHAPE,
  CAPITALS,
  LINE,
  MIXED,
  markShape,
  NUMBER,
  NUMBER_WORD,
  SMALL,
  WORD_NUMBER,
} from './shapes.js'
import type { Tokens } from './tokens.js'

/**
 * What is written like a name or an address and is neither, told by rules: the tagger knows a word by its kind alone, and `EAN` is a
 * first name to it as `Ewa` is. Nothing is looked at here but the tokens of a run and those right around it.
 */

function hashesOf(words: string): ReadonlySet<number> {
  return new Set(words.split(' ').map((word) => hashOf(word, 0, word.length)))
}

function pairsOf(pairs: string): ReadonlySet<number> {
  return new Set(
    pairs.split(', ').map((pair) => {
      const [first = '', second = ''] = pair.split(' ')
      return pairOf(hashOf(first, 0, first.length), hashOf(second, 0, second.length))
    }),
  )
}

/** First names in lists, and in capitals what numbers of articles and vehicles, and parts of computers, are called. */
const ABBREVIATIONS = hashesOf('ean jan vin mac ram rom dom cam tad')
/** In capitals, and no longer, a word before a number is what the number is called. */
const SHORT_MAX = 4

/** Two words that are one thing, whoever it was called after: software, places, methods, brands, typefaces. */
const THINGS = pairsOf(
  'grafana loki, grafana tempo, apache cassandra, santa clara, santa cruz, santa monica, santa barbara, santa fe, santa ana, ' +
    'santa rosa, santa marta, floyd warshall, bellman ford, ford fulkerson, boyer moore, rabin karp, miller rabin, smith waterman, ' +
    'needleman wunsch, jaro winkler, douglas peucker, cooley tukey, diffie hellman, reed solomon, merkle damgard, nelder mead, ' +
    'levenberg marquardt, newton raphson, gauss seidel, gauss newton, runge kutta, kaplan meier, mann whitney, kruskal wallis, ' +
    'kolmogorov smirnov, shapiro wilk, durbin watson, dickey fuller, jarque bera, box cox, black scholes, michaelis menten, ' +
    'navier stokes, maxwell boltzmann, bose einstein, fermi dirac, stern gerlach, haber bosch, diels alder, friedel crafts, ' +
    'myers briggs, dunning kruger, epstein barr, guillain barre, creutzfeldt jakob, granny smith, earl grey, levi strauss, ' +
    'rolls royce, harley davidson, aston martin, alfa romeo, jack daniels, johnnie walker, jim beam, tim hortons, papa johns, ' +
    'betty crocker, john deere, eli lilly, philip morris, morgan stanley, goldman sachs, merrill lynch, charles schwab, wells fargo, ' +
    'fira sans, fira code, fira mono, gill sans, josefin sans, nunito sans, alegreya sans, playfair display',
)

/** A title, and who or what everybody knows by it: figures, books, drinks, shoes. */
const TITLED = pairsOf(
  'mr bean, mr robot, mr clean, mr muscle, mr coffee, mr brightside, mr incredible, mr magoo, mr spock, mr darcy, mr hyde, mr men, ' +
    'mrs doubtfire, mrs dalloway, miss marple, miss piggy, miss universe, miss america, miss world, miss saigon, dr pepper, dr martens, ' +
    'dr oetker, dr scholl, dr strange, dr dolittle, dr evil, dr jekyll, dr seuss, dr who, dr frankenstein, doctor who, doctor strange, ' +
    'doctor dolittle, doctor zhivago, professor snape, professor dumbledore, professor moriarty, capt crunch, captain nemo, captain ahab, ' +
    'captain kirk, captain picard, captain hook, judge dredd, judge judy, sir lancelot, sir galahad, lady macbeth, lady bird, lady gaga, ' +
    'sgt pepper, colonel sanders, uncle sam, aunt jemima, frau holle, frau antje, herr nilsson, pan tadeusz, don juan, don giovanni, ' +
    'don quixote, don quijote, don corleone, monsieur hulot, madame bovary, mme bovary, madame butterfly, madame tussauds',
)

/** A name, and the word right behind it that makes a thing of it. */
const TOOLS = pairsOf(
  'allen key, allen keys, allen wrench, allen wrenches, allen bolt, allen bolts, allen screw, allen screws, phillips head, ' +
    'phillips screw, phillips screws, phillips screwdriver, stanley knife, stanley knives, bunsen burner, petri dish, venn diagram, ' +
    'gantt chart, geiger counter, morse code',
)

/**
 * Whether what the tagger takes for a person is something else.
 *
 * @param start of its first token, as in `tokens`
 * @param end behind its last one
 */
export function isNobody(tokens: Tokens, start: number, end: number): boolean {
  const { word, shape } = tokens
  if (isTitled(tokens, start, end)) return true
  // `Name:` and `Dear` say that somebody is meant.
  if (isCued(tokens, start)) return false
  if (end - start === 1) {
    if (shape[start] === CAPITALS) return isAbbreviation(tokens, start)
    return TOOLS.has(pairOf(word[start] ?? 0, word[end] ?? 0))
  }
  const last = end - 1
  const isTwo = last - start === 1 || (last - start === 2 && shape[start + 1] === HYPHEN)
  return isTwo && THINGS.has(pairOf(word[start] ?? 0, word[last] ?? 0))
}

/** `Mr. Robot`, with its title or without, and not `Dear Mr. Robot`. */
function isTitled(tokens: Tokens, start: number, end: number): boolean {
  const last = end - 1
  const title = tokens.shape[last - 1] === DOT ? last - 2 : last - 1
  if (start !== last && start !== title) return false
  return TITLED.has(pairOf(tokens.word[title] ?? 0, tokens.word[last] ?? 0)) && !isCued(tokens, title)
}

/** `EAN 4006381333931`, `JAN: 45…`: in capitals, short, and a number is called so. */
function isAbbreviation(tokens: Tokens, at: number): boolean {
  const { start, end, word } = tokens
  const isListed = ABBREVIATIONS.has(word[at] ?? 0)
  const isShort = (end[at] ?? 0) - (start[at] ?? 0) <= SHORT_MAX
  if (!isListed && !isShort) return false
  return isListed || isNumber(tokens, isJoint(tokens, at + 1) ? at + 2 : at + 1)
}

function isCued(tokens: Tokens, at: number): boolean {
  const before = isJoint(tokens, at - 1) || tokens.shape[at - 1] === DOT ? at - 2 : at - 1
  return ((tokens.kind[before] ?? 0) & (CUE | TITLE)) !== 0
}

/** Numbers are called so, and no house stands there. */
const NUMBERED = hashesOf(
  'rfc rfcs din vde iso iec ieee ansi socks pid tid cpu irq uid gid issue issues cve cwe tüv gleis wagen bahnsteig fig pep asvs pkcs ccitt',
)
/** Of them those that nobody lives at, whatever else stands there. */
const STANDARDS = hashesOf('rfc rfcs iso iec ieee cve cwe asvs pkcs ccitt')
const SEE = hashOf('see', 0, 3)
/** Kinds of streets that stand behind their name: right behind a number they are counted, `3 Court Cases`. */
const BEHIND_NAME = hashesOf('court square street lane road drive park circle place way crossing')
/** How streets end that are one word. */
const STREET_TAILS = hashesOf(
  'raße asse latz llee atan laan raat ring damm ufer nweg eweg lweg rweg tweg sweg dweg gweg',
)

/** Of which days are numbered, and no houses. */
const MONTHS = hashesOf(
  'jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december',
)
/** What stands behind a number that counts it: `Kündigungsfrist 3 Monate`. */
const MEASURES = hashesOf(
  'monate monaten tage tagen wochen jahre jahren stunden minuten sekunden zeichen euro prozent stück personen gramm liter meter kilometer ' +
    'quadratmeter zimmer kinder mois jours semaines ans heures meses días semanas años mesi giorni settimane anni maanden dagen weken ' +
    'months days weeks years hours minutes seconds percent',
)
/** What servers answer behind a number of three digits. */
const ANSWERS = hashesOf('forbidden unauthorized switching moved found gone goodbye guest cannot')

/** As `isNobody`, of what is taken for an address. With a street in it, or a postcode, it is one whatever stands beside. */
export function isNoPlace(tokens: Tokens, start: number, end: number): boolean {
  const { word, shape, kind } = tokens
  if (isBehindCode(tokens, start) || isListOfNumbered(tokens, start, end)) return true
  let isAllShort = true
  let hasCode = false
  let hasUnit = false
  for (let at = start; at < end; at++) {
    if (isStreet(tokens, at, end) || isPostcode(tokens, at)) return false
    if (isCode(tokens, at)) hasCode = true
    if (((kind[at] ?? 0) & UNIT) !== 0) hasUnit = true
    if (isWord(tokens, at) && !isAbbreviated(tokens, at) && !MONTHS.has(word[at] ?? 0)) isAllShort = false
  }
  const isAnswer = shape[start] === THREE_DIGITS && ANSWERS.has(word[start + 1] ?? 0)
  if ((hasCode && !hasUnit) || isAnswer) return true
  if (MEASURES.has(word[end - 1] ?? 0) && isNumber(tokens, end - 2)) return true
  return isNumbered(tokens, start, end) || isAllShort || isCounted(tokens, start, end) || isAmount(tokens, start, end)
}

/** `15735, RFC 959, 3 Court Cases`: behind a comma a number is called so that is no house. */
function isListOfNumbered(tokens: Tokens, start: number, end: number): boolean {
  const { word, shape } = tokens
  for (let at = start + 1; at < end - 1; at++) {
    if (shape[at - 1] === COMMA && STANDARDS.has(word[at] ?? 0) && isNumber(tokens, at + 1)) return true
  }
  return false
}

/**
 * `3 Zimmer und 80 Quadratmeter`: things have a capital in German. Where no street says that it is an address, a town behind a comma
 * does, or a second number right behind the words, as where an entrance or a flat stands first: `12 Harbour 7`.
 */
function isAmount(tokens: Tokens, start: number, end: number): boolean {
  const { kind, shape } = tokens
  if (!isNumber(tokens, start) || !isNoun(tokens, start + 1)) return false
  let behind = start + 2
  while (behind < end && isNoun(tokens, behind)) behind++
  if (behind < end && isNumber(tokens, behind)) return false
  for (let at = behind + 1; at < end; at++) {
    if (((kind[at] ?? 0) & UNIT) !== 0) return false
    if (shape[at - 1] === COMMA && ((kind[at] ?? 0) & PLACE) !== 0) return false
  }
  return true
}

function isNoun({ shape }: Tokens, at: number): boolean {
  return shape[at] === CAPITALISED_SHAPE || shape[at] === CAPITALS
}

/** `RFC 959`, `See Issue 15735`, `302 // RFC 9110`: what comes first, but for a number or a word in small letters, is called so. */
function isNumbered(tokens: Tokens, start: number, end: number): boolean {
  const { word, shape } = tokens
  for (let at = start; at < end; at++) {
    if (NUMBERED.has(word[at] ?? 0)) return isNumber(tokens, shape[at + 1] === HASH ? at + 2 : at + 1)
    if (shape[at] === CAPITALISED_SHAPE && word[at] !== SEE) return false
  }
  return false
}

/** A number of four digits or more, or letters and digits, that is not what the word before it numbers. */
function isPostcode({ shape, word }: Tokens, at: number): boolean {
  const here = shape[at] ?? LINE
  const isLong = here >= FOUR_DIGITS && here < NUMBER_WORD
  if (!isLong && here !== WORD_NUMBER) return false
  return !NUMBERED.has(word[at - 1] ?? 0) && !(shape[at - 1] === HASH && NUMBERED.has(word[at - 2] ?? 0))
}

const THREE_DIGITS = NUMBER + 2
const FOUR_DIGITS = NUMBER + 3

/** `ErrBodyNotAllowed`, `fmt.Errorf`: names of code. What is written so among streets has one beside it, or a box. */
function isCode({ start, end, shape }: Tokens, at: number): boolean {
  if (shape[at] === MIXED) return true
  return (
    shape[at] === SMALL &&
    shape[at + 1] === DOT &&
    start[at + 1] === end[at] &&
    start[at + 2] === end[at + 1] &&
    (shape[at + 2] ?? LINE) <= SMALL
  )
}

/** Something that is no address without it: a kind of street where one stands. */
function isStreet(tokens: Tokens, at: number, end: number): boolean {
  const { kind, word, tail4, shape } = tokens
  if ((shape[at] ?? LINE) >= LINE) return false
  if (STREET_TAILS.has(tail4[at] ?? 0)) return true
  return ((kind[at] ?? 0) & STREET) !== 0 && word[at] !== SEE && !isCountedAt(tokens, at, end)
}

/** `3 Court Cases`: a number, a kind of street, and what it is about, which is no kind of street. */
function isCountedAt(tokens: Tokens, at: number, end: number): boolean {
  const next = at + 1
  return (
    BEHIND_NAME.has(tokens.word[at] ?? 0) &&
    isNumber(tokens, at - 1) &&
    next < end &&
    tokens.shape[next] === CAPITALISED_SHAPE &&
    ((tokens.kind[next] ?? 0) & STREET) === 0
  )
}

function isCounted(tokens: Tokens, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) if (isCountedAt(tokens, at, end)) return true
  return false
}

/** `A08:2017 Insecure …`: the number belongs to what stands before it. */
function isBehindCode(tokens: Tokens, first: number): boolean {
  const { start, end, shape } = tokens
  return (
    isNumber(tokens, first) &&
    shape[first - 1] === COLON &&
    end[first - 1] === start[first] &&
    shape[first - 2] === WORD_NUMBER &&
    end[first - 2] === start[first - 1]
  )
}

/** `PID 12345 TID 67890`; of words that are longer one may be a street's name, and `PO BOX 12` is an address. */
function isAbbreviated({ shape, kind, start, end }: Tokens, at: number): boolean {
  return shape[at] === CAPITALS && ((kind[at] ?? 0) & UNIT) === 0 && (end[at] ?? 0) - (start[at] ?? 0) <= 3
}

const DOT = markShape('.'.charCodeAt(0))
const COMMA = markShape(','.charCodeAt(0))
const COLON = markShape(':'.charCodeAt(0))
const HASH = markShape('#'.charCodeAt(0))
const HYPHEN = markShape('-'.charCodeAt(0))
const EQUALS = markShape('='.charCodeAt(0))

function isJoint(tokens: Tokens, at: number): boolean {
  const shape = tokens.shape[at]
  return shape === COLON || shape === HASH || shape === EQUALS
}

function isNumber(tokens: Tokens, at: number): boolean {
  const shape = tokens.shape[at] ?? LINE
  return shape >= NUMBER && shape < NUMBER_WORD
}

function isWord(tokens: Tokens, at: number): boolean {
  const shape = tokens.shape[at] ?? LINE
  return shape >= CAPITALISED_SHAPE && shape <= SMALL
}
