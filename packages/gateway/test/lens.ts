import type { Dialect, Lens, Named, RequestView, Step } from '../src/spec/index.js'

/** A lens for tests: a request whose path names no model need not say so. */
export interface LensAt extends Omit<Lens, 'read'> {
  read(body: Buffer, named?: Named): Step<RequestView>
}

export function lensAt(dialect: Dialect, path: string): LensAt {
  const found = dialect.endpoints.find((one) => one.path === path)
  if (found === undefined) throw new Error(`${dialect.name} has no ${path}`)
  const { lens } = found
  return { ...lens, read: (body, named = { model: undefined, query: '' }) => lens.read(body, named) }
}
