import { createHash } from 'node:crypto'

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Looks like a provider's project key. Nobody ever issued it: it is cut from a digest of a public word. */
export function openaiShapedKey(seed = 'demo'): string {
  return [
    'sk',
    'proj',
    `${letters(`${seed}:a`, ALPHANUMERIC, 74)}T3Blbk${'FJ'}${letters(`${seed}:b`, ALPHANUMERIC, 74)}`,
  ].join('-')
}

/** Looks like an AWS access key id; made the same way. */
export function awsShapedKey(seed = 'demo'): string {
  return ['AK', 'IA', letters(`${seed}:c`, BASE32, 16)].join('')
}

/** A payment card number that passes Luhn: the test number that every card scheme's documentation prints. */
export const TEST_CARD = '4111 1111 1111 1111'

function letters(seed: string, alphabet: string, length: number): string {
  let text = ''
  for (let block = 0; text.length < length; block += 1) {
    for (const byte of createHash('sha256').update(`${seed}:${block}`).digest())
      text += alphabet[byte % alphabet.length]
  }
  return text.slice(0, length)
}
