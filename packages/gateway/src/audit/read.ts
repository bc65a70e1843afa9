import { hash } from 'node:crypto'
import type { ReadDecided, SealedRead } from '../exchange.js'
import type { Classification } from '../spec/index.js'
import { canonical } from './canonical.js'
import { decidedText } from './decided.js'
import type { Pseudonyms } from './keys.js'
import { labelsText } from './labels.js'
import type { TransferTextParts } from './transfer.js'

/** An entry holds 60 KiB; a search over many classifications under many policies leaves a digest of what was decided. */
const DECIDED_MAX = 40_000

/** What an intent says of a read of a dataset: canonical JSON text, put together in canonical order. */
export function readText({ facts, labels }: SealedRead, parts: TransferTextParts): string {
  const { carriedOut, dataset, decided, digests, findings, purpose } = facts
  const received = parts.commitment(digests.received)
  const sent = digests.sent === digests.received ? received : parts.commitment(digests.sent)
  const asked = `[${decided.map((one) => askedText(one, parts.names)).join(',')}]`
  return (
    `{"asked":${asked.length <= DECIDED_MAX ? asked : `{"sha256":"${hash('sha256', asked, 'hex')}"}`},` +
    `"bodies":{"received":"${received}","sent":"${sent}"},"carried_out":${canonical(carriedOut)},` +
    `"config_digest":"${parts.configDigest}","findings":${canonical(findings)},${labelsText(labels)},` +
    `"order":"${parts.order}","purpose":${JSON.stringify(purpose ?? null)},"resource":${JSON.stringify(dataset)}}`
  )
}

function askedText({ classification, verdict }: ReadDecided, names: Pseudonyms): string {
  return `{"classification":${classificationText(classification)},${decidedText(verdict, names)}}`
}

const classificationTexts = new WeakMap<Classification, string>()

function classificationText(classification: Classification): string {
  const held = classificationTexts.get(classification)
  if (held !== undefined) return held
  const { categories, level } = classification
  const text = canonical({ categories, level })
  classificationTexts.set(classification, text)
  return text
}
