import type { Config } from '../config/config.js'
import type { DocumentOperationsParts } from '../documents/operations.js'
import { createInspectTexts } from '../pipeline/inspect-texts.js'
import type { Clock, DocumentIndex, Illness } from '../spec/index.js'
import { classificationOf, type HeldDatasets, openDocuments } from './datasets.js'
import { bodyDetectorsOf, detectorsOf, LocalDetectors, remoteDetectorsOf } from './detectors.js'

export type DocumentsAdministered = Omit<DocumentOperationsParts, 'note' | 'datasets'>

export interface DocumentsParts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onIll: (illness: Illness) => void
  readonly localDetectors: LocalDetectors
}

/** Datasets of a configuration, for who administers documents. */
export function knownDatasets({ classification, datasets }: Config): ReturnType<DocumentOperationsParts['datasets']> {
  return datasets.map((section) => {
    const { name, owner, purposes, source } = section
    const isTables = source.kind === 'tables'
    return {
      ...{ name, owner, purposes, lattice: classification, classification: classificationOf(classification, section) },
      ...{ kind: source.kind, tables: isTables ? source.tables.length : 0 },
      planted: isTables ? 'label' : source.planted,
    }
  })
}

/** What a gateway that runs does with the documents that it holds. */
export function documentsHeld(config: () => Config, held: HeldDatasets, parts: DocumentsParts): DocumentsAdministered {
  return {
    inspect: inspectionBy(config, parts),
    async open(name) {
      for (const { name: other, source } of held.values()) {
        if (other === name && source.kind === 'documents') return source.documents
      }
      // It went with a reload, this moment.
      throw new Error('these documents are not open')
    },
  }
}

/** What a command does with documents where no gateway runs: opens those that it is asked for. */
export function documentsOffline(
  config: Config,
  {
    clock,
    report,
    ...parts
  }: Omit<DocumentsParts, 'localDetectors'> & { readonly clock: Clock; readonly report: (text: string) => void },
): DocumentsAdministered & { close(): Promise<void> } {
  const opened = new Map<string, Promise<DocumentIndex>>()
  const localDetectors = new LocalDetectors()
  return {
    inspect: inspectionBy(() => config, { ...parts, localDetectors }),
    open(name) {
      const before = opened.get(name)
      if (before !== undefined) return before
      const opening = openDocuments(config, name, { clock, report })
      opened.set(name, opening)
      return opening
    },
    async close() {
      await localDetectors.close()
      for (const opening of opened.values()) await (await opening.catch(() => undefined))?.close()
    },
  }
}

/** As exchanges are inspected by the configuration in force. */
function inspectionBy(
  config: () => Config,
  { env, localDetectors, onIll }: DocumentsParts,
): DocumentOperationsParts['inspect'] {
  let made: { readonly of: Config; readonly inspect: ReturnType<typeof createInspectTexts> } | undefined
  return async (texts, { level }) => {
    const now = config()
    if (made?.of !== now) {
      const own = { detectors: detectorsOf(now), bodyDetectors: bodyDetectorsOf(now) }
      const remoteDetectors = [...remoteDetectorsOf(now, env), ...(await localDetectors.of(now.inspection.local))]
      made = { of: now, inspect: createInspectTexts({ ...own, remoteDetectors, onIll }) }
    }
    // The level says how high a document stands; a category would be above every bound.
    return await made.inspect(texts, [level])
  }
}
