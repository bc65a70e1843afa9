/** What an SDK throws of a call that must be refused. */
export async function failureOf<Failure extends Error>(
  kind: abstract new (...args: never[]) => Failure,
  call: PromiseLike<unknown>,
): Promise<Failure> {
  const error: unknown = await Promise.resolve(call).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof kind) return error
  throw error ?? new Error('answered, though it had to be refused')
}
