/** What `doctor` found, and what to do about it. */
export interface Ailment {
  readonly what: string
  readonly mend: string
}

/** An error's code, such as `EACCES`, for a text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'
}
