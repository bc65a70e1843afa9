import { hash } from 'node:crypto'
import type { Config } from '../config/config.js'
import { readSecret, type Secret } from '../config/secret.js'
import type { SystemMessage } from '../spec/index.js'
import { StartError } from './start-error.js'

/** What policies may have said to models, read from its files. Throws `StartError` where one cannot be read. */
export function systemMessagesOf({ systemMessages }: Config): ReadonlyMap<string, SystemMessage> {
  return new Map(
    systemMessages.map(({ name, version, ...said }) => {
      const text = readText(name, said.text)
      const after = said.after === undefined ? '' : readText(name, said.after)
      const digest = hash('sha256', JSON.stringify([text, after]), 'hex')
      return [name, { name, version, text, after, digest }]
    }),
  )
}

function readText(name: string, secret: Secret): string {
  try {
    return readSecret(secret)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable'
    throw new StartError(`systemMessages: \`${name}\`: ${why}`)
  }
}
