import { LATE } from './style.mjs'

/** So many characters in a row of a protected string are a leak; fewer may be prose. */
const WINDOW = 6

/** What was planned needs no detector, no editor and no vault to know what must come out. */
export function asPlanned(queue, said, acts, vault) {
  const { plan } = queue.said
  if (plan === undefined) return
  const shown = plan.map((one) => shownOf(one, queue, acts, vault)).join(' ')
  const plain = queue.isJson ? JSON.parse(said).q : said
  if (plain !== shown)
    throw new Error(`what was planned: got ${JSON.stringify(plain)}, wanted ${JSON.stringify(shown)}`)
}

function shownOf({ type, text, masked, value, valueType }, queue, acts, vault) {
  if (value !== undefined) return isRestored(valueType, queue, acts, vault) ? value : text
  const act = type === undefined ? undefined : acts.get(type)
  switch (act) {
    case 'redact':
      return `[redacted:${type}]`
    case 'mask':
      return masked
    case 'tokenize':
      if (text.length > TOKENIZED_MAX) return `[redacted:${type}]`
      // Who may read it sees it at once.
      return isRestored(type, queue, acts, vault) ? text : vault.session.tokenize(type, text)
    default:
      return text
  }
}

/** In a stream something must be said before more of a value has come. */
const TOKENIZED_MAX = 4095

/** Whether a value of this type is put back in such a channel. */
function isRestored(type, { role, isSealed }, acts, { places }) {
  const act = acts.get(type)
  if (act === 'redact' || act === 'mask' || act === 'block') return false
  return isSealed !== true && (role !== 'tool-call' || places.includes('tool-arguments'))
}

/** On the bytes themselves: no row of characters of what was to be redacted everywhere stands anywhere. */
export function nothingIn(bytes, queues, acts) {
  const text = decoded(bytes)
  if (text.includes(LATE)) throw new Error('what stood in a comment, an id, an unknown event or behind the end')
  // What runs into one another in a text without a plan may be shown, and so may stand here.
  if (queues.some(({ said }) => said.plan === undefined)) return
  for (const { said } of queues) {
    for (const { type, text: secret } of said.plan) {
      if (type === undefined || acts.get(type) !== 'redact') continue
      for (let at = 0; at + WINDOW <= secret.length; at++) {
        const row = secret.slice(at, at + WINDOW)
        if (text.includes(row) && !isShown(row, queues, acts)) throw new Error(`\`${row}\` of a ${type} came out`)
      }
    }
  }
}

function isShown(row, queues, acts) {
  return queues.some(({ said }) =>
    said.plan.some(({ type, text, masked, value }) => {
      const act = type === undefined ? undefined : acts.get(type)
      if (act === 'mask') return masked.includes(row)
      return (act !== 'redact' && text.includes(row)) || value?.includes(row) === true
    }),
  )
}

function decoded(bytes) {
  const once = bytes.toString('utf8').replaceAll('\\\\', '\\')
  return once.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
}
