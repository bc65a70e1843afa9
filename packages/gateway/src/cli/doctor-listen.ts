import { createServer, type Server } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { Config } from '../config/config.js'
import { readAuthorities, readSecret } from '../config/secret.js'
import { type Ailment, codeOf } from './ailment.js'
import type { ControlState } from './control.js'

const PLANES = [
  ['admin', 'admin'],
  ['listen', 'gateway'],
] as const

/** Binds both ports as `start` does, side by side, and lets go of them again. */
export async function portAilments(config: Config, control: ControlState): Promise<readonly Ailment[]> {
  const ailments: Ailment[] = []
  const bound: Server[] = []
  try {
    for (const [plane, name] of PLANES) {
      const { host, port } = config[plane]
      const server = createServer()
      const code = await bind(server, host, port)
      if (code === undefined) bound.push(server)
      else if (code !== 'EADDRINUSE' || !isOurs(control, name, port))
        ailments.push(refusedPort(plane, host, port, code))
    }
  } finally {
    await Promise.all(bound.map((server) => new Promise((resolve) => server.close(resolve))))
  }
  return ailments
}

/** @returns the error's code, or undefined where the port is free */
function bind(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(codeOf(error)))
    server.listen({ host, port, exclusive: true }, () => resolve(undefined))
  })
}

/** Whether our own running gateway says that it listens there. */
function isOurs(control: ControlState, name: 'gateway' | 'admin', port: number): boolean {
  const said = control.kind === 'running' ? control.status[name] : undefined
  if (typeof said !== 'string' || !URL.canParse(said)) return false
  const url = new URL(said)
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80)) === port
}

function refusedPort(plane: 'listen' | 'admin', host: string, port: number, code: string): Ailment {
  switch (code) {
    case 'EADDRINUSE':
      return {
        what: `${plane}.port: port ${port} of ${host} is taken, and not by the gateway of this store`,
        mend: `stop what listens there, or write another ${plane}.port`,
      }
    case 'EACCES':
      return {
        what: `${plane}.port: this user may not listen at port ${port}`,
        mend: `write a ${plane}.port over 1023, or give the gateway's user the right to bind low ports`,
      }
    case 'EADDRNOTAVAIL':
      return {
        what: `${plane}.host: ${host} is no address of this machine`,
        mend: `write an address of this machine as ${plane}.host; 0.0.0.0 is all of them`,
      }
    default:
      return {
        what: `${plane}.host: nothing can listen at ${host}, port ${port} (${code})`,
        mend: `write an address of this machine as ${plane}.host`,
      }
  }
}

/** Certificates and keys that TLS does not take. */
export function tlsAilments(config: Config): readonly Ailment[] {
  const ailments: Ailment[] = []
  for (const plane of ['listen', 'admin'] as const) {
    const { tls } = config[plane]
    if (tls === undefined) continue
    try {
      createSecureContext({ cert: readSecret(tls.cert), key: readSecret(tls.key) })
    } catch (error) {
      ailments.push({
        what: `${plane}.tls: the certificate and its key are not taken (${codeOf(error)})`,
        mend: 'write the certificate with its chain, and the private key that belongs to it, both in PEM without a password',
      })
    }
    if (tls.clientCa === undefined) continue
    try {
      readAuthorities(tls.clientCa)
    } catch (error) {
      ailments.push({
        what: `${plane}.tls.clientCa: no certificates of authorities can be read (${codeOf(error)})`,
        mend: "write a file in PEM with the certificates of those who sign callers' certificates",
      })
    }
  }
  return ailments
}

// unix(7): 108 bytes with the end mark on Linux, 104 elsewhere.
const SOCKET_PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103

/** What lies at the control socket's path and keeps a gateway from listening there. */
export function controlAilments(path: string, control: ControlState): readonly Ailment[] {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    const what = `control.socket: the path ${path} has over ${SOCKET_PATH_BYTES_MAX} bytes`
    return [{ what, mend: 'write a shorter one as control.socket' }]
  }
  switch (control.kind) {
    case 'running':
    case 'absent':
    // Told as a warning: `start` mends it by itself.
    case 'stale':
      return []
    case 'silent':
      return [
        {
          what: `who listens at the control socket ${path} gives no gateway's answer`,
          mend: 'a gateway that hangs has to be ended; where it is another program, write another control.socket',
        },
      ]
    case 'denied':
      return [
        {
          what: `this user may not ask the control socket ${path}`,
          mend: 'run doctor as the user that runs the gateway',
        },
      ]
    case 'other':
      return [
        {
          what: `what lies at ${path} is no socket, and \`start\` would remove it`,
          mend: 'move it away, or write another control.socket',
        },
      ]
  }
}
