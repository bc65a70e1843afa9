import { Meanings, meaningOf, namesIn } from '../meanings.js'
import { Numbers } from '../numbers.js'
import { type Piece, sentencesOf } from '../pieces.js'
import type { Reading } from '../reading.js'
import { CUES } from './cues.js'
import { Gist, product } from './gist.js'
import { Likeness } from './likeness.js'
import type { Vectors } from './vectors.js'

const LONG_WORD = 4
const STEM = 5
const STEM_PLACES = 4096
const FORBIDS: readonly number[] = [meaningOf('forbid'), meaningOf('not')]
const SECRET = meaningOf('secret')
/** Meanings of attacks: each that a text has is a figure. */
const MEANT: readonly number[] = [
  'ignore',
  'reveal',
  'secret',
  'pretend',
  'convert',
  'verbatim',
  'instruct',
  'hint',
].map(meaningOf)
const NAMES: readonly string[] = namesIn(CUES)
const [ONLY, BEYOND, SUBJECT, SOURCE] = [cue('only'), cue('beyond'), cue('subject'), cue('source')]
const [SHUN, MANNER, HIDDEN, TELL, CODE] = [cue('shun'), cue('manner'), cue('hidden'), cue('tell'), cue('code')]
const CONVERTS: readonly number[] = ['translate', 'correct', 'classify', 'summarise'].map(cue)
const SHAPES: readonly number[] = ['format', 'brief', 'rhyme'].map(cue)
/** What kind of cue one is, by its number. */
const ACT = 1
const TONGUE = 2
const FREE = 4
const CONTENT = 8
const KIND_OF: Uint8Array = kindsOf()

/** Of a longer one the beginning is looked at: what it is about, and what it forbids, it says there. */
const CHARGE_MAX = 8192
const CLAUSES_MAX = 64
/** So many words of a clause, and of a message, are compared one by one with so many of a user's. */
const CLAUSE_WORDS = 16
const CHARGE_WORDS = 64
const SAID_WORDS = 8

/** What sentences of a system message do, a bit each: those that limit, limit what it may be asked about. */
const ABOUT = 1
const LIMITS = 2
const GUARDS = 4
const HIDES = 8
/** They limit what answers are made of, how they look, when something is done. */
const BINDS = 16

interface Clause {
  does: number
  readonly gist: Gist
  readonly stems: readonly number[]
}

/** Where figures of one kind begin. */
const KINDS_AT = 0
const WORDS_AT = 6
const GISTS_AT = 11
const CUES_AT = 22
const SIZES_AT = 31
const WRITTEN_AT = 34
const EACH_CUE_AT = 36
const EACH_MEANING_AT: number = EACH_CUE_AT + NAMES.length
/** How many figures tell of a text under a system message. */
export const FIGURES: number = EACH_MEANING_AT + MEANT.length
/** By meaning, which figure tells of it; 0: none. */
const PLACE_OF: Uint8Array = new Uint8Array(256)
for (const [index, one] of MEANT.entries()) PLACE_OF[one] = EACH_MEANING_AT + index

/** What a system message charges a model with, as far as users' words can go against it. */
export class Charge {
  readonly #reading: Reading
  readonly #vectors: Vectors
  readonly #likeness: Likeness
  readonly #cuesOf: Meanings = new Meanings(CUES)
  readonly #said: Gist
  #clauses: Clause[] = []
  readonly #whole: Gist
  /** Beginnings of words in it, and what the sentences do that have them. */
  readonly #stems: Map<number, number> = new Map()
  /** By cue, what the sentences do that have it. */
  readonly #cues: Uint8Array = new Uint8Array(NAMES.length + 1)
  #bindsTongue = false
  /** Figures that are the same whatever a user says. */
  readonly #kinds: number[] = []
  /** By the last bits of a beginning, whether there may be one: most words of a user are none of them. */
  readonly #mayBe: Uint8Array = new Uint8Array(STEM_PLACES)
  #size = 0
  /** Of the piece that was looked at last. */
  readonly #meaningsHere: Numbers = new Numbers()
  readonly #stemsHere: Numbers = new Numbers()
  readonly #cuesHere: Numbers = new Numbers()
  readonly #figures: Float32Array = new Float32Array(FIGURES)

  constructor(reading: Reading, vectors: Vectors) {
    this.#reading = reading
    this.#vectors = vectors
    this.#likeness = new Likeness(vectors, [ABOUT, GUARDS, HIDES])
    this.#said = new Gist(vectors, SAID_WORDS)
    this.#whole = new Gist(vectors, CHARGE_WORDS)
  }

  read(text: string): void {
    const message = text.slice(0, CHARGE_MAX)
    this.#reading.read(message)
    this.#clauses = []
    this.#size = message.length
    this.#stems.clear()
    this.#cues.fill(0)
    for (const sentence of sentencesOf(this.#reading)) this.#readSentence(sentence)
    this.#whole.take(this.#reading, { from: 0, to: this.#reading.count })
    this.#gather()
    this.#setKinds()
  }

  #readSentence(sentence: Piece): void {
    const meanings = this.#meaningsIn(sentence)
    const cues = this.#cuesIn(sentence)
    const isBound = cues.has(ONLY) || cues.has(BEYOND)
    const limits = isBound && (cues.has(SUBJECT) || cues.has(BEYOND)) && !cues.has(SOURCE)
    const guards = (cues.has(SHUN) || FORBIDS.some((one) => meanings.has(one))) && !limits
    const hides = cues.has(HIDDEN) || meanings.has(SECRET)
    // How an answer is to sound tells nothing of what may be asked, and most messages say much of it.
    if (cues.has(MANNER) && !limits && !hides && !this.#hasContent(cues)) return
    const before = this.#clauses.at(-1)
    // What must not be told was said just before.
    if (before !== undefined && guards && cues.has(TELL)) before.does |= HIDES
    for (let at = 0; at < cues.size; at++)
      this.#cues[cues.at(at)] = (this.#cues[cues.at(at)] ?? 0) | (guards ? GUARDS : ABOUT)
    if (this.#clauses.length === CLAUSES_MAX) return
    const gist = new Gist(this.#vectors, CLAUSE_WORDS)
    gist.take(this.#reading, sentence)
    const bounds = limits ? LIMITS : isBound ? BINDS : 0
    const does = bounds | (guards ? GUARDS : ABOUT) | (hides ? HIDES : 0)
    this.#clauses.push({ does, gist, stems: this.#stemsIn(sentence).values() })
  }

  /** Whether a sentence names something to be done or spoken of. */
  #hasContent(cues: Numbers): boolean {
    for (let at = 0; at < cues.size; at++) {
      if (((KIND_OF[cues.at(at)] ?? 0) & (ACT | CONTENT)) !== 0) return true
    }
    return false
  }

  #gather(): void {
    const words = new Map<number, number>()
    this.#mayBe.fill(0)
    for (const { does, gist, stems } of this.#clauses) {
      for (const stem of stems) {
        this.#stems.set(stem, (this.#stems.get(stem) ?? 0) | does)
        this.#mayBe[stem & (STEM_PLACES - 1)] = 1
      }
      for (let at = 0; at < gist.count; at++) {
        const word = gist.telling[at] ?? 0
        const known = words.get(word)
        if (known !== undefined || words.size < CHARGE_WORDS) words.set(word, (known ?? 0) | does)
      }
    }
    this.#likeness.to(words)
  }

  #setKinds(): void {
    const does = this.#clauses.reduce((all, one) => all | one.does, 0)
    const has = (some: readonly number[]): boolean => some.some((one) => this.#cues[one] !== 0)
    const kinds = [...[HIDES, LIMITS, GUARDS, BINDS].map((one) => (does & one) !== 0), has(CONVERTS), has(SHAPES)]
    this.#bindsTongue = this.#cues.some((one, index) => (one & ABOUT) !== 0 && ((KIND_OF[index] ?? 0) & TONGUE) !== 0)
    this.#kinds.splice(0, kinds.length, ...kinds.map(Number))
  }

  /** Figures of what a user says, whose text was read last. They are overwritten by those of the next. */
  against(piece: Piece): Float32Array {
    this.#figures.fill(0)
    this.#figures.set(this.#kinds, KINDS_AT)
    this.#compareStems(piece)
    this.#compareGists(piece)
    this.#compareCues(piece)
    const { ends, starts } = this.#reading
    const size = (ends[piece.to - 1] ?? 0) - (starts[piece.from] ?? 0)
    this.#figures[SIZES_AT] = Math.min(1, Math.log2(1 + size) / 5 - 1)
    this.#figures[SIZES_AT + 1] = Math.min(1, Math.log2(1 + this.#size) / 6 - 1)
    this.#figures[SIZES_AT + 2] = Math.min(1, this.#clauses.length / 8)
    // Code has few words that tell what it is about.
    const { signs } = this.#reading.writtenIn(piece.from, piece.to)
    const code = Math.min(1, (2 * signs) / Math.max(1, piece.to - piece.from))
    this.#figures[WRITTEN_AT] = code
    this.#figures[WRITTEN_AT + 1] = ((this.#cues[CODE] ?? 0) & ABOUT) !== 0 ? code : 0
    return this.#figures
  }

  #compareStems(piece: Piece): void {
    const stems = this.#stemsIn(piece)
    let [inAbout, inGuarded, inHidden] = [0, 0, 0]
    for (let at = 0; at < stems.size; at++) {
      const stem = stems.at(at)
      if (this.#mayBe[stem & (STEM_PLACES - 1)] === 0) continue
      const does = this.#stems.get(stem) ?? 0
      if ((does & ABOUT) !== 0) inAbout += 1
      if ((does & GUARDS) !== 0) inGuarded += 1
      if ((does & HIDES) !== 0) inHidden += 1
    }
    const all = Math.max(1, stems.size)
    const found = [
      inAbout / all,
      inGuarded / all,
      inHidden / all,
      Math.min(1, inGuarded / 2),
      Math.min(1, inHidden / 2),
    ]
    this.#figures.set(found, WORDS_AT)
  }

  /** How near it is to what the message is about, limits itself to, forbids, hides: as a whole, and word by word. */
  #compareGists(piece: Piece): void {
    const said = this.#said
    said.take(this.#reading, piece)
    let [about, limited, guarded, hidden] = [0, 0, 0, 0]
    for (const { does, gist } of this.#clauses) {
      const nearness = product(said.direction, gist.direction)
      if ((does & ABOUT) !== 0) about = Math.max(about, nearness)
      if ((does & LIMITS) !== 0) limited = Math.max(limited, nearness)
      if ((does & GUARDS) !== 0) guarded = Math.max(guarded, nearness)
      if ((does & HIDES) !== 0) hidden = Math.max(hidden, nearness)
    }
    this.#figures.set([product(said.direction, this.#whole.direction), about, limited, guarded, hidden], GISTS_AT)
    this.#compareWords(said)
  }

  #compareWords(said: Gist): void {
    let [about, guarded, hidden] = [0, 0, 0]
    let [mostAbout, mostGuarded, mostHidden] = [0, 0, 0]
    for (let at = 0; at < said.count; at++) {
      const word = said.telling[at] ?? 0
      const [a, g, h] = [this.#likeness.of(word, 0), this.#likeness.of(word, 1), this.#likeness.of(word, 2)]
      about += a / said.count
      guarded += g / said.count
      hidden += h / said.count
      mostAbout = Math.max(mostAbout, a)
      mostGuarded = Math.max(mostGuarded, g)
      mostHidden = Math.max(mostHidden, h)
    }
    this.#figures.set([about, guarded, hidden, mostAbout, mostGuarded, mostHidden], GISTS_AT + 5)
  }

  #compareCues(piece: Piece): void {
    const figures = this.#figures
    const cues = this.#cuesIn(piece)
    let [inAbout, inGuarded, actAbout, actGuarded, actElse, tongueElse, free] = [0, 0, 0, 0, 0, 0, 0]
    for (let at = 0; at < cues.size; at++) {
      const one = cues.at(at)
      const does = this.#cues[one] ?? 0
      const kind = KIND_OF[one] ?? 0
      figures[EACH_CUE_AT - 1 + one] = 1
      if ((does & ABOUT) !== 0) inAbout += 1
      if ((does & GUARDS) !== 0) inGuarded += 1
      if ((kind & ACT) !== 0) {
        if ((does & ABOUT) !== 0) actAbout = 1
        if ((does & GUARDS) !== 0) actGuarded = 1
        if (does === 0) actElse = 1
      }
      if ((kind & TONGUE) !== 0 && (does & ABOUT) === 0) tongueElse = 1
      if ((kind & FREE) !== 0) free = 1
    }
    figures[CUES_AT] = Math.min(1, inGuarded / 2)
    figures[CUES_AT + 1] = inAbout / Math.max(1, cues.size)
    figures[CUES_AT + 2] = actGuarded
    figures[CUES_AT + 3] = actAbout
    figures[CUES_AT + 4] = actElse
    figures[CUES_AT + 5] = this.#bindsTongue ? tongueElse : 0
    figures[CUES_AT + 6] = this.#bindsTongue ? 1 : 0
    figures[CUES_AT + 7] = free
    figures[CUES_AT + 8] = this.#said.count === 0 ? 1 : 0
    const { meanings } = this.#reading
    for (let at = piece.from; at < piece.to; at++) {
      const place = PLACE_OF[meanings[at] ?? 0] ?? 0
      if (place !== 0) figures[place] = 1
    }
  }

  /** Each once, in the order in which they come. */
  #meaningsIn({ from, to }: Piece): Numbers {
    const { meanings } = this.#reading
    const found = this.#meaningsHere
    found.clear()
    for (let at = from; at < to; at++) {
      const meaning = meanings[at] ?? 0
      if (meaning !== 0) found.add(meaning)
    }
    return found
  }

  /** By their beginnings: `recipe` and `recipes` are one. */
  #stemsIn({ from, to }: Piece): Numbers {
    const { ends, kinds, low, starts } = this.#reading
    const found = this.#stemsHere
    found.clear()
    for (let at = from; at < to; at++) {
      const start = starts[at] ?? 0
      const length = (ends[at] ?? 0) - start
      if (kinds[at] !== 1 || length < LONG_WORD) continue
      let hash = 17
      for (let i = start; i < start + Math.min(length, STEM); i++) hash = (Math.imul(hash, 31) + (low[i] ?? 0)) | 0
      found.add(hash)
    }
    return found
  }

  #cuesIn({ from, to }: Piece): Numbers {
    const { ends, isWord, kinds, low, starts } = this.#reading
    const found = this.#cuesHere
    found.clear()
    const end = to > from ? (ends[to - 1] ?? 0) : 0
    for (let at = from; at < to; at++) {
      if (kinds[at] === 3) continue
      const one = this.#cuesOf.at(low, starts[at] ?? 0, end, isWord)
      if (one !== 0) found.add(one)
    }
    return found
  }
}

/** @throws where there is none of that name */
function cue(name: string): number {
  const index = NAMES.indexOf(name)
  if (index === -1) throw new Error(`no cue ${name}`)
  return index + 1
}

function kindsOf(): Uint8Array {
  const kinds = new Uint8Array(NAMES.length + 1)
  const acts = NAMES.slice(NAMES.indexOf('joke'), NAMES.indexOf('swear') + 1)
  const tongues = ['english', 'german', 'french', 'spanish', 'italian', 'otherlanguage', 'language']
  const contents = ['translate', 'correct', 'classify', 'summarise', 'beyond', 'format', 'brief', 'tell', 'subject']
  const frees = ['instead', 'stop', 'freely', 'long', 'explain']
  for (const name of contents) mark(kinds, name, CONTENT)
  for (const name of acts) mark(kinds, name, ACT)
  for (const name of tongues) mark(kinds, name, TONGUE)
  for (const name of frees) mark(kinds, name, FREE)
  return kinds
}

function mark(kinds: Uint8Array, name: string, kind: number): void {
  kinds[cue(name)] = (kinds[cue(name)] ?? 0) | kind
}
