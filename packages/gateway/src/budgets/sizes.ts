import { type Refusal, type RequestView, refuse, type Size, type Sizes, type TextPart } from '../spec/index.js'
import { promptBytes, promptLeast } from './prompt.js'

/** A request, as far as its sizes are known. */
export interface Sized {
  readonly view: RequestView
  /** Of the whole body: it has a byte at least for each byte of text. */
  readonly bodyBytes: number
  /** Tokens of the prompt as they are estimated. */
  readonly about: number
  /** Tokens of the prompt; undefined: not yet counted. */
  readonly counted: number | undefined
  /** They can be: else the estimate tells what nothing else does. */
  readonly canCount: boolean
}

/** A prompt of which nobody can tell whether it is within its limit but by counting. */
export interface Uncounted {
  readonly kind: 'count'
  readonly texts: readonly string[]
}

/** Why a request is over one of these limits, or that its prompt has to be counted first; undefined: it is within all. */
export function overLimit(sized: Sized, limits: Sizes): Refusal | Uncounted | undefined {
  let uncounted: Uncounted | undefined
  for (const [size, atMost] of limits) {
    if (size === 'prompt-tokens') {
      const prompt = promptOver(sized, atMost)
      if (prompt === undefined || prompt.kind === 'refuse') {
        if (prompt !== undefined) return prompt
      } else uncounted = prompt
      continue
    }
    const asked = sizeOf(sized.view, size)
    if (asked <= atMost) continue
    const { what, param } = WORDS[size]
    const message = `This request ${what} than the ${atMost} that it may.`
    return refuse('invalid_request', `${size}: ${asked} of ${atMost}`, { message, param })
  }
  return uncounted
}

type Plain = Exclude<Size, 'prompt-tokens'>

const WORDS = {
  'max-tokens': { what: 'asks for a longer answer in tokens', param: 'max_tokens' },
  tools: { what: 'offers more tools', param: 'tools' },
  images: { what: 'has more images, sounds and files', param: 'messages' },
} as const
WORDS satisfies Record<Plain, unknown>

/** Of an answer that the caller does not bound nobody knows the length: it is judged by what it costs. */
function sizeOf({ maxTokens, tools, uninspectable }: RequestView, size: Plain): number {
  switch (size) {
    case 'max-tokens':
      return maxTokens
    case 'tools':
      return tools
    case 'images':
      return uninspectable.length
  }
}

function promptOver(
  { view, bodyBytes, about, counted, canCount }: Sized,
  limit: number,
): Refusal | Uncounted | undefined {
  switch (promptWithin(limit, view.parts, bodyBytes, counted ?? (canCount ? undefined : about))) {
    case 'within':
      return undefined
    case 'over':
      return refuse('prompt_too_large', `about ${counted ?? about} tokens of ${limit}`)
    case 'unknown':
      return { kind: 'count', texts: view.parts.map(({ text }) => text) }
  }
}

/**
 * Whether a prompt is within a limit of tokens. Most are told by their length alone, and many more by their words; what these
 * leave open has to be counted.
 */
function promptWithin(
  limit: number,
  parts: readonly TextPart[],
  bodyBytes: number,
  tokens: number | undefined,
): 'within' | 'over' | 'unknown' {
  if (tokens !== undefined) return tokens <= limit ? 'within' : 'over'
  if (bodyBytes <= limit || promptBytes(parts) <= limit) return 'within'
  return promptLeast(parts) > limit ? 'over' : 'unknown'
}
