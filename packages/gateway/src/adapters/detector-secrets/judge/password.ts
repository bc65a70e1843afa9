import type { Candidate } from '../../../patterns/rule.js'
import { isPath, isPlaceholder, isReference } from './placeholder.js'
import { isRandom, type Makeup, makeup } from './random.js'

/** What stands behind `password` in code, forms and manuals, and is none. Compared without digits and signs at its end. */
const NO_PASSWORD: ReadonlySet<string> = new Set(
  (
    'password passwords passwd passwort passphrase pass pwd pw secret secrets token key string str text number boolean bool int null none nil ' +
    'true false yes no on off required optional hidden input field label value values type name user username users login email ' +
    'admin root guest default empty blank unknown incorrect wrong invalid valid correct weak strong expired reset forgot ' +
    'forgotten changed change new old current confirm confirmation repeat hash hashed hashing encrypted plaintext plain base64 utf8 utf ascii hex ' +
    'sha sha1 sha256 sha512 md5 bcrypt argon2 argon2id argon2i pbkdf2 scrypt aes aes256 rsa ed25519 hmac hs256 rs256 es256 oauth oauth2 ' +
    'saml oidc mfa 2fa totp otp ldap kerberos ntlm ssh tls ssl http https minlength maxlength min max length characters chars ' +
    'env environment variable vault config ask prompt ignore disabled enabled md5 scram-sha- file stdin basic bearer digest ' +
    'anonymous anonymous@ windows iso rfc utf-8 iso- x python3 java8 es6 web3 web2 h264 mp3 mp4 i18n l10n a11y k8s s3 ec2 p2p b2b b2c covid-'
  ).split(' '),
)

/** What is kept of passwords so that nobody need know them. */
const HASH =
  /^(?:\$(?:2[abxy]|argon2\w{1,2}|scrypt|y|[1567]|apr1|sha1|pbkdf2\S*)\$|\{(?:SSHA|SHA|SMD5|CRYPT)\d*\}|pbkdf2|scram-sha)/i

export type Setting = 'assigned' | 'prose' | 'address'

/**
 * How likely a value at the place of a password is one. People make them of words, so no measure of chance does: mixed kinds of
 * characters speak for it, words and names of code against it.
 */
export function passwordScore(value: string, setting: Setting): number | undefined {
  // Counting characters refuses most, and costs a tenth of what the expressions do.
  const score = scoreByCharacters(value, setting)
  return score === undefined || isNone(value) ? undefined : score
}

/** What its characters say alone. */
export function scoreByCharacters(value: string, setting: Setting): number | undefined {
  return value.length < 4 || value.length > 128 ? undefined : scoreOf(value, setting)
}

/** Whether it is what stands behind the word for a password and is none: a word of manuals, a placeholder, a path. */
export function isNone(value: string): boolean {
  if (/^[@:]/.test(value) || HASH.test(value)) return true
  const small = value.toLowerCase()
  if (NO_PASSWORD.has(small) || NO_PASSWORD.has(small.replace(/[\d!?.#$*]+$/, ''))) return true
  return isPlaceholder(value) || isReference(value) || isPath(value)
}

function scoreOf(value: string, setting: Setting): number | undefined {
  if (setting !== 'address' && isPlain(value) && !isPassphrase(value)) return undefined
  const of = makeup(value, 0, value.length)
  if (of.distinct < 3) return undefined
  if (setting === 'address') return 0.9
  const kinds = Number(of.lower > 0) + Number(of.upper > 0) + Number(of.digits > 0) + Number(of.others > 0)
  if (isQuantity(value)) return setting === 'assigned' && /^\d{6,16}$/.test(value) ? 0.5 : undefined
  if (isRandom(of) || (of.digits === 0 && of.others === 0 && of.wordy === 0 && of.shifts >= 5)) return 0.9
  if (kinds >= 3 && value.length >= 6 && (of.digits > 0 || hasOddSign(value))) return isCode(value) ? undefined : 0.8
  if (isPassphrase(value)) return setting === 'assigned' ? 0.7 : 0.6
  if (kinds === 2 && of.digits > 0 && of.lower + of.upper >= 3) return isOrdinary(value, of, setting) ? undefined : 0.7
  if (kinds === 2 && hasOddSign(value) && value.length >= 7) return isCode(value) ? undefined : 0.6
  return undefined
}

const LOWER = 1
const UPPER = 2
const TELLING = 4
/** By character of ASCII. */
const KINDS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code)
  if (/[a-z]/.test(char)) return LOWER
  if (/[A-Z]/.test(char)) return UPPER
  return /\d/.test(char) || hasOddSign(char) ? TELLING : 0
})

/**
 * Whether no beginning of a candidate has a score, but within an address: it is plain, and has fewer parts than a passphrase. Behind a name
 * that is said over and over candidates overlap: what was read for the one before is not read again.
 */
export function isPlainThroughout({ text, start, end, kept }: Candidate): boolean {
  // From here to there all is plain: of one case, or of none; with so many hyphens and spaces.
  let from = kept[0] as number
  let to = kept[1] as number
  let letters = kept[2] as number
  let joints = kept[3] as number
  if (start < from || start > to) {
    from = to = start
    letters = joints = 0
  }
  let isPlainYet = true
  while (to < end) {
    const code = text.charCodeAt(to)
    const kind = KINDS[code] ?? TELLING
    if ((letters | kind) > UPPER) {
      isPlainYet = kind !== TELLING && from < start
      if (!isPlainYet) break
      // It may have been what stands before it that was of another case.
      from = to = start
      letters = joints = 0
      continue
    }
    letters |= kind
    if (isJoint(code)) joints++
    to++
  }
  kept[0] = from
  kept[1] = to
  kept[2] = letters
  kept[3] = joints
  return isPlainYet && (joints < JOINTS_MIN || jointsIn(text, start, end) < JOINTS_MIN)
}

/** Of a passphrase. */
const JOINTS_MIN = 3

function isJoint(code: number): boolean {
  return code === 0x2d || code === 0x20
}

function jointsIn(text: string, start: number, end: number): number {
  let joints = 0
  for (let at = start; at < end; at++) if (isJoint(text.charCodeAt(at))) joints++
  return joints
}

/** Letters of one case and signs that identifiers have: of these nothing but a passphrase is a password. */
function isPlain(value: string): boolean {
  let kinds = 0
  for (let at = 0; at < value.length; at++) {
    kinds |= KINDS[value.charCodeAt(at)] ?? TELLING
    if (kinds > UPPER) return false
  }
  return true
}

/** Numbers, amounts, dates, versions, times, measures, addresses of machines. */
function isQuantity(value: string): boolean {
  return (
    /^[\d.,:/x–-]+(?:st|nd|rd|th|px|em|rem|ms|s|m|h|d|k|kb|mb|gb|%|am|pm|bit|chars?|characters?|days?|hours?|minutes?|seconds?|digits?)?$/i.test(
      value,
    ) || /^v?\d+(?:\.\d+)+/.test(value)
  )
}

/** A sign that identifiers, names of files and words do not have. */
function hasOddSign(value: string): boolean {
  return /[!#$%^&*+=?@~|<>;§€£]/.test(value)
}

function isCode(value: string): boolean {
  return /^[\w$]+(?:(?:\.|->|::|\?\.)[\w$]+)+[;,]?$|\w\(|[=!]==?|=>|&&|\|\||^[\w.]+@[\w.-]+\.\w+$|^<|\/>$|^[*+?]/.test(
    value,
  )
}

/** `correct-horse-battery-staple` */
function isPassphrase(value: string): boolean {
  return /^\p{L}{3,12}(?:[-_. ]\p{L}{3,12}){3,9}\d{0,4}$/u.test(value) && !/[_.]/.test(value)
}

/** `user2`, `item-3`, `base64-encoded`, `sha256sum`: words with a digit or two. */
function isOrdinary(value: string, of: Makeup, setting: Setting): boolean {
  if (isCode(value) || /^(?:base64|sha\d|md5|utf-?\d|aes|rsa|oauth|http|x\.?509|pbkdf)/i.test(value)) return true
  if (value.length < 6) return true
  // In prose a word with one digit may be a name: `iPhone15`, `Q3-report`.
  if (setting === 'prose') return of.digits < 2 || of.others > 0 || value.length < 7
  return of.others > 0 && /[_.]/.test(value) && of.digits < 3
}
