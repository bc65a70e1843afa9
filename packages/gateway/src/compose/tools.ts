import type { Config } from '../config/config.js'
import type { Tool } from '../spec/index.js'

/** The tools of a configuration, by name. */
export function toolsOf({ tools }: Config): ReadonlyMap<string, Tool> {
  return new Map(
    tools.map(({ effect, labels, name, server }): [string, Tool] => [
      name,
      { resource: { type: 'Tool', id: name, attributes: { effect, server } }, labels },
    ]),
  )
}
