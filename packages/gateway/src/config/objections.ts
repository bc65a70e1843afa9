import type { Objection } from './schema.js'
import { nameMeant, namesText } from './type-names.js'
import type { Flaw, Path, Places } from './yaml.js'

/** Where a secret stands: what is written there is never printed, whatever is wrong with it. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'apiKey',
  'apiKeys',
  'key',
  'cert',
  'clientCa',
  'clientSecret',
  'bearerToken',
  'secretsKey',
])

const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['int', 'a whole number'],
  ['number', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a map of keys and values'],
  ['record', 'a map of keys and values'],
])

/** `issuers[0].claims`, as one would say it. */
export function pathText(path: Path): string {
  let text = ''
  for (const one of path) {
    if (typeof one === 'number') text += `[${one}]`
    else text += text === '' ? one : `.${one}`
  }
  return text
}

/** What the schema objects to, each at its place. */
export function objectionFlaws(objection: Objection, places: Places): readonly Flaw[] {
  const { path, issue } = objection
  const place = places.get(path)
  if (issue.code === 'unrecognized_keys') {
    // The schema put the keys it knows where the message would be.
    const known = issue.message.split(' ')
    if (isSecret(path)) {
      // `{SECRET}` in YAML is a map with a key of this name.
      return [places.flaw(path, `${pathText(path)}: has an unknown key: there are ${known.join(', ')}`)]
    }
    return issue.keys.map((key) => places.keyFlaw([...path, key], unknownKey(path, key, known)))
  }
  if (issue.code === 'invalid_key')
    return [places.keyFlaw(path, `a key in \`${pathText(path.slice(0, -1))}\`${keyComplaint(issue.issues[0])}`)]
  const name = pathText(path)
  if (place === undefined && path.length > 0 && issue.code !== 'custom') {
    const where = path.length === 1 ? '' : ` in \`${pathText(path.slice(0, -1))}\``
    return [places.flaw(path, `missing \`${String(path.at(-1))}\`${where}`)]
  }
  return [
    places.flaw(
      path,
      `${name === '' ? '' : `${name}: `}${complaint(objection, shown(path, place?.source), place?.quoted === true)}`,
    ),
  ]
}

function unknownKey(path: Path, key: string, known: readonly string[]): string {
  const where = path.length === 0 ? '' : ` in \`${pathText(path)}\``
  // Keys that are finding types are not guessed from what the others are.
  const there = known.some((one) => one.includes('.')) ? `: there are ${namesText(known)}` : ''
  return `unknown key \`${key}\`${where}${nameMeant(key, known) || there}`
}

/** The schema's own words of a key that has another form; else it is empty. */
function keyComplaint(inner: { readonly message: string } | undefined): string {
  return inner?.message.startsWith('write ') === true ? `: ${inner.message}` : ' is empty'
}

function complaint({ issue }: Objection, written: string | undefined, isQuoted: boolean): string {
  const not = written === undefined ? '' : `, not \`${written}\``
  switch (issue.code) {
    case 'invalid_type':
      // What the schema says in our own words, as of `15` where a time needs its unit.
      if (issue.message.startsWith('write ')) return `${issue.message}${not}`
      // `80` and `"80"` differ in nothing else.
      return `must be ${EXPECTED.get(issue.expected) ?? issue.expected}${isQuoted && written !== undefined ? `, not \`"${written}"\`` : not}`
    case 'invalid_value': {
      const known = issue.values.map(String)
      const near = written === undefined ? '' : nameMeant(written, known)
      // What the schema says in our own words, where what is known is too much to be told.
      if (issue.message.startsWith('write ')) return `${issue.message}${not}${near}`
      return `${known.length === 1 ? 'there is only' : 'must be one of'} ${known.map((one) => `\`${one}\``).join(', ')}${not}${near}`
    }
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty'
      if (issue.origin === 'array') return 'must not be an empty list'
      return `must be at least ${issue.minimum}${not}`
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}${not}`
    case 'invalid_union':
      return `${issue.message.startsWith('write ') ? issue.message : 'has a type that is not taken here'}${not}`
    case 'custom':
      if (issue.params?.['about'] === true) return `${written === undefined ? '' : `\`${written}\` `}${issue.message}`
      return issue.params?.['bare'] === true ? issue.message : `${issue.message}${not}`
    default:
      return `${issue.message}${not}`
  }
}

function isSecret(path: Path): boolean {
  // The section `apiKeys` holds choices about keys, and no key.
  return path.some((one, at) => typeof one === 'string' && SECRET_KEYS.has(one) && !(at === 0 && one === 'apiKeys'))
}

function shown(path: Path, source: string | undefined): string | undefined {
  if (source === undefined || source === '') return undefined
  if (isSecret(path)) return undefined
  // A password in a URL is as secret as one in its own field, in a URL that is not well-formed too.
  if (/:.*@/s.test(source)) return undefined
  const line = source.replaceAll(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 80)}…` : line
}
