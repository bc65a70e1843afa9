import { compareTypes, type Finding, type FindingType, isTermType } from './finding.js'
import { ACTS, type Act, type ActsByType } from './obligation.js'
import { isSecretType, type SecretType } from './secret-types.js'

/**
 * Of findings that overlap, those that begin within this many characters say what stands in their place; later ones are
 * only removed. It is what a stream may hold at the most before it must say something.
 */
export const CLUSTER_MAX = 4_096

/** Puts placeholders in the places of values. */
export interface Tokenizer {
  /** What is longer, in characters, is redacted: nobody has seen its end when something must be said. */
  readonly lengthMax: number
  /** The placeholder of a value as it was found, which has no character that JSON must escape. */
  tokenize(type: FindingType, found: string): string
}

/** What stands in place of a text that is fenced: the text, between marks. */
export type Fence = (found: string) => string

/** Of every word its first letter, whatever the script. */
function initials(found: string): string {
  return found.replace(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu, (word) => `${[...word][0] ?? ''}***`)
}

/** Of a short text less is kept: at least half of it is masked. */
function maskAllButLast(found: string, kept: number): string {
  const length = found.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  let left = length - Math.min(kept, length >> 1)
  return found.replace(/[\p{L}\p{N}]/gu, (one) => (left-- > 0 ? '*' : one))
}

/** Keys begin with a mark, and are long: four characters tell which it was. Of what people make up, four are a good part. */
function maskOfSecret(type: SecretType, found: string): string {
  if (type === 'secret.connection-string' || type === 'secret.password') return replacementFor(type, 'redact', found)
  return `${head(found, 4)}****`
}

/** Keeps the first letters and digits, `kept` of them: of an address of a network, what is not one machine's own. */
function maskAllButFirst(found: string, kept: number): string {
  let left = kept
  return found.replace(/[\p{L}\p{N}]/gu, (one) => (left-- > 0 ? one : '*'))
}

/** `203.0.113.7`: the first two numbers stay; of `2001:db8::7` the first two groups; of one in disguise nothing. */
function maskNetwork(found: string): string {
  const parts = found.split(/([.:])/)
  if (parts.length < NETWORK_PARTS_MIN || !/^[0-9A-Fa-f.:]+$/.test(found))
    return replacementFor('pii.ip', 'redact', found)
  return parts.map((part, at) => (at > 2 ? part.replace(/[\p{L}\p{N}]/gu, '*') : part)).join('')
}

/** Groups and what parts them: `1::2`. */
const NETWORK_PARTS_MIN = 5

/** Of a date its year, where that is written in four digits. */
function maskAllButYear(found: string): string {
  return found.replace(/\p{N}+|\p{L}+/gu, (one) => (/^(?:19|20)\d\d$/.test(one) ? one : '*'.repeat([...one].length)))
}

/** The first characters, none of them cut in half: a detector elsewhere may find what no pattern of ours would. */
function head(found: string, length: number): string {
  return [...found.slice(0, 2 * length)].slice(0, length).join('')
}

/**
 * The text that stands in place of a finding. It has no character that JSON must escape but such as `found` has.
 * Masked, cards, IBANs, phone numbers, national ids and addresses of crypto currencies keep their last four, passport numbers their
 * last two, e-mail addresses their first character and domain, IP addresses their first two groups, MAC addresses their maker's half,
 * dates of birth the year, names the first letter of each word, secrets at most four characters, passwords none.
 * What has no part that could stay is redacted.
 */
export function replacementFor(type: FindingType, act: Act, found: string): string {
  switch (act) {
    case 'flag':
      return found
    case 'block':
    case 'redact':
    // Whoever has no vault, or cannot tell a model what marks mean, takes the stronger act.
    case 'tokenize':
    case 'fence':
      return `[redacted:${type}]`
    case 'mask':
      return isSecretType(type) ? maskOfSecret(type, found) : maskFor(type, found)
  }
}

function maskFor(type: Exclude<FindingType, SecretType>, found: string): string {
  if (isTermType(type)) return replacementFor(type, 'redact', found)
  switch (type) {
    case 'pii.card':
    case 'pii.iban':
    case 'pii.national-id':
    case 'pii.phone':
    case 'pii.crypto':
      return maskAllButLast(found, 4)
    case 'pii.passport':
      return maskAllButLast(found, 2)
    case 'pii.ip':
      return maskNetwork(found)
    case 'pii.mac':
      return maskAllButFirst(found, 6)
    case 'pii.birth-date':
      return maskAllButYear(found)
    case 'pii.person':
      return initials(found)
    case 'pii.email':
      return found.includes('@')
        ? `${head(found, 1)}***${found.slice(found.lastIndexOf('@'))}`
        : replacementFor(type, 'redact', found)
    case 'pii.address':
    case 'injection.high':
    case 'injection.low':
    case 'injection.medium':
    case 'moderation.harassment':
    case 'moderation.hate':
    case 'moderation.illicit':
    case 'moderation.self-harm':
    case 'moderation.sexual':
    case 'moderation.sexual-minors':
    case 'moderation.violence':
    case 'canary.mark':
    case 'canary.overlap':
    case 'data.value':
      return replacementFor(type, 'redact', found)
  }
}

/** Findings that overlap, or of which one goes on in the next: one gap in the text, one replacement. */
interface Cluster {
  readonly start: number
  end: number
  /** Type of what ends at `end`: the same type, beginning there, is the same thing going on. */
  endType: FindingType
  act: Act
  type: FindingType
  foundStart: number
  found: string
  /** All of it, as far as a tokenizer takes it: what is tokenized or fenced is so whole, with all that overlapped. */
  whole: string
  /** What of it lies in more than one finding that is taken out; how far each reaches from `start`. */
  readonly reaches: Reach[]
  said: boolean
}

interface Reach {
  readonly type: FindingType
  readonly to: number
}

/** Strongest act, then longest, then first, then by the order of types: total, so no order of finding changes it. */
function outranks(act: Act, one: Finding, cluster: Cluster): boolean {
  const byAct = ACTS.indexOf(act) - ACTS.indexOf(cluster.act)
  if (byAct !== 0) return byAct < 0
  const byLength = one.end - one.start - cluster.found.length
  if (byLength !== 0) return byLength > 0
  if (one.start !== cluster.foundStart) return one.start < cluster.foundStart
  return compareTypes(one.type, cluster.type) < 0
}

/** Masked, an address keeps its domain: `me@KEY.example`, where the key is to be taken out as well. */
function showsAnother({ act, found, foundStart, reaches, start, type }: Cluster): boolean {
  if (act !== 'mask' || type !== 'pii.email' || reaches.length < 2) return false
  const domain = foundStart - start + found.lastIndexOf('@')
  return reaches.some((one) => one.type !== type && one.to > domain)
}

function byStart(a: Finding, b: Finding): number {
  return a.start - b.start || b.end - a.end || compareTypes(a.type, b.type)
}

/** Called for each finding that has an act, in order; for those of one type that overlap, once. */
export type OnFinding = (type: FindingType, act: Act) => void

/**
 * Carries acts out on a text that becomes known bit by bit; `editText` is the same thing done at once, so both say the same.
 * Offsets are those of the `text` handed in; who drops text from its front says so with `shift`.
 */
export class Editor {
  readonly #acts: ActsByType
  readonly #onFinding: OnFinding | undefined
  readonly #tokenizer: Tokenizer | undefined
  readonly #fence: Fence | undefined
  #waiting: Finding[] = []
  #cluster: Cluster | undefined
  /** Where what was counted last of each type ends: what begins within it is the same thing, read in another way. */
  #counted: Map<FindingType, number> | undefined
  /** Text before it was given out, or is replaced. */
  #settled = 0
  #blocked: FindingType | undefined

  constructor(acts: ActsByType, onFinding: OnFinding | undefined, tokenizer?: Tokenizer, fence?: Fence) {
    this.#acts = acts
    this.#onFinding = onFinding
    this.#tokenizer = tokenizer
    this.#fence = fence
  }

  /** Text before it is needed no more. */
  get settled(): number {
    return this.#settled
  }

  /** The type of the finding that must not pass, once there was one: nothing more may be given out. */
  get blocked(): FindingType | undefined {
    return this.#blocked
  }

  add(findings: readonly Finding[]): void {
    for (const one of findings) if (this.#acts.has(one.type)) this.#waiting.push(one)
  }

  /**
   * Gives out what may leave.
   *
   * @param judged no finding will be added that begins before it
   */
  advance(text: string, judged: number, ended: boolean): string {
    let out = ''
    if (this.#waiting.length > 0) {
      this.#waiting.sort(byStart)
      let taken = 0
      for (const one of this.#waiting) {
        // At `judged` itself one may still be added that comes first.
        if (one.start >= judged && !ended) break
        out += this.#take(text, one)
        taken++
        if (this.#blocked !== undefined) return ''
      }
      this.#waiting.splice(0, taken)
    }
    const cluster = this.#cluster
    if (cluster !== undefined) {
      if (ended || judged > cluster.end) out += this.#close()
      else if (judged >= cluster.start + CLUSTER_MAX) out += this.#say(cluster)
    }
    const until = ended ? text.length : judged
    if (this.#cluster !== undefined || until <= this.#settled) return out
    const plain = text.slice(this.#settled, until)
    this.#settled = until
    return out === '' ? plain : out + plain
  }

  /** `by` characters were dropped from the front of the text. */
  shift(by: number): void {
    this.#settled -= by
    const cluster = this.#cluster
    if (cluster !== undefined) {
      this.#cluster = {
        ...cluster,
        start: cluster.start - by,
        end: cluster.end - by,
        foundStart: cluster.foundStart - by,
      }
    }
    this.#waiting = this.#waiting.map((one) => ({ ...one, start: one.start - by, end: one.end - by }))
    if (this.#counted !== undefined) for (const [type, end] of this.#counted) this.#counted.set(type, end - by)
  }

  /** Whether a finding begins within one of its type that was counted, or in what went on from there: they come sorted. */
  #isCounted({ type, start, end }: Finding): boolean {
    this.#counted ??= new Map()
    const counted = this.#counted.get(type) ?? start
    this.#counted.set(type, Math.max(counted, end))
    return start < counted
  }

  #take(text: string, one: Finding): string {
    const act = this.#acts.get(one.type)
    if (act === undefined) return ''
    const cluster = this.#cluster
    const goesOn = cluster !== undefined && one.start === cluster.end && one.type === cluster.endType
    if (!this.#isCounted(one) && !goesOn) this.#onFinding?.(one.type, act)
    if (act === 'flag') return ''
    if (act === 'block') {
      this.#blocked = one.type
      return ''
    }
    if (cluster === undefined || (one.start >= cluster.end && !goesOn)) return this.#open(text, one, act)
    if (one.start < cluster.start + CLUSTER_MAX) {
      // A fence takes nothing out.
      if (act !== 'fence') cluster.reaches.push({ type: one.type, to: one.end - cluster.start })
      if (outranks(act, one, cluster)) {
        cluster.act = act
        cluster.type = one.type
        cluster.foundStart = one.start
        cluster.found = text.slice(one.start, one.end)
      }
    }
    if (one.end > cluster.end) {
      if (this.#fence !== undefined || this.#takes(cluster.whole)) cluster.whole += text.slice(cluster.end, one.end)
      cluster.end = one.end
      cluster.endType = one.type
      this.#settled = one.end
    }
    return ''
  }

  #open(text: string, one: Finding, act: Act): string {
    const before = this.#close() + text.slice(this.#settled, one.start)
    this.#settled = one.end
    this.#cluster = {
      start: one.start,
      end: one.end,
      endType: one.type,
      act,
      type: one.type,
      foundStart: one.start,
      found: text.slice(one.start, one.end),
      whole: this.#keepsWhole ? text.slice(one.start, one.end) : '',
      reaches: act === 'fence' ? [] : [{ type: one.type, to: one.end - one.start }],
      said: false,
    }
    return before
  }

  #close(): string {
    const cluster = this.#cluster
    this.#cluster = undefined
    return cluster === undefined ? '' : this.#say(cluster)
  }

  #say(cluster: Cluster): string {
    if (cluster.said) return ''
    cluster.said = true
    if (cluster.act === 'tokenize' && this.#tokenizer !== undefined && this.#takes(cluster.whole)) {
      return this.#tokenizer.tokenize(cluster.type, cluster.whole)
    }
    if (cluster.act === 'fence' && this.#fence !== undefined) return this.#fence(cluster.whole)
    return replacementFor(cluster.type, showsAnother(cluster) ? 'redact' : cluster.act, cluster.found)
  }

  get #keepsWhole(): boolean {
    return this.#tokenizer !== undefined || this.#fence !== undefined
  }

  #takes(whole: string): boolean {
    return this.#tokenizer !== undefined && whole.length <= this.#tokenizer.lengthMax
  }
}

/** How many findings of each type an act was carried out on. */
type Counts = ReadonlyMap<FindingType, number>

export type Edited =
  | { readonly kind: 'edited'; readonly text: string; readonly counts: Counts }
  | { readonly kind: 'blocked'; readonly type: FindingType; readonly counts: Counts }

/**
 * Carries acts out on a whole text. Findings may come from several detectors, in any order, and overlap: what overlaps is
 * replaced as one, by the strongest act and the type of the longest finding that has it.
 */
export function editText(
  text: string,
  findings: readonly Finding[],
  acts: ActsByType,
  tokenizer?: Tokenizer,
  fence?: Fence,
): Edited {
  const counts = new Map<FindingType, number>()
  const editor = new Editor(acts, (type) => counts.set(type, (counts.get(type) ?? 0) + 1), tokenizer, fence)
  editor.add(findings)
  const edited = editor.advance(text, text.length, true)
  if (editor.blocked !== undefined) return { kind: 'blocked', type: editor.blocked, counts }
  return { kind: 'edited', text: edited, counts }
}
