import type { Model } from '../../exchange.js'
import type { Entered } from '../../pipeline/call.js'
import {
  type Actor,
  type Clock,
  type Dataset,
  type DocumentEmbedding,
  type Embedding,
  type Ledger,
  narrowed,
  proceed,
  type RefusalCode,
  refuse,
  type Step,
  scopeOf,
} from '../../spec/index.js'
import { type Issuing, issue } from '../../tokens/issue.js'
import { type Errand, grantOfOwn, grantOnBehalf } from '../../tokens/on-behalf.js'
import type { Grant } from '../../tokens/own-grant.js'
import { type AskParts, ask, type Origin } from './ask.js'
import { createPatience } from './patience.js'
import { EMBEDDINGS_PATH, embeddingsBody, vectorsIn } from './wire.js'

export interface EmbeddingsParts extends AskParts {
  readonly clock: Clock
  /** Undefined: there are no tokens of ours, and nothing is embedded. */
  readonly issuing: Issuing | undefined
  /** That the endpoint for embeddings serves, by the name that callers use. */
  readonly models: ReadonlyMap<string, Model>
  readonly ledger: Pick<Ledger, 'gather'>
  /** Aborted when the gateway ends, and waits for nothing any more. */
  readonly over: AbortSignal
  /** A query is searched for by its words alone. */
  readonly onWords: (dataset: string, why: RefusalCode) => void
}

/** Embeddings that the gateway asks itself for: each is an exchange like any other, decided by policy and in the log. */
export interface Embeddings {
  /** Of what a caller looks for, in the caller's name. Undefined where the dataset keeps no vectors. */
  ofQuery(entered: Entered, dataset: Dataset): Embedding | undefined
  /** Of documents that are put into a dataset, in the name of the dataset: it is a service. */
  ofDocuments(dataset: string, model: string): DocumentEmbedding
}

/** Whoever searches does not wait longer for what only makes it better. */
const QUERY_MS = 5000
const DOCUMENTS_MS = 60_000
/** Of one request. A prompt has a limit, and this is far below the default. */
const TEXTS_MAX = 64
const CHARACTERS_MAX = 64 * 1024
const OURSELVES: Origin = { sourceIp: '127.0.0.1', traceparent: undefined, session: undefined }

export function createEmbeddings(parts: EmbeddingsParts): Embeddings {
  const { clock, issuing, ledger, models } = parts
  const doerOf = (dataset: string): Actor => ({ issuer: issuing?.issuer ?? '', subject: `dataset:${dataset}` })
  const errandOf = (dataset: string, model: string, lifetimeMs: number): Errand => ({
    ...{ doer: doerOf(dataset), nowMs: clock.now(), lifetimeMs },
    scope: scopeFor(model),
  })

  /** @param grant of the token that it is asked with: a new one each time, as a long ingest outlives one */
  async function embed(
    model: string,
    texts: readonly string[],
    grant: () => Grant | undefined,
    origin: Origin,
    ended: AbortSignal,
  ): Promise<Step<readonly Float32Array[]>> {
    const all: Float32Array[] = []
    for (const batch of batchesOf(texts)) {
      const token = tokenOf(issuing, grant())
      if (token.kind === 'refuse') return token
      const body = embeddingsBody(model, batch)
      const answered = await ask(parts, { path: EMBEDDINGS_PATH, token: token.value, body, origin, ended })
      if (answered.kind === 'refuse') return answered
      const vectors = vectorsIn(answered.value.body, batch.length)
      if (vectors === undefined) return NO_VECTORS
      all.push(...vectors)
    }
    return all.every(({ length }) => length === all[0]?.length) ? proceed(all) : NO_VECTORS
  }

  return {
    ofQuery({ authenticated: { principal, received } }, { name, source }) {
      const model = source.kind === 'documents' ? source.embeddingModel : undefined
      if (model === undefined) return undefined
      const { headers, sourceIp, traceparent } = received
      const origin = { sourceIp, traceparent, session: headers['ostiary-session'] }
      return {
        model: madeBy(models, model),
        async embed(texts, ended) {
          const grant = (): Grant | undefined => grantOnBehalf(principal, errandOf(name, model, QUERY_MS))
          const patience = createPatience(QUERY_MS, ended)
          try {
            const made = await embed(model, texts, grant, origin, patience.over)
            if (made.kind === 'refuse' && ended?.aborted !== true)
              parts.onWords(name, patience.isAtEnd() ? 'upstream_timeout' : made.code)
            return made
          } finally {
            patience.close()
          }
        },
      }
    },
    ofDocuments(dataset, model) {
      const grant = (): Grant => grantOfOwn(errandOf(dataset, model, DOCUMENTS_MS))
      return {
        model: madeBy(models, model),
        embed: (texts) => embed(model, texts, grant, OURSELVES, parts.over),
        async touch(labels) {
          await ledger.gather(grant().subject, undefined, labels)
        },
      }
    },
  }
}

const NO_VECTORS = refuse('upstream_failed', 'embeddings: the answer does not have a vector for each text')

/** For the one model; a name with a space in it would be two scopes of a token. */
function scopeFor(model: string): string {
  const scope = scopeOf('embed') ?? ''
  return model.includes(' ') ? scope : narrowed(scope, { id: model })
}

/** A model of the same name may become another: its vectors are compared with its own alone. */
function madeBy(models: ReadonlyMap<string, Model>, name: string): string {
  const model = models.get(name)
  return model === undefined ? name : `${model.provider}/${model.upstreamModel}`
}

function tokenOf(issuing: Issuing | undefined, grant: Grant | undefined): Step<string> {
  if (issuing === undefined) return refuse('endpoint_not_governed', 'embeddings: no tokens of ours')
  if (grant === undefined) return refuse('expired_token', "embeddings: the caller's token is at its end")
  const issued = issue(issuing, grant)
  return issued.kind === 'issued' ? proceed(issued.token) : issued.refusal
}

function* batchesOf(texts: readonly string[]): Iterable<readonly string[]> {
  let batch: string[] = []
  let characters = 0
  for (const text of texts) {
    if (batch.length === TEXTS_MAX || (batch.length > 0 && characters + text.length > CHARACTERS_MAX)) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push(text)
    characters += text.length
  }
  if (batch.length > 0) yield batch
}
