import { resolve } from 'node:path'
import { z } from 'zod'
import { keyText, SECRET_NAME } from '../spec/index.js'
import type { ProviderKeyConfig } from './config.js'
import { duration, group, objectBarely, secretOf, text } from './schema-parts.js'
import type { KeySecret } from './secret.js'
import { DURATION_MS_MAX } from './units.js'

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

function keySecret(folder: string): z.ZodType<KeySecret, string> {
  return text.transform((written, context): KeySecret => {
    const [, source, name = ''] = /^(env|store):(.*)$/s.exec(written) ?? []
    if (source === 'env') {
      if (!VARIABLE_NAME.test(name)) objectBarely(context, [], 'write env:NAME, a variable of the environment')
      return { kind: 'environment', name }
    }
    if (source === 'store') {
      if (!SECRET_NAME.test(name)) objectBarely(context, [], 'write store:NAME, in letters, digits and `._-`')
      return { kind: 'store', name }
    }
    const held = secretOf(written, folder, context)
    // A header's value is made of it, so nothing that could end a header.
    if (held.kind === 'value' && keyText(held.reveal()) === undefined) {
      objectBarely(context, [], 'must be printable ASCII without spaces')
    }
    return held
  })
}

/** The keys of a map that is a command, or may be one. */
const COMMAND = {
  command: z.array(text).min(1),
  ttl: duration(1000, DURATION_MS_MAX, 'from 1s to 24d').prefault('5m'),
  timeout: duration(100, 60_000, 'from 100ms to 60s').prefault('10s'),
  env: z.array(z.string().regex(VARIABLE_NAME, { error: 'write names of variables' })).default([]),
}

function commandSecret(
  raw: { command: readonly string[]; ttl: number; timeout: number; env: readonly string[] },
  folder: string,
): KeySecret {
  const [program = '', ...args] = raw.command
  const argv = [/^\.{1,2}\//.test(program) ? resolve(folder, program) : program, ...args]
  return { kind: 'command', argv, cwd: folder, env: raw.env, ttlMs: raw.ttl, timeoutMs: raw.timeout }
}

/** One entry of `apiKeys`: a text, or a map that names its place. */
export function providerKey(folder: string): z.ZodType<ProviderKeyConfig> {
  const written = keySecret(folder)
  const command = group(COMMAND).transform((raw) => commandSecret(raw, folder))
  const entry = group({
    ...COMMAND,
    command: COMMAND.command.optional(),
    key: z.union([written, command]).optional(),
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'write a name of letters, digits and `._-`' })
      .optional(),
    weight: z.int().min(1).max(100).default(1),
  }).transform((raw, context): ProviderKeyConfig => {
    const { command: argv, key, name, weight } = raw
    if ((argv === undefined) === (key === undefined)) objectBarely(context, [], 'write key or command, one of both')
    const held = key ?? commandSecret({ ...raw, command: argv ?? [] }, folder)
    return { secret: held, name, weight }
  })
  return z.union([written.transform((held) => ({ secret: held, name: undefined, weight: 1 })), entry])
}
