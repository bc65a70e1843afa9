/** Cuts text into pieces of at most `size` code points; '' gives none. */
export function piecesOf(text: string, size: number): string[] {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`a piece has at least one character, not \`${size}\``)
  const points = [...text]
  const pieces: string[] = []
  for (let at = 0; at < points.length; at += size) pieces.push(points.slice(at, at + size).join(''))
  return pieces
}
