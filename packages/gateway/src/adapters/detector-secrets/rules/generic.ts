import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { type Name, nameBefore, secrecyOf } from '../judge/name.js'
import { isPlaceholder, isReference } from '../judge/placeholder.js'
import { isRandom, type Makeup, makeup } from '../judge/random.js'
import { BETWEEN, MEMBERS } from './shape.js'

/** What names a key or a token, in names of code and in prose. */
const NAMES =
  'key|token|secret|credential|creds?|auth|bearer|access|signature|cookie|session|sessid|jwt|passcode|passkey|webhook|' +
  'schl(?:ü|ue)ssel|cl[ée]|clave|chiave|chave|sleutel|klucz|nyckel|nøgle|nøkkel|avain|anahtar|ключ|токен|密钥|密鑰|令牌|キー|トークン|키|토큰'

const VALUE = '[A-Za-z0-9_+/~.%:@!#$^?*=-]{8,256}'

/** Nearby on the left: an object's name, a heading, the sentence. */
const NEAR = /credential|secret|token|api|auth|bearer|login|passw|private|signing|encrypt|access|cookie|licen[sc]e|webhook|vault|deploy/i
const NEAR_REACH = 100

function judgeAssigned({ text, start, end: reach }: Candidate): Judged | undefined {
  const end = trimmed(text, start, reach)
  const value = text.slice(start, end)
  if (value.length < 8 || isPlaceholder(value) || isReference(value)) return undefined
  const name = nameBefore(text, start)
  const secrecy = secrecyOf(name)
  if (secrecy === 0) return undefined
  const of = makeup(text, start, end)
  const score = secrecy === 2 ? ofSecret(value, of) : ofPerhaps(text, name, value, of)
  return score === undefined ? undefined : { score, end }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function ofSecret(value: string, of: Makeup): number | undefined {
  if (UUID.test(value)) return 0.7
  return isRandom(of) ? 0.8 : undefined
}

/** `key`, `auth`, `value`: many things have such names, so the value has to be long, and something near has to speak of secrets. */
function ofPerhaps(text: string, name: Name, value: string, of: Makeup): number | undefined {
  if (of.length < 20 || !isRandom(of)) return undefined
  const before = text.slice(Math.max(0, name.start - NEAR_REACH), name.start)
  if (/[?&]$/.test(before) || /^(?:x-)?auth|access$/i.test(name.text)) return of.isHex && of.length < 32 ? undefined : 0.6
  return NEAR.test(before) && !UUID.test(value) ? 0.6 : undefined
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
  if (isPlaceholder(value) || isReference(value)) return undefined
  if (secrecyOf(nameBefore(text, start)) < 2) return undefined
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
const OF_OTHERS =
  /\b(?:public|publishable|primary|foreign|partition|sort|cache|object|idempotency|hash|commit|checksum|digest|sha-?\d*|md5|trace|request|tracking|order|uuid|guid|id|ids|fingerprint|certificate|address|block|transaction|tx|contract|version|branch|revision|ssh|site|path|file|folder|url|link)\b/i
const OF_SECRETS =
  /\b(?:api|secret|access|private|signing|encryption|deploy|auth\w*|licen[sc]e|webhook|service|account|tokens?|credentials?|session|cookie|bearer|jwt|hmac|master|admin)\b|schl(?:ü|ue)ssel|cl[ée]|clave|chiave|chave|ключ|токен|密|令牌|キー|トークン|키|토큰/i

function judgeInProse({ text, start, end: reach }: Candidate): Judged | undefined {
  const end = trimmed(text, start, reach)
  const value = text.slice(start, end)
  const of = makeup(text, start, end)
  if (of.length < 16 || !isRandom(of) || isPlaceholder(value) || isReference(value)) return undefined
  if (/\/.*\//.test(value) && of.wordy > 0.2) return undefined
  const sentence = lastSentence(text.slice(Math.max(0, start - NEAR_REACH), start))
  return OF_SECRETS.test(sentence) && !OF_OTHERS.test(sentence) ? { score: 0.6, end } : undefined
}

function lastSentence(before: string): string {
  return before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('. '), before.lastIndexOf('? ')) + 1)
}

function judgeUnknown({ text, start, end }: Candidate): Judged | undefined {
  // A letter before the short ones is another word's: `task-`, `disk_`.
  const first = text.charAt(start)
  if (first !== '_' && first !== '-' && /[A-Za-z0-9]/.test(text.charAt(start - 1))) return undefined
  const body = text.slice(start, end)
  if (/^sk-(?:proj|svcacct|admin|None)-/.test(body)) return undefined
  const mark = Math.max(body.lastIndexOf('_', 14), body.lastIndexOf('-', 14)) + 1
  const of = makeup(text, start + mark, end)
  if (of.length < 20 || !isRandom(of) || isPlaceholder(body) || of.digits < 2) return undefined
  return of.upper === 0 && !of.isHex && of.turns < 6 ? undefined : { score: 0.6 }
}

const LETTER = "A-Za-z'’\u00c0-\u024f\u0370-\u052f"

/** Keys and tokens that no vendor marks: something names them, and they are random. */
export const GENERIC: readonly Rule[] = [
  {
    name: 'assigned-token',
    type: 'secret.generic',
    lead: `(?:${NAMES}|value|default)[\\w.-]{0,24}(?:${MEMBERS}|${BETWEEN})`,
    before: '',
    expression: VALUE,
    behind: '',
    check: judgeAssigned,
    isWeak: true,
  },
  {
    name: 'token-in-prose',
    type: 'secret.generic',
    lead: `(?:${NAMES})[\\w-]{0,16}["'\`*:]{0,3}(?:[ ,:(-]{1,3}[${LETTER}]{1,14}){0,6}[ \u3040-\u309f\uc740\ub294\u662f\u70ba\u4e3a:：=(–—-]{1,4}(?:\\\\?["'\`“„«])?`,
    before: '',
    expression: '[A-Za-z0-9_+/~.-]{16,256}={0,2}',
    behind: '',
    check: judgeInProse,
    isWeak: true,
  },
  {
    name: 'token-behind-name',
    type: 'secret.generic',
    lead: `(?:${NAMES})[\\w-]{0,24}:?[ \\t]{1,3}["'\`]?`,
    before: '',
    expression: '[A-Za-z0-9_+/~.=-]{16,256}',
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
    name: 'unknown-vendor-token',
    type: 'secret.generic',
    // Whoever invents a format these days begins it with what it is.
    expression:
      '(?:_live_|_test_|_prod_|_pat_|_sk_|_key_|_tok_|_token_|_secret_|_api_|-pat-|-live-|-token-|-secret-|sk_|pat_|sk-|pat-|tok_|token_|secret_|apikey_|api_key_|api-key-)[A-Za-z0-9_-]{20,160}',
    before: '',
    behind: '',
    check: judgeUnknown,
    isWeak: true,
  },
]
