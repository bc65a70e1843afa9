import type { Refusal } from '../spec/refusal.js'
import type { Frame } from './framing.js'
import type { Out } from './out.js'
import type { StreamReading } from './stream-format.js'
import { type Slot, Template } from './template.js'

const TEMPLATES_MAX = 4
const SLOTS_MAX = 8

/** The events of one stream that were read in full last: most that follow differ from one of them in their texts alone. */
export class Templates {
  #all: Template[] = []

  /** Writes the event at `at` where it fits one, each text once it has passed its guard, and gives its end; else -1. */
  write(bytes: Buffer, at: number, out: Out, reading: StreamReading): number | Refusal {
    for (const template of this.#all) {
      const end = template.fit(bytes, at)
      if (end < 0) continue
      let from = at
      for (let i = 0; i < template.slots.length; i++) {
        const slot = template.slots[i] as Slot
        const now = slot.counter === undefined ? said(slot, template, i) : recounted(reading, slot.counter, template, i)
        if (now === undefined) continue
        if (typeof now !== 'string') return now
        out.run(from, template.bounds[2 * i] as number)
        out.piece(Buffer.from(now))
        from = template.bounds[2 * i + 1] as number
      }
      out.run(from, end)
      return end
    }
    return -1
  }

  learn(frame: Frame, text: string, strings: readonly Slot[], counters: readonly Slot[]): void {
    const channel = strings.find((one) => one.channel !== undefined)?.channel
    if (channel === undefined || strings.length + counters.length > SLOTS_MAX) return
    const { around } = frame
    if (around === undefined) return
    const slots = counters.length === 0 ? strings : [...strings, ...counters].sort((a, b) => a.start - b.start)
    // One for each channel that leads: a stream of several choices takes turns.
    const others = this.#all.filter((one) => !one.slots.some((slot) => slot.channel === channel))
    this.#all = [new Template(text, around.before, around.after, slots), ...others].slice(0, TEMPLATES_MAX)
  }

  /** Where a channel ends: they would push into guards that have ended. */
  forget(): void {
    this.#all = []
  }
}

/** The inside of the string that takes the place of a slot's; undefined where it stays. */
function said({ channel }: Slot, template: Template, i: number): string | Refusal | undefined {
  const text = template.texts[i] as string
  if (channel === undefined || text === '') return undefined
  const out = channel.push(text)
  if (typeof out !== 'string') return out
  return out === text ? undefined : JSON.stringify(out).slice(1, -1)
}

/** The digits that take the place of a counter's; undefined where it stays. */
function recounted(reading: StreamReading, counter: string, template: Template, i: number): string | undefined {
  const count = template.counts[i] as number
  const now = reading.counted?.(counter, count) ?? count
  return now === count ? undefined : String(now)
}
