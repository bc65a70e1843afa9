// Words that tell whether a text reads as English once something was undone, and by which words that were run together are cut.
const LIST =
  `a about above act actual admin administrator after again all allowed also always an and any anything api are as
ask asked assistant at base be because been before begin below but by bypass can code command confidential configuration context
conversation could data decode delete developer directions directives disregard display do does done email enabled encode end
entire every everything exactly execute file filters first follow following for forget from full give given go guidelines had has
have he hello her hidden his how i if ignore important in information initial input instead instruction instructions internal into
is it its key know language last let like limits list make may me message messages mode model more most must my need never new no
not now of off on one only open opposite or other our out output override password please policies policy pretend previous print
prior private prompt prompts provide put quote read repeat replace reply response restrictions reveal rule rules run said say
secret see send sentence set she should show so some start state stop story system tell text than that the their them then there
these they this through time to told translate under unrestricted up us use user using verbatim want was we were what when where
which who why will with without word words work would write you your`
    .split(/\s+/)
    .sort()

const WORDS: ReadonlySet<string> = new Set(LIST)
const LONGEST = Math.max(...LIST.map((word) => word.length))

/** How long the words are that end with each letter of ASCII: a bit for each length. */
const LENGTHS = new Int32Array(128)
for (const word of LIST) {
  const last = word.charCodeAt(word.length - 1)
  LENGTHS[last] = (LENGTHS[last] ?? 0) | (1 << word.length)
}

/** Most are none: that is told without a string, of which a long one would be read as a whole. */
function isWord(small: string, start: number, end: number): boolean {
  const lengths = LENGTHS[small.charCodeAt(end - 1)] ?? 0
  return end - start <= LONGEST && ((lengths >>> (end - start)) & 1) === 1 && WORDS.has(small.slice(start, end))
}

/** Three letters and more: shorter ones are words whichever way one reads. */
export const COMMON_MIN = 3
export const COMMON: readonly string[] = LIST.filter((word) => word.length >= COMMON_MIN)

/** A run longer than this is left as it is: nobody reads it. */
const RUN_MAX = 4096

/**
 * Cuts letters that were run together into words, so that as few letters as may be stand in none.
 *
 * @returns lengths of the pieces
 */
export function segmented(letters: string): readonly number[] {
  if (letters.length <= LONGEST && !/.{9}/.test(letters)) return [letters.length]
  if (letters.length > RUN_MAX) return [letters.length]
  const low = letters.toLowerCase()
  const cost = new Float64Array(low.length + 1)
  const from = new Int32Array(low.length + 1)
  for (let end = 1; end <= low.length; end++) {
    cost[end] = (cost[end - 1] ?? 0) + 2
    from[end] = end - 1
    for (let length = 1; length <= LONGEST && length <= end; length++) {
      const price = (cost[end - length] ?? 0) + 1
      if (price < (cost[end] ?? 0) && isWord(low, end - length, end)) {
        cost[end] = price
        from[end] = end - length
      }
    }
  }
  const pieces: number[] = []
  let end = low.length
  while (end > 0) {
    let start = from[end] ?? 0
    // Letters that stand in no word stay together.
    while (start > 0 && !isWord(low, start, end) && from[start] === start - 1 && !isWord(low, start - 1, start)) {
      start -= 1
    }
    pieces.unshift(end - start)
    end = start
  }
  return pieces
}
