/** Something the person at the keyboard can mend: the message says how. */
export class DevIssuerError extends Error {
  override readonly name: string = 'DevIssuerError'
}
