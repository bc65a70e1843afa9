type Library = typeof import('oidc-provider')
let library: Promise<Library> | undefined

/** Loaded on first use: of all commands only `dev`, `demo` and `token` need it. */
export function loadLibrary(): Promise<Library> {
  library ??= loadQuietly()
  return library
}

/** While it loads, the library warns on the console about a Node release that it has not been tried on; the tests here run on it. */
async function loadQuietly(): Promise<Library> {
  const warn = console.warn
  const quiet = (...said: readonly unknown[]): void => {
    if (!String(said[0]).includes('oidc-provider WARNING')) warn.apply(console, [...said])
  }
  console.warn = quiet
  try {
    return await import('oidc-provider')
  } finally {
    if (console.warn === quiet) console.warn = warn
  }
}
