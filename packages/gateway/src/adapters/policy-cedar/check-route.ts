import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { parseObligations } from './annotations.js'
import { field } from './ast.js'
import { memberOffset, type Say } from './check-annotations.js'
import { didYouMean } from './nearest.js'
import type { Piece } from './tokens.js'
import type { Known } from './vocabulary.js'

/** Says of each `route:MODEL` why no exchange could go there, as far as that is known before there is one. */
export function checkRoutes(piece: Piece, json: PolicyJson, { models, dialects }: Known, say: Say): void {
  const text: string | null | undefined = json.annotations?.['obligation']
  if (typeof text !== 'string') return
  const from = resourceOf(json)
  const asked = from === undefined ? undefined : dialects.get(from)
  for (const { obligation, at } of parseObligations(text)) {
    if (obligation.kind !== 'route') continue
    const { model, source } = obligation
    const offset = memberOffset(piece, text, at)
    const dialect = dialects.get(model)
    if (!models.includes(model)) say(offset, `\`${source}\`: no model has this name${didYouMean(model, models)}`)
    else if (asked !== undefined && dialect !== asked) {
      say(offset, `\`${source}\`: \`${from}\` speaks the dialect \`${asked}\`, \`${model}\` speaks \`${dialect}\``)
    }
  }
}

/** The one model that a policy is about, by its scope. */
function resourceOf({ resource }: PolicyJson): string | undefined {
  if (resource.op !== '==' || !('entity' in resource)) return undefined
  const uid: unknown = '__entity' in resource.entity ? resource.entity.__entity : resource.entity
  const id = field(uid, 'id')
  return field(uid, 'type') === 'Model' && typeof id === 'string' ? id : undefined
}
