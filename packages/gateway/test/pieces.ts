/** A text in UTF-8 as it may arrive: cut after these many bytes each time, the rest in one. */
export async function* inPieces(text: string | Uint8Array, cuts: readonly number[] = []): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  let from = 0
  for (const cut of cuts) {
    if (from >= bytes.length) return
    yield bytes.subarray(from, from + cut)
    from += cut
  }
  if (from < bytes.length) yield bytes.subarray(from)
}

/** The same bytes again and again, without an end; `taken` counts how many were asked for. */
export function endless(
  text: string,
  before = '',
): { readonly bytes: AsyncIterable<Uint8Array>; readonly taken: () => number } {
  const piece = Buffer.from(text)
  let taken = 0
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(before)
    for (;;) {
      taken += piece.length
      yield piece
    }
  }
  return { bytes: pieces(), taken: () => taken }
}
