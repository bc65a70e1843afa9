import { type SecretSource, SecretUnreadable } from '../../spec/index.js'

/** Looked up again at most once a second: whoever embeds the gateway may change what it hands in. */
const FRESH_MS = 1000

/** A variable of the environment, by its name: read anew while the gateway runs, unlike what a configuration took from one. */
export function createEnvironmentSecret(name: string, env: Readonly<Record<string, string | undefined>>): SecretSource {
  return {
    kind: 'environment',
    freshMs: FRESH_MS,
    read() {
      // Own names alone: `constructor` is no variable.
      const text = (Object.hasOwn(env, name) ? env[name] : undefined)?.trim() ?? ''
      if (text === '') throw new SecretUnreadable(`the variable \`${name}\` is not set`)
      return text
    },
  }
}
