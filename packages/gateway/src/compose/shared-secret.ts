import { randomBytes } from 'node:crypto'
import type { Store } from '../spec/index.js'

const SPACE = 'secrets'
const BYTES = 32

/**
 * 32 random bytes that every replica of this store has. Whoever comes first makes them. Throws where the store holds something
 * else under that name.
 */
export async function sharedSecret(store: Store, name: string): Promise<Buffer> {
  await store.put(SPACE, name, JSON.stringify(randomBytes(BYTES).toString('base64')), { onlyNew: true })
  const held: unknown = JSON.parse((await store.get(SPACE, name)) ?? 'null')
  const bytes = Buffer.from(typeof held === 'string' ? held : '', 'base64')
  if (bytes.length !== BYTES) throw new Error(`the store holds no secret of ${BYTES} bytes as \`${name}\``)
  return bytes
}
