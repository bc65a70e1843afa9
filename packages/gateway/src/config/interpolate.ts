export type Interpolated =
  | { readonly kind: 'plain' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unset'; readonly names: readonly string[] }
  | { readonly kind: 'fault'; readonly message: string }

const VARIABLE = /\$\{([^}]*)(\}|$)/g
const INNER = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/** Puts variables in place of `${VAR}` and `${VAR:-default}`; the default holds where the variable is unset or empty. */
export function interpolate(source: string, env: Readonly<Record<string, string | undefined>>): Interpolated {
  if (!source.includes('${')) return { kind: 'plain' }
  const unset: string[] = []
  let bad: string | undefined
  const text = source.replace(VARIABLE, (whole: string, inside: string, close: string) => {
    const [, name, otherwise] = INNER.exec(inside) ?? []
    if (close === '' || name === undefined) {
      bad ??= whole
      return ''
    }
    // Own names alone: `${constructor}` is no variable.
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (otherwise !== undefined) return value === undefined || value === '' ? otherwise : value
    if (value === undefined) unset.push(name)
    return value ?? ''
  })
  if (bad !== undefined) return { kind: 'fault', message: `write \${VAR} or \${VAR:-default}, not \`${bad}\`` }
  return unset.length > 0 ? { kind: 'unset', names: unset } : { kind: 'text', text }
}
