import type { SystemSplices } from '../../../lens/lens.js'
import { systemFieldSplices } from '../../../lens/system-field.js'

/** The operator's system text as blocks of `system`, around the caller's own. */
export const converseSystem: SystemSplices = (seen, change, textAt) => {
  const [root] = seen.located.containers
  return root === undefined ? [] : systemFieldSplices(seen, root, SYSTEM, change, textAt)
}

const SYSTEM = {
  name: 'system',
  item: (text: string): string => JSON.stringify({ text }),
  made: 'array',
} as const
