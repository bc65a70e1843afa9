const GAP = ' │ '
/** Below this two columns are harder to read than one text above the other. */
const TWO_COLUMNS_MIN = 72
/** Beyond this the eye loses the line. */
const WIDTH_MAX = 140

/** A text under its heading. */
export interface Cell {
  readonly head: string
  readonly text: string
}

/**
 * Two texts beside each other, or one above the other where there is no terminal or a narrow one. Counts characters: a terminal
 * that shows some of them wider has a crooked line.
 *
 * @param columns how wide the terminal is
 */
export function beside(left: Cell, right: Cell, columns: number | undefined, indent: string): readonly string[] {
  if (columns === undefined || columns < TWO_COLUMNS_MIN) {
    return [left, right].flatMap(({ head, text }) => [
      `${indent}${head}`,
      ...text.split('\n').map((line) => `${indent}  ${line}`),
    ])
  }
  const width = Math.floor((Math.min(columns, WIDTH_MAX) - indent.length - GAP.length) / 2)
  const [ours, theirs] = [left, right].map(({ head, text }) => [
    head,
    ...folded(text, width - 2).map((one) => `  ${one}`),
  ])
  const rows = Math.max(ours?.length ?? 0, theirs?.length ?? 0)
  return Array.from({ length: rows }, (_, row) => {
    const line = ours?.[row] ?? ''
    return `${indent}${line}${' '.repeat(width - lengthOf(line))}${GAP}${theirs?.[row] ?? ''}`.trimEnd()
  })
}

/** Lines of at most `width` characters: broken behind a blank where one is near, else anywhere. */
function folded(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = []
    let rest = [...line]
    while (rest.length > width) {
      const blank = rest.lastIndexOf(' ', width)
      const at = blank > width / 2 ? blank : width
      lines.push(rest.slice(0, at).join(''))
      rest = rest.slice(at + (rest[at] === ' ' ? 1 : 0))
    }
    return [...lines, rest.join('')]
  })
}

function lengthOf(text: string): number {
  return [...text].length
}
