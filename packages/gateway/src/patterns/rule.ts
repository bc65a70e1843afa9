import type { FindingType } from '../spec/index.js'

/** What an expression matched. A check may look back some 100 characters from `start` for context, and never beyond `end`. */
export interface Candidate {
  /** The text so far: what stands in it behind `end` may be another at the next look, so it counts for nothing. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Numbers that checks of one kind keep from a candidate to the next one of the same text. At its beginning they are zeros. */
  readonly kept: Int32Array
}

/** So many numbers are kept. */
export const KEPT = 8

export interface Judged {
  /** 0 to 1. */
  readonly score: number
  /** Where only a part of the candidate is what was looked for. */
  readonly start?: number
  readonly end?: number
}

/**
 * One pattern: what it finds, and by which expression.
 *
 * Expressions are JavaScript's (without the `u` flag) as far as these reach: literals, classes, `.`, `\d`, `\w`, `\s`, groups
 * `(?:…)`, `|`, and greedy `?`, `{n}`, `{n,m}`. No assertions, back references or captures; and no `*`, `+` or `{n,}`: how long a
 * match can be is said, and at most 4096 code units for an expression, 96 for a lead. What is repeated may not be empty.
 *
 * A match is the one that JavaScript would give: the first alternative that fits, each repetition as long as it can be. Behind a
 * finding the rule goes on at its end; a match that its check does not take, one character behind where it began. With a lead, a
 * match may begin wherever one ends: the lead itself may lie in what was found before.
 *
 * All rules are looked for in one pass, so what begins almost everywhere costs at almost every character: an expression (or its
 * lead) begins with one of a few literals, or with digits. And how many of its matches can lie over one another is bounded: where
 * more than 128 could, it is refused; a `before` that has all that stands within a match, or a smaller maximum, helps.
 */
export interface Rule {
  /** For tests and faults: `stripe-secret-key`. Of the same name there is one. */
  readonly name: string
  readonly type: FindingType
  /**
   * What has to stand right before it and is no part of it: `password\s{0,3}[:=]\s{0,3}`. Small and capital letters are the same in
   * it. It takes what it can, and gives nothing back for the sake of the expression.
   */
  readonly lead?: string
  readonly expression: string
  /** Small and capital letters are the same in the expression too. */
  readonly ignoreCase?: boolean
  /**
   * What stands in every match of the expression, written just so: the rule is looked for where that is near, and nowhere else. For
   * a rule that begins with what prose is full of.
   */
  readonly needs?: string
  /**
   * Characters, as within `[…]`, of which none may stand before the lead (or the expression, where there is no lead) and behind the
   * expression. Default `A-Za-z0-9_`. The letter of a JSON escape such as `\n` is no such character.
   */
  readonly before?: string
  readonly behind?: string
  /** A checksum, entropy, words nearby. Undefined: it is not what was looked for. Without a check the score is 1. */
  readonly check?: (candidate: Candidate) => Judged | undefined
  /** Gives way where it overlaps what a rule without this found, of whatever type. */
  readonly isWeak?: boolean
}

/** What stands at an edge by default. */
export const WORD = 'A-Za-z0-9_'

/** The longest match of an expression, in UTF-16 code units. */
export const EXPRESSION_MAX = 4096
/** The longest lead: as far back a rule looks from where its expression may begin. */
export const LEAD_MAX = 96
