// Events of a streamed answer as Gemini writes them.

export type Part = Readonly<Record<string, unknown>>
export interface Candidate {
  readonly index?: number
  readonly content?: { readonly parts?: readonly Part[] }
}

export const HEAD = { modelVersion: 'gemini-2.5-flash', responseId: 'mLr3aJ2SLrOZ7M8P5ovrkAg' }

export function event(parts: readonly Part[], more: object = {}, used = 1): string {
  const usageMetadata = { promptTokenCount: 19, candidatesTokenCount: used, totalTokenCount: 19 + used }
  const candidates = [{ content: { parts, role: 'model' }, index: 0, ...more }]
  return `data: ${JSON.stringify({ candidates, usageMetadata, ...HEAD })}\r\n\r\n`
}

export const said = (text: string, more?: object, used?: number): string => event([{ text }], more, used)
export const thought = (text: string): string => event([{ text, thought: true }])
export const STOP = { finishReason: 'STOP' }
export const DONE = event([], STOP)

export function eventsOf(
  out: string,
): readonly { readonly candidates?: readonly Candidate[]; readonly error?: unknown }[] {
  const blocks = out.split(/\r\n\r\n|\n\n/).filter((block) => block.startsWith('data:'))
  return blocks.map((block) => JSON.parse(block.slice('data:'.length)))
}
