/** Every refusal there is. A code's status and public text stand here and nowhere else (contract: the codes are a closed list). */
const REFUSALS = {
  invalid_request: { status: 400, text: 'The request is not valid.' },
  prompt_too_large: { status: 400, text: 'The prompt is larger than this gateway allows.' },
  missing_token: { status: 401, text: 'No access token was presented.' },
  invalid_token: { status: 401, text: 'The access token is not valid here.' },
  expired_token: { status: 401, text: 'The access token has expired.' },
  revoked_token: { status: 401, text: 'The access token has been revoked.' },
  invalid_dpop_proof: { status: 401, text: 'The DPoP proof is not valid for this request.' },
  use_dpop_nonce: { status: 401, text: 'The DPoP proof needs the nonce that this answer gives.' },
  insufficient_user_authentication: { status: 401, text: 'A stronger or more recent authentication is needed.' },
  insufficient_scope: { status: 403, text: 'The access token lacks a scope that this needs.' },
  forbidden_by_policy: { status: 403, text: 'Policy does not permit this request.' },
  approval_required: { status: 403, text: 'This request needs an approval first.' },
  content_blocked: { status: 403, text: 'The content holds something that policy does not let pass.' },
  content_uninspectable: { status: 403, text: 'The request holds parts that cannot be inspected.' },
  budget_exceeded: { status: 403, text: 'The budget for this request is used up.' },
  model_not_found: { status: 404, text: 'There is no such model here.' },
  dataset_not_found: { status: 404, text: 'There is no such dataset here.' },
  file_not_found: { status: 404, text: 'There is no such file or job of yours.' },
  endpoint_not_governed: { status: 404, text: 'This gateway does not govern this endpoint, so nothing passes there.' },
  request_timeout: { status: 408, text: 'The request was not sent in time.' },
  length_required: { status: 411, text: 'The request needs a length.' },
  body_too_large: { status: 413, text: 'The request body is larger than this gateway allows.' },
  unsupported_media_type: { status: 415, text: 'The request body must be JSON in UTF-8, not compressed.' },
  headers_too_large: { status: 431, text: 'The request headers are larger than this gateway allows.' },
  obligation_failed: { status: 422, text: 'Policy asks for a change that could not be carried out.' },
  rate_limited: { status: 429, text: 'There were too many requests of late: try again later.' },
  upstream_failed: { status: 502, text: 'The provider did not answer properly.' },
  upstream_timeout: { status: 504, text: 'The provider did not answer in time.' },
  inspection_failed: { status: 503, text: 'The content could not be inspected, so it does not pass.' },
  audit_unavailable: { status: 503, text: 'The request cannot be recorded, so it was not made.' },
  overloaded: { status: 503, text: 'The gateway is at its limit.' },
} as const
REFUSALS satisfies Record<string, { status: number; text: string }>

export type RefusalCode = keyof typeof REFUSALS

const CODES: ReadonlyMap<string, RefusalCode> = new Map(
  (Object.keys(REFUSALS) as RefusalCode[]).map((code) => [code, code]),
)

/** Undefined where it is no code of ours. */
export function parseRefusalCode(value: unknown): RefusalCode | undefined {
  return typeof value === 'string' ? CODES.get(value) : undefined
}

/** Our own no: a closed code and two texts, one the caller may read, one only the log. */
export interface Refusal {
  readonly kind: 'refuse'
  readonly code: RefusalCode
  readonly status: number
  /** Public: never holds what the caller may not know. */
  readonly message: string
  /** For the log alone. Never holds prompt text or secrets. */
  readonly forLog: string
  /** Member of the request that is at fault, where one is (the dialects' `param`). */
  readonly param?: string
  /** Extra response headers, such as `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Not a no: it could not be told. At a door that is the same; who must be sure that it is a no asks for this. */
  readonly undecided?: true
}

export interface RefusalExtras {
  /** Replaces the code's own public text: for instance a policy's `@reason`. */
  readonly message?: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly undecided?: true
}

export function refuse(code: RefusalCode, forLog: string, extras: RefusalExtras = {}): Refusal {
  const { status, text } = REFUSALS[code]
  return {
    kind: 'refuse',
    code,
    status,
    message: extras.message ?? text,
    forLog,
    ...(extras.param === undefined ? {} : { param: extras.param }),
    ...(extras.headers === undefined ? {} : { headers: extras.headers }),
    ...(extras.undecided === undefined ? {} : { undecided: extras.undecided }),
  }
}

/** What a stage gives: its value, or a refusal that ends the exchange. */
export type Step<T> = { readonly kind: 'proceed'; readonly value: T } | Refusal

export function proceed<T>(value: T): Step<T> {
  return { kind: 'proceed', value }
}

/** What SDKs map to their exception classes (contract, "Refusals use the dialect's own error shape"). */
export function errorType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 404) return 'not_found_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'api_error' : 'invalid_request_error'
}

/** To SDKs, which retry by themselves: the same call would be refused once more. */
export const NO_RETRY: Readonly<Record<string, string>> = { 'x-should-retry': 'false' }

const NEVER_RETRY: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'inspection_failed',
  'audit_unavailable',
  'overloaded',
])

/** SDKs retry a 5xx by themselves; some would only be asked for again what the gateway has just refused. */
export function retryHeaders({ code }: Refusal): Readonly<Record<string, string>> {
  return NEVER_RETRY.has(code) ? NO_RETRY : {}
}

/** All that a log may say of what was thrown: a message may quote what it failed at. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
