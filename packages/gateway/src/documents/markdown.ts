const FRONT_MATTER = /^---[ \t]*\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*)$/

/** The first heading (`# …`) of a Markdown text, without what stands in front matter or in fenced code. Empty where there is none. */
export function titleOf(text: string): string {
  let fence: string | undefined
  for (const line of text.replace(FRONT_MATTER, '').split(/\r?\n/)) {
    const [, marks] = FENCE.exec(line) ?? []
    if (fence !== undefined) {
      if (marks?.startsWith(fence) === true) fence = undefined
    } else if (marks !== undefined) fence = marks
    else {
      const [, heading] = HEADING.exec(line) ?? []
      const title = heading?.replace(/(?:^|[ \t]+)#+[ \t]*$/, '').trim() ?? ''
      if (title !== '') return title
    }
  }
  return ''
}
