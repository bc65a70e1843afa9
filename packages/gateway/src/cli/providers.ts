import { keyText } from '../spec/index.js'
import { configToOperate, operate } from './operate.js'
import { CommandError, EXIT, type Output } from './output.js'

interface ListedProvider {
  readonly name: string
  readonly dialect: string
  readonly baseUrl: string
  readonly keys: readonly {
    readonly key: string
    readonly source: string
    readonly weight: number
    /** Null where no gateway runs. */
    readonly state: string | null
  }[]
}

/** Providers, and of each key where it comes from and what state it is in: never the key. */
export async function listProviders(file: string, output: Output): Promise<number> {
  const done = await operate(configToOperate(file), 'GET /providers', {})
  for (const { name, dialect, baseUrl, keys } of done['providers'] as readonly ListedProvider[]) {
    output.say(`${name}  ${dialect}  ${baseUrl}${keys.length === 0 ? '  no keys' : ''}`)
    for (const { key, source, weight, state } of keys) {
      output.say(`  ${key}  ${source}  weight ${weight}  ${state?.replaceAll('_', ' ') ?? 'no gateway runs'}`)
    }
  }
  output.data({ ok: true, ...done })
  return EXIT.done
}

/** Has the gateway read every key of a provider anew, and puts those back in use that were refused. */
export async function rotateProvider(file: string, name: string, output: Output): Promise<number> {
  const done = await operate(configToOperate(file), 'POST /providers/rotate', { name })
  const unreadable = done['unreadable'] as readonly string[]
  const isDone = unreadable.length === 0
  output.say(
    `${name}: ${Number(done['keys']) - unreadable.length} of ${String(done['keys'])} keys were read anew and are in use`,
  )
  if (!isDone) output.say(`could not be read, and the stderr of the gateway says why: ${unreadable.join(', ')}`)
  output.data({ ok: isDone, ...done })
  return isDone ? EXIT.done : EXIT.failed
}

/** Stores a secret from stdin, sealed: `store:NAME` in the configuration names it. */
export async function setKey(
  file: string,
  name: string,
  input: AsyncIterable<Buffer>,
  output: Output,
): Promise<number> {
  const secret = await secretFrom(input)
  const done = await operate(configToOperate(file, ['secretsKey']), 'POST /secrets', { name, secret })
  output.say(`stored: a key \`store:${name}\` is this from now on`)
  output.data({ ok: true, ...done })
  return EXIT.done
}

const INPUT_BYTES_MAX = 16 * 1024

async function secretFrom(input: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of input) {
    bytes += chunk.length
    if (bytes > INPUT_BYTES_MAX) break
    chunks.push(chunk)
  }
  // The newline that `echo` adds is not part of it.
  const secret = keyText(Buffer.concat(chunks).toString('utf8').trim())
  if (bytes > INPUT_BYTES_MAX || secret === undefined) {
    throw new CommandError(
      'stdin holds no key: one of up to 8192 printable ASCII characters without spaces',
      EXIT.usage,
    )
  }
  return secret
}
