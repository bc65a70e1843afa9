import { base64, isIndex, parseBase64, parseDecimal, utf8, utf8Text } from './bytes.js'
import { type Checkpoint, openCheckpoint } from './checkpoint.js'
import { verifyInclusion } from './proofs.js'
import { type Suite, webSuite } from './suite.js'
import { createTree, HASH_BYTES } from './tree.js'
import type { VerifierKey } from './vkey.js'

const HEAD = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 entries has no longer path. */
const HASHES_MAX = 53

/** C2SP tlog-proof@v1: what shows offline that an entry is in a log. */
export interface Receipt {
  readonly index: number
  readonly proof: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
  /** "Applications MUST NOT implicitly trust the extra data, as it is not authenticated." */
  readonly extra?: Uint8Array
}

export function formatReceipt({ index, proof, checkpoint, extra }: Receipt): string {
  if (!isIndex(index)) throw new RangeError('an index is a whole number')
  const lines = [HEAD]
  if (extra !== undefined) lines.push(`extra ${base64(extra)}`)
  lines.push(`index ${index}`)
  for (const hash of proof) lines.push(base64(hash))
  return `${lines.join('\n')}\n\n${checkpoint}`
}

export function parseReceipt(text: string): Receipt | undefined {
  const blank = text.indexOf('\n\n')
  if (blank < 0) return undefined
  const lines = text.slice(0, blank).split('\n')
  if (lines.shift() !== HEAD) return undefined
  let extra: Uint8Array | undefined
  if (lines[0]?.startsWith('extra ')) {
    extra = parseBase64(lines.shift()?.slice('extra '.length) ?? '')
    if (extra === undefined) return undefined
  }
  const said = lines.shift()
  const index = said?.startsWith('index ') ? parseDecimal(said.slice('index '.length)) : undefined
  if (index === undefined || lines.length > HASHES_MAX) return undefined
  const proof: Uint8Array[] = []
  for (const line of lines) {
    const hash = parseBase64(line)
    if (hash === undefined || hash.length !== HASH_BYTES) return undefined
    proof.push(hash)
  }
  return { index, proof, checkpoint: text.slice(blank + 2), ...(extra === undefined ? {} : { extra }) }
}

export type VerifiedReceipt =
  | { readonly kind: 'ok'; readonly index: number; readonly checkpoint: Checkpoint }
  | {
      readonly kind: 'refused'
      readonly why: 'malformed' | 'bad_signature' | 'no_known_signature' | 'origin_differs' | 'not_included'
    }

export async function verifyReceipt(
  receipt: string | Uint8Array,
  entry: Uint8Array,
  vkey: VerifierKey,
  suite: Suite = webSuite,
): Promise<VerifiedReceipt> {
  const text = typeof receipt === 'string' ? receipt : utf8Text(receipt)
  const parsed = text === undefined ? undefined : parseReceipt(text)
  if (parsed === undefined) return { kind: 'refused', why: 'malformed' }
  const opened = await openCheckpoint(utf8(parsed.checkpoint), vkey, suite.verify)
  if (opened.kind === 'refused') return opened
  const { size, root } = opened.checkpoint
  const tree = createTree(suite.hash)
  const leafHash = tree.leaf(entry)
  const included = verifyInclusion(tree, { index: parsed.index, size, leafHash, root, proof: parsed.proof })
  if (!included) return { kind: 'refused', why: 'not_included' }
  return { kind: 'ok', index: parsed.index, checkpoint: opened.checkpoint }
}
