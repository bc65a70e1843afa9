import type { Client } from '../../databases/postgres-client.js'
import { have } from '../../databases/postgres-tables.js'
import { directionOf, embeddedOf } from '../../retrieval/embedded.js'
import type { Document, Embedding } from '../../spec/index.js'
import { havePgvector } from './pgvector.js'

/** Of pgvector's type `vector`. */
const LENGTH_MAX = 16_000
/** All that a number of four bytes tells. */
const DIGITS = 8

/** Vectors of the passages of one dataset. */
export interface Vectors {
  /** That pgvector stands in, quoted. */
  readonly schema: string
  /** Of the passages of each document, in order. Rejects with `NotEmbedded` where they cannot be made. */
  of(documents: readonly Document[]): Promise<Made>
}

export interface Made {
  readonly model: string
  /** As pgvector reads them. */
  readonly texts: readonly (readonly (string | undefined)[])[]
}

/** What a query means. */
export interface Meaning {
  readonly schema: string
  readonly model: string
  readonly vector: string
  readonly length: number
}

/**
 * Makes the table of vectors where there is none, and whoever has no vectors needs no pgvector. Rejects with `NoPgvector` where that
 * cannot be had.
 */
export async function haveVectors(client: Client, embedding: Embedding): Promise<Vectors> {
  const schema = await havePgvector(client)
  await have(client, tablesIn(schema), (sql) => sql`select vector from ostiary_vectors limit 0`)
  return {
    schema,
    async of(documents) {
      // Before they are asked for: what the model is called may change meanwhile.
      const { model } = embedding
      const made = await embeddedOf(embedding, documents, LENGTH_MAX)
      return { model, texts: made.map((passages) => passages.map((one) => one && textOf(one))) }
    },
  }
}

// No index of vectors: those that pgvector has find the nearest of all, of whom a filter then leaves what it leaves, perhaps none.
// Vectors of every model and length stand side by side, and are compared with their like alone.
function tablesIn(schema: string): readonly string[] {
  return [
    'create table ostiary_vectors (passage bigint primary key references ostiary_passages (number) on delete cascade, ' +
      `document bigint not null, version uuid not null, model text not null, length integer not null, vector ${schema}.vector not null, ` +
      `check (${schema}.vector_dims(vector) = length))`,
    'create index ostiary_vectors_by_document on ostiary_vectors (document)',
  ]
}

/** Undefined where it cannot be compared with any. */
export function meaningOf({ schema }: Vectors, model: string, vector: Float32Array | undefined): Meaning | undefined {
  const direction = vector === undefined || vector.length > LENGTH_MAX ? undefined : directionOf(vector)
  return direction && { schema, model, vector: textOf(direction), length: direction.length }
}

function textOf(direction: Float32Array): string {
  return `[${Array.from(direction, (part) => Number(part.toPrecision(DIGITS))).join()}]`
}
