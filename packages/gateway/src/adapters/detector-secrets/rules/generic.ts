import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { type Name, nameBefore, secrecyOf } from '../judge/name.js'
import { passwordScore } from '../judge/password.js'
import { isPath, isPlaceholder, isReference } from '../judge/placeholder.js'
import { hasDistinct, isRandom, type Makeup, makeup } from '../judge/random.js'
import { BETWEEN, bodyOf, MEMBERS } from './shape.js'

/** What names a key or a token, in names of code and in prose. */
const NAMES =
  'key|token|secret|credential|creds?|auth|bearer|access|signature|cookie|session|sessid|jwt|[_-]pat|passcode|passkey|webhook|' +
  'schl(?:ü|ue)ssel|cl[ée]|clave|chiave|chave|jeton|sleutel|klucz|nyckel|nøgle|nøkkel|avain|anahtar|ключ|токен|密钥|密鑰|令牌|キー|トークン|키[는은:]|토큰'

const VALUE = '[A-Za-z0-9_+/~.%:@!#$^?*-]{8,240}={0,2}'

/** Nearby on the left: an object's name, a heading, the sentence. */
const NEAR =
  /credential|secret|token|api|auth|bearer|login|passw|private|signing|encrypt|access|cookie|licen[sc]e|webhook|vault|deploy/i
const NEAR_REACH = 100

function judgeAssigned({ text, start, end: reach }: Candidate): Judged | undefined {
  // Most are none, and their beginning tells: names and words.
  const reachOfHead = Math.min(reach, start + HEAD)
  if (!hasDistinct(text, start, reachOfHead, 6)) return undefined
  const head = makeup(text, start, reachOfHead)
  if (head.wordy > 0.6 && head.digits < 4) return undefined
  const end = beforeFragment(text, start, trimmed(text, start, reach))
  const value = text.slice(start, end)
  if (value.length < 8 || isPlaceholder(value) || isReference(value)) return undefined
  const name = nameBefore(text, start)
  const secrecy = secrecyOf(name)
  if (secrecy === 0) return undefined
  const of = makeup(text, start, end)
  // Base64 may begin with a slash, but has no words.
  if (isPath(value) && (of.wordy > 0.15 || value.includes(':'))) return undefined
  const score = secrecy === 2 ? ofSecret(name, value, of) : ofPerhaps(text, name, value, of)
  return score === undefined ? undefined : { score, end }
}

const HEAD = 48

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function ofSecret(name: Name, value: string, of: Makeup): number | undefined {
  if (UUID.test(value)) return 0.7
  if (isRandom(of)) return 0.8
  // Somebody may have made it up.
  return name.words.at(-1) === 'secret' && /[!#$%^&*]/.test(value) ? passwordScore(value, 'prose') : undefined
}

/** `key`, `auth`, `value`: many things have such names, so the value has to be long, and something near has to speak of secrets. */
function ofPerhaps(text: string, name: Name, value: string, of: Makeup): number | undefined {
  if (of.length < 20 || of.wordy > 0.25 || !isRandom(of)) return undefined
  const before = text.slice(Math.max(0, name.start - NEAR_REACH), name.start)
  if (/[?&]$/.test(before) || /^(?:auth|access)$/.test(name.words.at(-1) ?? ''))
    return of.isHex && of.length < 32 ? undefined : 0.6
  if (UUID.test(value)) return undefined
  return NEAR.test(before) || /\b(?:the|my|our|your|this|new)\s$/i.test(before) ? 0.6 : undefined
}

/** A parameter ends where the fragment of its URL begins; in what is shorter a `#` may be a part of it. */
function beforeFragment(text: string, start: number, end: number): number {
  const hash = text.slice(start, end).indexOf('#')
  return hash >= 16 && isRandom(makeup(text, start, start + hash)) ? start + hash : end
}

/** What ends a sentence, or closes something around it, is no part of a value. */
function trimmed(text: string, start: number, reach: number): number {
  let end = reach
  while (end > start && '.,;:?!*'.includes(text.charAt(end - 1))) end--
  return end
}

function judgeBehindName({ text, start, end: reach }: Candidate): Judged | undefined {
  const end = trimmed(text, start, reach)
  const value = text.slice(start, end)
  if (isPlaceholder(value) || isReference(value) || isPath(value)) return undefined
  const name = nameBefore(text, start)
  if (secrecyOf(name) < 2 && !(name.text === 'login' && /^[\w-]+$/.test(value))) return undefined
  return UUID.test(value) || isRandom(makeup(text, start, end)) ? { score: 0.8, end } : undefined
}

/** RFC 7617: base64 of a name, a colon and a password. */
function judgeBasic({ text, start, end }: Candidate): Judged | undefined {
  const plain = Buffer.from(text.slice(start, end), 'base64').toString('latin1')
  const colon = plain.indexOf(':')
  if (colon < 0 || colon === plain.length - 1 || /[^\x20-\x7e\xa0-\xff]/.test(plain)) return undefined
  return isPlaceholder(plain) ? undefined : { score: 0.9 }
}

/** What sentences speak of that is random too. */
const OF_OTHERS: ReadonlySet<string> = new Set(
  (
    'public publishable next page cursor primary foreign partition sort cache object idempotency hash commit checksum digest sha md5 ' +
    'trace request tracking order uuid guid id ids fingerprint certificate address block transaction tx contract version branch ' +
    'revision ssh site path file folder url link'
  ).split(' '),
)
const OF_SECRETS: ReadonlySet<string> = new Set(
  (
    'api secret access private signing encryption deploy auth authentication authorization oauth license licence webhook service account ' +
    'token tokens credential credentials session cookie bearer jwt hmac master admin login jeton accès acces acceso acesso ' +
    'zugriff clé cle clave chiave chave ключ токен'
  ).split(' '),
)
/** In these no space parts the words. */
const OF_SECRETS_WITHIN = /schl(?:ü|ue)ssel|密|令牌|キー|トークン|키|토큰/

const OF_SOMEBODY =
  /\b(?:users?|by|for|from|granted to|customer|tenant|owner|client|member|device|node|host|pod|instance)\s{1,2}["'`]?$/i
/** What stands behind it is an address in the net. */
const SCHEME = /\b(?:https?|wss?|ftp):$/i
const OF_ITSELF =
  /(?:[:=\u3040-\u9fff\uac00-\ud7af]|--\w+|\b(?:is|key|token|secret|credential|ist|est|es|to|one)| é)\s{0,3}["'`]?$/i

function judgeInProse({ text, start, end: reach }: Candidate): Judged | undefined {
  const end = trimmed(text, start, reach)
  const value = text.slice(start, end)
  const of = makeup(text, start, end)
  if (of.length < 16 || !isRandom(of) || isPlaceholder(value) || isReference(value)) return undefined
  if (/\/.*\//.test(value) && of.wordy > 0.2) return undefined
  const before = text.slice(Math.max(0, start - NEAR_REACH), start)
  // The first line of a block that has a detector of its own, or is a public key.
  if (before.endsWith('-----\n')) return undefined
  if (value.startsWith('//') && SCHEME.test(before)) return undefined
  // Whom it was given to, or who gave it, is said in the same way; of ids only what it is.
  if (OF_SOMEBODY.test(before) || (UUID.test(value) && !OF_ITSELF.test(before))) return undefined
  const lines = before.trimEnd()
  if (wordsOf(lines.slice(lines.lastIndexOf('\n') + 1)).some((word) => OF_OTHERS.has(word))) return undefined
  const isOfSecrets = wordsOf(before).some((word) => OF_SECRETS.has(word)) || OF_SECRETS_WITHIN.test(before)
  return isOfSecrets ? { score: 0.6, end } : undefined
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/[^a-z\u00c0-\u024f\u0370-\u052f]+/)
}

/** A random text that a client is made of. */
function judgeArgument({ text, start, end }: Candidate): Judged | undefined {
  const value = text.slice(start, end)
  if (!isRandom(makeup(text, start, end)) || isPlaceholder(value) || UUID.test(value)) return undefined
  return isReference(value) ? undefined : { score: 0.6 }
}

/** The name stands behind it, and is no part of it. */
function judgeBeforeName({ text, start, end: reach }: Candidate): Judged | undefined {
  const value = /^[\w+/~.=-]+/.exec(text.slice(start, reach))?.[0] ?? ''
  const end = start + value.length
  return isRandom(makeup(text, start, end)) && !isPlaceholder(value) ? { score: 0.6, end } : undefined
}

/** `curl -u key:`, with no password. */
function judgeUserOnly({ text, start, end }: Candidate): Judged | undefined {
  return isRandom(makeup(text, start, end - 1)) ? { score: 0.7, end: end - 1 } : undefined
}

function judgeUnknown({ text, start, end }: Candidate): Judged | undefined {
  const value = text.slice(start, end)
  if (!SOME_DIGITS.test(value)) return undefined
  const of = makeup(text, bodyOf(text, start, start + 15), end)
  if (of.length < 20 || of.digits < 2 || !isRandom(of) || isPlaceholder(value)) return undefined
  // Of `pk_live_` everybody may know the rest.
  if (/(?:pk|pub|public|publishable)$/i.test(text.slice(Math.max(0, start - 12), start))) return undefined
  return of.upper === 0 && !of.isHex && of.turns < 6 ? undefined : { score: 0.6 }
}

/** Fewer are refused before anything is counted: names of code have them as often as not. */
const SOME_DIGITS = /\d\D*\d/

const LETTER = "A-Za-z'’\u00c0-\u024f\u0370-\u052f"

/** Keys and tokens that no vendor marks: something names them, and they are random. */
export const GENERIC: readonly Rule[] = [
  {
    name: 'assigned-token',
    type: 'secret.generic',
    lead: `(?:${NAMES}|value)[\\w.-]{0,24}(?:${MEMBERS}|${BETWEEN})`,
    before: '',
    expression: VALUE,
    behind: '',
    check: judgeAssigned,
    isWeak: true,
  },
  {
    name: 'token-in-prose',
    type: 'secret.generic',
    lead: `(?:${NAMES})[\\w-]{0,6}["'\`*]{0,2}(?:[,:?!.]?[ \\n](?:-{1,2}|\\()?[${LETTER}]{1,12}){0,3}(?:[,:?!.]?[ \\n][${LETTER}]{1,6}){0,2}["'\`*]{0,2}(?:[,:?!.]?[ \\n]{1,2}|[:=(：\u3040-\u309f\uc740\ub294\u662f\u70ba\u4e3a]{1,2}[ \\n]{0,2})(?:[-–—=(:]{1,2} ?)?(?:\\\\?["'\`“„]|« ?)?`,
    before: '',
    expression: '[A-Za-z0-9_+/~.-]{16,240}={0,2}',
    behind: '',
    check: judgeInProse,
    isWeak: true,
  },
  {
    name: 'token-behind-name',
    type: 'secret.generic',
    lead: `(?:${NAMES}|login)[\\w-]{0,24}[\\]:)]{0,2}[ \\t]{1,3}["'\`]?`,
    before: '',
    expression: '[A-Za-z0-9_+/~.-]{16,240}={0,2}',
    behind: '',
    check: judgeBehindName,
    isWeak: true,
  },
  {
    name: 'basic-credentials',
    type: 'secret.generic',
    lead: 'basic[ \\t]{1,3}',
    expression: '[A-Za-z0-9+/]{8,256}={0,2}',
    check: judgeBasic,
    isWeak: true,
  },
  {
    name: 'argument-of-client',
    type: 'secret.generic',
    lead: '(?:client|connect|init|initialize|configure|setup|authenticate|login|\\))\\(\\s{0,8}["\'`]',
    before: '',
    expression: '[A-Za-z0-9_+/~.=-]{20,240}',
    behind: 'A-Za-z0-9_ ',
    check: judgeArgument,
    isWeak: true,
  },
  {
    name: 'user-of-command',
    type: 'secret.generic',
    lead: '(?:-u|--user) ["\']?',
    expression: '[A-Za-z0-9_-]{16,100}:',
    behind: 'A-Za-z0-9_',
    check: judgeUserOnly,
    isWeak: true,
  },
  {
    name: 'value-before-name',
    type: 'secret.generic',
    lead: '(?:use|using|used|with|enter|type|have|set|put|try|pasted?|that|and|is|be|by|to|here) ["\'`]?',
    expression: `[A-Za-z0-9_+/~.=-]{16,120}["'\`]? (?:as|for|is|was) (?:the|my|our|your|an?|its) (?:[a-z]{1,12} ){0,2}(?:api|access|secret|auth|bearer|private|signing|deploy|token|key|credential)`,
    behind: '',
    check: judgeBeforeName,
    isWeak: true,
  },
  {
    name: 'unknown-vendor-token',
    type: 'secret.generic',
    // Whoever invents a format these days begins it with what it is.
    expression: '(?:sk_|pat_|sk-|pat-|tok_|token_|secret_|key_|apikey_|api_key_|api-key-)[A-Za-z0-9_-]{20,110}',
    behind: '',
    check: judgeUnknown,
    isWeak: true,
  },
  {
    name: 'unknown-vendor-token-within',
    type: 'secret.generic',
    // Or with a name of its own before that, which stays.
    expression:
      '(?:_(?:live|test|prod|pat|sk|key|tok|token|secret|api)_|-(?:pat|live|token|secret)-)[A-Za-z0-9_-]{20,110}',
    before: '',
    behind: '',
    check: judgeUnknown,
    isWeak: true,
  },
]
