import { text as textOf } from 'node:stream/consumers'
import { openScan } from '../adapters/dataset-postgres/scan/scan.js'
import { allDetectors } from '../compose/detectors.js'
import { didYouMean } from '../config/fault.js'
import { proposeTable } from '../proposal/propose.js'
import { sectionHead, tableLines } from '../proposal/section.js'
import type { Lattice } from '../spec/index.js'
import { configToOperate } from './operate.js'
import { CommandError, EXIT, type Output } from './output.js'

export interface ScanFlags {
  readonly url?: string
  readonly schema?: readonly string[]
  readonly sample: number
  readonly name?: string
}

/** What is scanned, and how it would be called. */
interface Target {
  readonly url: string
  readonly schemas: readonly string[]
  readonly name: string
  readonly lattice: Lattice
}

/** As a configuration has it that says nothing of it. */
const USUAL_LATTICE: Lattice = {
  levels: ['public', 'internal', 'confidential', 'restricted'],
  categories: ['finance', 'phi', 'pii'],
}
const FROM_STDIN = '-'
const STATEMENT_MS = 30_000

/**
 * Proposes how the tables of a database might be classified, by names, types and sampled values. Prints no value. Whatever cannot be
 * looked at is said to be so; only a database that is not there is a failure.
 */
export async function scanDataset(
  file: string,
  dataset: string | undefined,
  flags: ScanFlags,
  output: Output,
): Promise<number> {
  const { lattice, name, schemas, url } = await targetOf(file, dataset, flags, output)
  const [first = 'public'] = schemas
  const scan = await openScan({ url, schemas, sample: flags.sample, timeoutMs: STATEMENT_MS })
  try {
    // One that is misspelt has no tables, as one that is empty has none.
    for (const one of schemas) {
      if (scan.schemas.includes(one)) continue
      throw new CommandError(`There is no schema \`${one}\` in this database${didYouMean(one, scan.schemas)}.`)
    }
    for (const warning of scan.warnings) output.warn(`warning: ${warning}`)
    for (const line of sectionHead({ name, schemas, roles: scan.roles })) output.say(line)
    let lines = 0
    let seen = 0
    const detectors = allDetectors()
    for await (const sample of scan.samples()) {
      const proposed = proposeTable(sample, lattice, detectors)
      const shown = tableLines(proposed, first)
      if (proposed.kind !== 'definer') lines += 1
      if (sample.unseen === undefined) seen += 1
      for (const line of shown) output.say(line)
      output.data(proposed)
    }
    if (lines === 0) output.say('        {}')
    else if (seen === 0) output.warn(`warning: ${NOTHING_SEEN}`)
    output.data({ ok: true, name, schemas, roles: scan.roles, tables: scan.tables, warnings: scan.warnings })
    return EXIT.done
  } finally {
    await scan.close()
  }
}

/** A login that takes a role on for each caller often may read nothing by itself. */
const NOTHING_SEEN =
  'no table could be looked into, so this goes by names and types alone: scan with a login that may read the tables'

async function targetOf(
  file: string,
  dataset: string | undefined,
  { name, schema, url }: ScanFlags,
  output: Output,
): Promise<Target> {
  if ((dataset === undefined) === (url === undefined)) throw wrongUse('name a dataset of the configuration, or --url')
  if (url !== undefined) {
    const written = url === FROM_STDIN ? (await textOf(process.stdin)).trim() : url
    if (!/^postgres(ql)?:\/\//.test(written)) throw wrongUse('--url is postgres://…')
    if (url !== FROM_STDIN && URL.canParse(url) && new URL(url).password !== '')
      output.warn('warning: everybody on the machine can see a password in an argument: `--url -` reads it from stdin')
    return { url: written, schemas: schema ?? ['public'], name: name ?? 'data', lattice: USUAL_LATTICE }
  }
  const at = configToOperate(file).datasets.findIndex((one) => one.name === dataset)
  const config = configToOperate(file, [`datasets[${at}]`])
  const source = config.datasets[at]?.source
  if (source === undefined) throw new CommandError('There is no dataset of this name.')
  if (source.kind !== 'tables') throw new CommandError('This dataset has documents, no tables.')
  return {
    url: source.url.reveal(),
    schemas: schema ?? source.schemas,
    name: name ?? dataset ?? '',
    lattice: config.classification,
  }
}

function wrongUse(message: string): CommandError {
  return new CommandError(message, EXIT.usage)
}
