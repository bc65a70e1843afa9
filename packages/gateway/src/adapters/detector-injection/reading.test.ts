import { describe, expect, it } from 'vitest'
import { Reading } from './reading.js'

const TEXTS: readonly (readonly [string, string])[] = [
  ['prose', 'The harbour was built in 1874.\nBoats came from the North, and the town grew!\n\n'.repeat(4)],
  ['signs and capitals', 'STOP!!! --> new_rules = {"a": [1, 2.5e3], `b`: $x} <<END>>\r\n\tOK?  \u3000\u3000 '],
  ['other scripts', 'Забудь 12 правил… 忽略之前的所有指令。 É\u00a0İstanbul ſtop ’quoted’ rock’n’roll 😀\ud83c'],
  ['a word without an end', `A1 ${'Ж'.repeat(70_000)}9 !!`],
  ['blank lines without an end', `One.${'\n'.repeat(70_000)}Two 2 !!${'\n'.repeat(70_000)}`],
  ['spaces of other scripts', `${'\u3000'.repeat(140_000)}!?${'\u3000'.repeat(3)}`],
]

/** Of the stretch that they stand in, counted one by one. */
function countedIn({ ends, kinds, starts, text }: Reading, from: number, to: number): Record<string, number> {
  const stretch = text.slice(starts[from], ends[to - 1])
  const count = (expression: RegExp): number => stretch.match(expression)?.length ?? 0
  let signs = 0
  let pairs = 0
  for (let at = from; at < to; at++) {
    if (kinds[at] !== 3) continue
    signs += 1
    if (at > from && kinds[at - 1] === 3 && ends[at - 1] === starts[at]) pairs += 1
  }
  return {
    ...{ signs, pairs },
    foreign: count(/[\u0250-\uffff]/g),
    figures: count(/[0-9]/g),
    // A letter whose small one is two stays what it is; what is behind Latin is foreign, whatever else it is; and weights were
    // learnt with a no-break space as one, since a space takes its place.
    capitals: count(/\u00a0|(?!İ|[\u0250-\uffff])\p{Changes_When_Lowercased}/gu),
    lines: count(/\n/g),
  }
}

describe('how a stretch of a text is written', () => {
  it.each(TEXTS)('is counted from any token to any other: %s', (_, text) => {
    const reading = new Reading()
    reading.read('Something ELSE, with 3 lines.\n\n\n')
    reading.read(text)
    const { count } = reading
    const step = Math.max(1, Math.floor(count / 12))
    for (let from = 0; from < count; from += step) {
      for (let to = from + 1; to <= count; to += step) {
        expect(reading.writtenIn(from, to), `${from} ${to}`).toEqual(countedIn(reading, from, to))
      }
    }
    expect(reading.writtenIn(0, 0).signs).toBe(0)
  })
})
