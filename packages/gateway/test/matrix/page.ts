import { DIRECTIONS, type Direction, FIELD_IDS, FIELDS, type FieldId, type Surface } from './fields.js'
import type { Observed } from './observe.js'

/** What was observed in a cell, or why there is nothing to observe. */
export type Lookup = (surface: Surface, direction: Direction, field: FieldId) => Observed | string | undefined

const HEAD = `# Coverage

What becomes of a value in each field of each dialect, in both directions, whole and streamed. Nothing here is declared: a
test puts a value that is shaped like a secret into the field, sends it through a whole gateway over HTTP, once where a policy
masks secrets and once where a policy blocks them, and writes down what happened. \`node scripts/coverage.mjs\` writes this page; the test
fails where the page says something else, where half of the value or more can be put together from what left, and where anything beside the value
was changed. What the dialects are is in [dialects](dialects.md), what stays unseen everywhere in the [threat model](threat-model.md).

A cell says three things:

| word | |
|---|---|
| inspected | the log has the finding |
| edited | masked, the value is gone, the JSON is whole, and all else is as it was; a member is *emptied* where it would say the value again, or vouch for it |
| refused | blocked, a request or a whole answer is refused as \`content_blocked\`, nothing of it leaves; a stream is *cut* before the value, with the dialect's own error |

and, where it is not so:

| word | |
|---|---|
| not edited | it cannot be: a finding in a member's *name* refuses (\`obligation_failed\`) where it would have to be masked |
| refused unless \`pass:uninspectable\` | nobody can look into it: \`content_uninspectable\` |
| not passed on | an event that nobody can judge: dropped, and counted in the log as \`dropped_events\` |
| passes | nobody can look into it, and it is not refused |
| — | there is nothing to see, and why |

Pieces of a stream are cut amid the value. Attachments carry it in base64. Token bytes carry it as numbers.
`

export function pageOf(surfaces: readonly Surface[], observed: Lookup): string {
  const sections = surfaces.map((surface) => sectionOf(surface, observed))
  return [HEAD, totals(surfaces, observed), ...sections].join('\n')
}

function totals(surfaces: readonly Surface[], observed: Lookup): string {
  const cells = surfaces.flatMap((surface) =>
    DIRECTIONS.flatMap((direction) =>
      FIELD_IDS.map((field) => ({ surface, direction, field, was: observed(surface, direction, field) })),
    ),
  )
  const probed = cells.filter(({ was }) => typeof was === 'object')
  const passing = probed.filter(({ was }) => typeof was === 'object' && was.refused === 'passes')
  const places = passing.map(({ direction, field, surface }) => `- ${surface.title}: ${FIELDS[field]}, ${direction}\n`)
  return `${probed.length} of ${cells.length} cells have something to see. What passes unread:\n\n${places.join('')}`
}

function sectionOf(surface: Surface, observed: Lookup): string {
  const paths = [surface.path, ...(surface.streamPath === undefined ? [] : [surface.streamPath])]
  const rows = FIELD_IDS.map((field) => {
    const cells = DIRECTIONS.map((direction) => wordsOf(observed(surface, direction, field)))
    return `| ${[FIELDS[field], ...cells].join(' | ')} |\n`
  })
  const head = `| field | ${DIRECTIONS.join(' | ')} |\n|---|---|---|---|\n`
  return `## ${surface.title}\n\n${paths.map((path) => `\`POST ${path}\``).join(', ')}\n\n${head}${rows.join('')}`
}

function wordsOf(was: Observed | string | undefined): string {
  if (was === undefined) throw new Error('a cell was not observed')
  return typeof was === 'string' ? `—: ${was}` : [was.inspected, was.edited, was.refused].join(' · ')
}
