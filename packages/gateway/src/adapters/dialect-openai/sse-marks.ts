const COLON = 0x3a
const SPACE = 0x20
const OPEN_OBJECT = 0x7b
const MARK = Buffer.from('[DONE]')
const USAGE = Buffer.from('"usage"')
const ERROR = Buffer.from('"error"')

/** The dialect's own end mark. */
export function isDone(data: Buffer): boolean {
  return data.length === MARK.length && data.equals(MARK)
}

/** Whether an event may be the end mark, have usage, or say that something broke. */
export function mayTell(event: Buffer): boolean {
  return event.includes(MARK) || hasUsage(event) || event.includes(ERROR)
}

/** Where usage was asked for, every event but the last says that it is null. */
function hasUsage(event: Buffer): boolean {
  let at = event.indexOf(USAGE)
  if (at < 0) return false
  at += USAGE.length
  while (event[at] === COLON || event[at] === SPACE) at++
  return event[at] === OPEN_OBJECT
}
