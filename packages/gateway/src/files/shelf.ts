import { createHmac } from 'node:crypto'
import { type Action, type KeptKind, type Principal, type Store, subjectOf } from '../spec/index.js'

/** Lines of a file that were decided on alike: what policies could read of them, and what was carried out. */
export interface Situation {
  readonly action: Action
  /** By the names that callers use: that it goes to, or, of what names none, each that it may be for. */
  readonly models: readonly string[]
  /** That was asked for, where policy routed it. */
  readonly routedFrom: string | undefined
  readonly findings: readonly string[]
  /** That the lines bring: they may have aged out with their caller when the file is used. */
  readonly labels: readonly string[]
  /** Types of findings that somebody looked for, here or elsewhere. */
  readonly lookedFor: readonly string[]
  readonly uninspectable: boolean
  readonly stream: boolean
  readonly hasSystemMessage: boolean
  /** The most of any line. */
  readonly promptTokens: number
  readonly maxTokens: number
  /** Obligations that held, as they are written. */
  readonly obligations: readonly string[]
  readonly lines: number
  /** Sums over the lines. */
  readonly demand: {
    readonly about: number
    readonly most: number
    readonly answer: number
    readonly isBounded: boolean
  }
}

/** What is known of one thing that a provider keeps for a caller. */
export interface Kept {
  readonly kind: KeptKind
  /** That it was uploaded for; undefined: a job made it, or it is one. */
  readonly purpose: string | undefined
  /** Of the endpoint that all its lines ask; undefined where they ask none. */
  readonly endpoint: string | undefined
  readonly situations: readonly Situation[]
}

/**
 * Whose is what at the providers: all callers share our account there, so that the provider cannot tell. Rows hold no text, no name of
 * a caller and no content.
 */
export interface Shelf {
  /** False where there is such a row already that is another's: then nothing was written. Rejects where the store is away. */
  put(provider: string, id: string, by: Principal, kept: Kept): Promise<boolean>
  /** Undefined where there is none of the caller's own. */
  own(provider: string, id: string, by: Principal): Promise<Kept | undefined>
  delete(provider: string, id: string): Promise<void>
}

const SPACE = 'files'

/** @param secret 32 bytes: without it nobody tells from a row whose it is */
export function createShelf(store: Pick<Store, 'get' | 'put'>, secret: Buffer): Shelf {
  async function own(provider: string, id: string, by: Principal): Promise<Kept | undefined> {
    const text = await store.get(SPACE, keyOf(provider, id))
    if (text === undefined) return undefined
    const row = JSON.parse(text) as { readonly owner: string; readonly kept: Kept }
    return row.owner === ownerOf(secret, by) ? row.kept : undefined
  }
  return {
    own,
    async put(provider, id, by, kept) {
      const row = JSON.stringify({ owner: ownerOf(secret, by), kept })
      const isNew = await store.put(SPACE, keyOf(provider, id), row, { onlyNew: true })
      return isNew || (await own(provider, id, by)) !== undefined
    },
    async delete(provider, id) {
      await store.put(SPACE, keyOf(provider, id), undefined)
    },
  }
}

function keyOf(provider: string, id: string): string {
  return `${provider}/${id}`
}

/** What an agent makes for somebody is neither the agent's alone nor the other's: both together are who owns it. */
function ownerOf(secret: Buffer, by: Principal): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([by.actor.uid, subjectOf(by).uid]))
    .digest('hex')
}
