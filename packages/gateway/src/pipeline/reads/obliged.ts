import { type Obligations, type Refusal, refuse } from '../../spec/index.js'
import type { ReadAction } from './asking.js'

/** What is obliged and cannot be done about a read: then nothing is read. */
export function undoable(action: ReadAction, { reading, routes, spotlight, system }: Obligations): Refusal | undefined {
  const [route] = routes
  const [message] = system
  const [filter] = action === 'searchDataset' ? reading.filters : []
  const what =
    (route === undefined ? undefined : `route:${route}`) ??
    message?.source ??
    (spotlight === undefined ? undefined : 'spotlight') ??
    (filter === undefined ? undefined : `rows:${filter}`)
  return what === undefined ? undefined : refuse('obligation_failed', `${what}: not for ${action}`)
}

/**
 * Whether all that is obliged about one thing is done about the whole, but for what becomes of columns.
 *
 * @param purpose as the caller says it
 */
export function isObeyed(one: Obligations, whole: Obligations, purpose: string | undefined): boolean {
  return one.sources.every(
    (source) =>
      whole.sources.includes(source) ||
      source.startsWith('column:') ||
      (source === 'require:purpose' && purpose !== undefined),
  )
}
