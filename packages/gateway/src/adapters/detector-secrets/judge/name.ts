/** What stands before a value and names it. Looked at backwards, and no further than a hundred characters. */
export interface Name {
  /** Its words, in small letters, the last one last: `ACME_API_KEY`, `acmeApiKey` and `acme api-key` are the same. */
  readonly words: readonly string[]
  /** As it stands there. */
  readonly text: string
  /** Where it begins. */
  readonly start: number
  /** What stands between it and the value. */
  readonly between: string
}

const REACH = 100
/** What stands between a name and a value, and names nothing itself. */
const FILLERS: ReadonlySet<string> = new Set([
  'value',
  'string',
  'str',
  'is',
  'default',
  'fromstring',
  'frombase64',
  'u003d',
])

export function nameBefore(text: string, start: number): Name {
  const floor = Math.max(0, start - REACH)
  let end = start
  for (;;) {
    while (end > floor && !isNameCharacter(text.charCodeAt(end - 1))) end--
    let at = end
    while (at > floor && isNameCharacter(text.charCodeAt(at - 1))) at--
    if (at === end) return { words: [], text: '', start: at, between: '' }
    if (FILLERS.has(text.slice(at, end).toLowerCase())) {
      end = at
      continue
    }
    // `api key` as two words: those on the left, where nothing but a space parts them and they say something of it.
    const first = at
    for (let words = 1; words < 3; words++) {
      if (text.charCodeAt(at - 1) !== 0x20 || at - 2 < floor) break
      let left = at - 1
      while (left > floor && isNameCharacter(text.charCodeAt(left - 1))) left--
      const word = text.slice(left, at - 1).toLowerCase()
      if (!OF_KEYS.has(word) && !ALWAYS.has(word) && !OF_PUBLIC_KEYS.has(word)) break
      at = left
    }
    return {
      words: wordsOf(text.slice(at, end)),
      text: text.slice(first, end),
      start: first,
      between: text.slice(end, start),
    }
  }
}

function isNameCharacter(code: number): boolean {
  if (code >= 0x61 && code <= 0x7a) return true
  if (code >= 0x30 && code <= 0x39) return true
  if (code >= 0x41 && code <= 0x5a) return true
  // `_`, `-`, `.`, and letters of other alphabets.
  return (
    code === 0x5f ||
    code === 0x2d ||
    code === 0x2e ||
    (code >= 0xc0 && code !== 0x2192 && code !== 0x2026 && code !== 0x2022)
  )
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/^-D(?=[a-z])/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '')
}

/** Words that make of a `key` or a `token` one that everybody may see. */
const OF_PUBLIC_KEYS: ReadonlySet<string> = new Set(
  (
    'public pub publishable primary foreign partition sort cache object row routing idempotency idempotence next prev previous page ' +
    'cursor sync continuation resumption dedup dedupe translation i18n locale lookup hot shortcut map dict index group join range ' +
    'composite unique surrogate natural candidate block tx contract site recaptcha csp host hash commit trace message'
  ).split(' '),
)

/** Words that say of a name that its value is shown to everybody, or is no value of a secret but something about it. */
const NOT_SECRET: ReadonlySet<string> = new Set(
  (
    'pubkey publickey id ids kid keyid uid type count counts tokens keys max min name names path file filename url uri endpoint ' +
    'arn ref hash hashes digest checksum sha sha1 sha256 sha512 md5 fingerprint thumbprint etag integrity length len size alg ' +
    'algorithm format field column label placeholder hint policy expires expiry expiration ttl description message error title ' +
    'sitekey recaptcha tokenizer keyword keywords keyboard monkey index author authority authors version commit revision ' +
    'trace span correlation request traceparent nonce transaction hotkey keypress keycode keydown keyup issuer audience ' +
    'scope scopes manager rotation bucket keystore truststore certificate cert crt csr verification at method methods mode ' +
    'provider strategy required enabled header'
  ).split(' '),
)

/** Words that make of a `key` one that has to be kept. */
const OF_KEYS: ReadonlySet<string> = new Set(
  (
    'api apikey access secret private encryption encrypt signing sign signature auth authentication service account master admin deploy ' +
    'license licence webhook client app application shared storage subscription ssh prod production live hmac aes server integration ' +
    'project user consumer function functions host system write read ingest sdk personal developer dev team partner merchant ' +
    'session cookie rails django jwt session psk preshared wpa wifi rsa ec gpg pgp activation product serial x'
  ).split(' '),
)

const ALWAYS: ReadonlySet<string> = new Set(
  (
    'secret secrets apikey apikeys token bearer credential credentials creds cred jwt pat authorization authtoken apitoken accesstoken ' +
    'secretkey accesskey privatekey authkey appkey clientsecret appsecret passcode passkey oauth sessionid sessiontoken ' +
    'refreshtoken signingkey encryptionkey masterkey webhooksecret sharedsecret sharedkey accountkey'
  ).split(' '),
)

/** How much a name says that its value is a secret: 2 it does, 1 it may, 0 it does not. */
export function secrecyOf({ words }: Name): 0 | 1 | 2 {
  const last = words.slice(-3)
  if (last.some((word) => NOT_SECRET.has(word))) return 0
  if (last.some((word, at) => OF_PUBLIC_KEYS.has(word) && !OF_KEYS.has(last[at + 1] ?? ''))) return 0
  if (last.some((word) => ALWAYS.has(word) || isCompound(word))) return 2
  const at = last.lastIndexOf('key')
  if (at > 0 && OF_KEYS.has(last[at - 1] ?? '')) return 2
  return 1
}

/** `mysecret`, `dbtoken`, `SCHLÜSSEL`: names that nothing parts into words. */
function isCompound(word: string): boolean {
  return word.length < 24 && /(?:secret|token|apikey|schl(?:ü|ue)ssel|токен|密钥|令牌|トークン|토큰)$/.test(word)
}
