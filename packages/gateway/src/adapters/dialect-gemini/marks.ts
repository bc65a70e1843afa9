const COLON = 0x3a
const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39
const TELLING: readonly Buffer[] = [
  '"finishReason"',
  '"finish_reason"',
  '"blockReason"',
  '"block_reason"',
  '"error"',
].map((name) => Buffer.from(name))
const INDEX = Buffer.from('"index"')

/** Whether an event may end a candidate, refuse the prompt, say that something broke, or bring another candidate than the first. */
export function mayTell(event: Buffer): boolean {
  for (const name of TELLING) if (event.includes(name)) return true
  let at = event.indexOf(INDEX)
  if (at < 0) return false
  at += INDEX.length
  while (event[at] === COLON || event[at] === SPACE) at++
  const digit = event[at] ?? ZERO
  return digit > ZERO && digit <= NINE
}
