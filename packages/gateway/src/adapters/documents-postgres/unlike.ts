import type { Client } from '../../databases/postgres-client.js'
import type { Meaning } from './vectors.js'

const PATIENCE = '5s'

/**
 * Looks, once for each kind of vector that queries are compared with, for documents that have none of that kind: their model has
 * changed, or makes longer vectors than it did, or there was none when they were put. They are found by their words alone, which is
 * said to the operator. Nobody waits for it; where it takes too long nothing is said.
 */
export function createLookForUnlike(
  client: Client,
  dataset: string,
  warn: (what: string) => void,
): (meaning: Pick<Meaning, 'model' | 'length'>) => void {
  const looked = new Set<string>()
  return ({ length, model }) => {
    const kind = `${length} ${model}`
    if (looked.has(kind)) return
    looked.add(kind)
    countUnlike(client, dataset, { model, length }).then(
      (count) => {
        if (count > 0)
          warn(
            `\`${dataset}\`: ${count} documents have no vector of \`${model}\` with ${length} numbers, and are found by their words ` +
              'alone: put them again',
          )
      },
      () => {},
    )
  }
}

async function countUnlike(
  client: Client,
  dataset: string,
  { length, model }: Pick<Meaning, 'model' | 'length'>,
): Promise<number> {
  const rows = await client.ask((sql) =>
    sql.begin(async (within) => {
      await within.unsafe(`set local statement_timeout = '${PATIENCE}'`)
      // What has no text has no vector.
      return await within<{ documents: number }[]>`
        select count(distinct d.number)::integer as documents
        from ostiary_documents d join ostiary_passages p on p.document = d.number and p.version = d.version
        where d.audience in (select digest from ostiary_audiences where dataset = ${dataset}) and p.text <> '' and not exists (
          select from ostiary_vectors v where v.passage = p.number and v.model = ${model} and v.length = ${length})`
    }),
  )
  return rows[0]?.documents ?? 0
}
