/** The lens of a dialect's endpoint. */
export function lensOf(dialect, path) {
  const endpoint = dialect.endpoints.find((one) => one.path === path)
  if (endpoint === undefined) throw new Error(`${dialect.name} has no ${path}`)
  return endpoint.lens
}
