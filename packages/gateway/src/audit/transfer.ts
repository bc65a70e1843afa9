import { hash } from 'node:crypto'
import type { SealedTransfer, TransferDecided } from '../exchange.js'
import { canonical } from './canonical.js'
import { decidedText } from './decided.js'
import type { Pseudonyms } from './keys.js'
import { labelsText } from './labels.js'

export interface TransferTextParts {
  readonly configDigest: string
  readonly names: Pseudonyms
  readonly order: string
  readonly commitment: (digest: string) => string
}

/** An entry holds 60 KiB; a file of many models under many policies leaves a digest of what was decided. */
const DECIDED_MAX = 40_000

/** What an intent says of a transfer: canonical JSON text, put together in canonical order. */
export function transferText({ facts, labels, provider, route }: SealedTransfer, parts: TransferTextParts): string {
  const { carriedOut, decided, digests, findings, id, lines, purpose } = facts
  const bodies =
    digests === undefined
      ? '{}'
      : `{"received":"${parts.commitment(digests.received)}","sent":"${parts.commitment(digests.sent)}"}`
  const asked = `[${decided.map((one) => askedText(one, parts.names)).join(',')}]`
  const transfer = { act: route.act, id: id ?? null, kept: route.kept, lines, purpose: purpose ?? null }
  return (
    `{"asked":${asked.length <= DECIDED_MAX ? asked : `{"sha256":"${hash('sha256', asked, 'hex')}"}`},` +
    `"bodies":${bodies},"carried_out":${canonical(carriedOut)},"config_digest":"${parts.configDigest}",` +
    `"findings":${canonical(findings)},${labelsText(labels)},"order":"${parts.order}",` +
    `"provider":${JSON.stringify(provider)},"transfer":${canonical(transfer)}}`
  )
}

function askedText({ action, lines, model, verdict }: TransferDecided, names: Pseudonyms): string {
  return `{"action":"${action}",${decidedText(verdict, names)},"lines":${lines},"resource":${JSON.stringify(model.resource.id)}}`
}
