import { createHash, randomBytes, sign } from 'node:crypto'
import { newKeyPair } from '@ostiary/testkit'

export interface Certificate {
  /** In PEM. It is its own authority: who trusts it names it as one. */
  readonly cert: string
  readonly key: string
}

/** A certificate for these names, signed by itself, valid from yesterday to tomorrow (RFC 5280). */
export function selfSigned(...names: readonly string[]): Certificate {
  const { publicKey, privateKey } = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(names[0] ?? '')))))
  const tbs = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    name,
    sequence(time(-1), time(1)),
    name,
    spki,
    der(
      0xa3,
      sequence(
        extension('551d11', sequence(...names.map((one) => der(0x82, Buffer.from(one))))),
        extension('551d13', sequence(der(0x01, Buffer.from([0xff])))),
        extension('551d0e', der(0x04, createHash('sha1').update(spki).digest())),
      ),
    ),
  )
  const signature = sign('sha256', tbs, privateKey)
  const whole = sequence(tbs, ECDSA_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    cert: armoured('CERTIFICATE', whole),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

function sequence(...items: readonly Buffer[]): Buffer {
  return der(0x30, ...items)
}

function set(item: Buffer): Buffer {
  return der(0x31, item)
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** `ecdsa-with-SHA256` */
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value))
}

function time(days: number): Buffer {
  const at = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(0x18, Buffer.from(at))
}

function armoured(label: string, bytes: Buffer): string {
  const dashes = '-'.repeat(5)
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `${dashes}BEGIN ${label}${dashes}\n${lines.join('\n')}\n${dashes}END ${label}${dashes}\n`
}
