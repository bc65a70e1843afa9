import { hash } from 'node:crypto'
import type { Config, ListenConfig } from './config.js'
import { readSecret, type Secret } from './secret.js'

/**
 * What a gateway takes once, when it starts: each setting by its name, as a text that differs where it does. Certificates and
 * keys count by what is in their files, which are read here.
 */
export function fixedAtStart(config: Config): ReadonlyMap<string, string> {
  const { audit, control, limits, shutdown, store, timeouts, tokens } = config
  const settings: [string, unknown][] = [
    ...listenSettings('listen', config.listen),
    ...listenSettings('admin', config.admin),
    ['trustedProxies', config.trustedProxies],
    ['dpop', config.dpop],
    ['limits.bodyBytes', limits.bodyBytes],
    ['limits.headerBytes', limits.headerBytes],
    ['timeouts.connect', timeouts.connectMs],
    ['timeouts.requestHead', timeouts.requestHeadMs],
    ['timeouts.requestBody', timeouts.requestBodyMs],
    ['audit.store', audit.store],
    ['audit.origin', audit.origin],
    ['audit.key', audit.key === undefined ? 'none' : digestOf(audit.key)],
    ['audit.failure', audit.failure],
    ['audit.order', audit.order],
    ['audit.flushInterval', audit.flushIntervalMs],
    ['audit.checkpointInterval', audit.checkpointIntervalMs],
    ['audit.publish', audit.publish],
    ['store', store.kind === 'sqlite' ? store : digestOf(store.url)],
    ['tokens.algorithm', tokens.algorithm],
    ['tokens.rotation', tokens.rotationMs],
    ['secretsKey', config.secretsKey === undefined ? 'none' : digestOf(config.secretsKey)],
    ['vault.ttl', config.vault.ttlMs],
    ['vault.formats', config.vault.formats],
    ['ledger.fingerprints', config.ledger.fingerprints ?? false],
    ['revocation.failure', config.revocation.failure],
    ['shutdown.deadline', shutdown.deadlineMs],
    ['control.socket', control.socket],
  ]
  return new Map(settings.map(([name, value]) => [name, JSON.stringify(value)]))
}

/** The settings that a reload read differently from how the gateway was started with them. */
export function needRestart(started: ReadonlyMap<string, string>, next: Config): readonly string[] {
  return [...fixedAtStart(next)].filter(([name, text]) => started.get(name) !== text).map(([name]) => name)
}

function listenSettings(plane: 'listen' | 'admin', { host, port, tls }: ListenConfig): [string, unknown][] {
  const clientCa = tls?.clientCa === undefined ? 'none' : digestOf(tls.clientCa)
  return [
    [`${plane}.host`, host],
    [`${plane}.port`, port],
    [`${plane}.tls`, tls === undefined ? 'none' : [digestOf(tls.cert), digestOf(tls.key), clientCa]],
  ]
}

/** A digest, so that no secret lies about in a text; of a file that cannot be read, that. */
function digestOf(secret: Secret): string {
  try {
    return hash('sha256', readSecret(secret), 'hex')
  } catch {
    return 'unreadable'
  }
}
