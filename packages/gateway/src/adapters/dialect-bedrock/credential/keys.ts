/** How calls are made: as whom. */
export type Keys =
  /** A bearer: a Bedrock API key. */
  { readonly kind: 'bearer'; readonly token: string } | SigningKeys

export interface SigningKeys {
  readonly kind: 'signing'
  readonly id: string
  readonly secret: string
  /** Of temporary credentials. */
  readonly session: string | undefined
}

/** The secret is of no form that it may have, or the region is not known. Says nothing of the secret. */
export class NoCredential extends Error {
  readonly code: 'CREDENTIAL_FORM' | 'CREDENTIAL_REGION'

  constructor(code: NoCredential['code']) {
    super(code)
    this.code = code
  }
}

const ID = /^\w{16,128}$/
const SECRET = /^[A-Za-z0-9/+=]{16,256}$/
const SESSION = /^[\x21-\x39\x3b-\x7e]{16,8192}$/
const BEARER = /^[\x21-\x39\x3b-\x7e]+$/

/**
 * The secret of a provider: `ID:SECRET` or `ID:SECRET:SESSION_TOKEN`, or the JSON object that `aws configure export-credentials`
 * prints; what has neither colon nor brace is a Bedrock API key. Throws where it is none of these.
 */
export function keysOf(secret: string): Keys {
  if (secret.startsWith('{')) return signing(fieldsOf(secret))
  if (!secret.includes(':')) {
    if (!BEARER.test(secret)) throw new NoCredential('CREDENTIAL_FORM')
    return { kind: 'bearer', token: secret }
  }
  const [id, key, session, ...rest] = secret.split(':')
  if (rest.length > 0) throw new NoCredential('CREDENTIAL_FORM')
  return signing({ AccessKeyId: id, SecretAccessKey: key, SessionToken: session })
}

/** What of a secret no answer may hold. An access key's id is none: it says whose, and opens nothing. */
export function confidentialIn(secret: string): readonly string[] {
  try {
    const keys = keysOf(secret)
    if (keys.kind === 'bearer') return [keys.token]
    return keys.session === undefined ? [keys.secret] : [keys.secret, keys.session]
  } catch {
    return [secret]
  }
}

function signing({ AccessKeyId: id, SecretAccessKey: secret, SessionToken: session }: Fields): SigningKeys {
  if (!isSpelt(id, ID) || !isSpelt(secret, SECRET)) throw new NoCredential('CREDENTIAL_FORM')
  if (session === undefined || session === null || session === '') {
    return { kind: 'signing', id, secret, session: undefined }
  }
  if (!isSpelt(session, SESSION)) throw new NoCredential('CREDENTIAL_FORM')
  return { kind: 'signing', id, secret, session }
}

interface Fields {
  readonly AccessKeyId?: unknown
  readonly SecretAccessKey?: unknown
  readonly SessionToken?: unknown
}

function fieldsOf(json: string): Fields {
  try {
    return JSON.parse(json) as Fields
  } catch {
    throw new NoCredential('CREDENTIAL_FORM')
  }
}

function isSpelt(value: unknown, spelling: RegExp): value is string {
  return typeof value === 'string' && spelling.test(value)
}
