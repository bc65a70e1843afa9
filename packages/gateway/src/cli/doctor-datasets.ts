import { closeAll, datasetsOf, documentsLack } from '../compose/datasets.js'
import type { Config } from '../config/config.js'
import type { Ailment } from './ailment.js'

const MEND =
  "correct the dataset's url, roles, tables or columns, or let this machine reach the database and mend it there"

/**
 * Asks the databases whose tables are datasets, as `start` does: what it refuses, what is away, and what is not there. Documents are
 * not opened, as that would make a store where there is none: a database that would have them is only looked at.
 */
export async function datasetAilments({ classification, datasets }: Config): Promise<readonly Ailment[]> {
  const ailments: Ailment[] = []
  for (const section of datasets) {
    if (section.source.kind !== 'tables') {
      ailments.push(...(await documentsLack(section)))
      continue
    }
    const told: string[] = []
    const parts = { clock: { now: Date.now }, report: (text: string): void => void told.push(text) }
    try {
      const { datasets: opened } = await datasetsOf({ classification, datasets: [section] }, parts, new Map())
      await closeAll(opened.values())
    } catch (error) {
      if (!(error instanceof Error)) throw error
      // What it was told of before is the same, with the address.
      if (told.length === 0) told.push(error.message)
    }
    ailments.push(...told.map((what) => ({ what, mend: MEND })))
  }
  return ailments
}
