/** A set-up that cannot start; the message is for the operator. */
export class StartError extends Error {
  override readonly name: string = 'StartError'
}
