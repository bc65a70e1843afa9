import { randomBytes } from 'node:crypto'
import { type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { callControl } from '../src/cli/control.js'
import type { OperationInput, OperationResult } from '../src/spec/index.js'
import { type House, type HouseOptions, openHouse } from './house.js'
import { type Answer, ask, prompt, send } from './http.js'

/** A key as a provider gives one, and like nothing else anywhere. */
export function newKey(name: string): string {
  return `${['s', 'k'].join('')}-${name}-${randomBytes(24).toString('hex')}`
}

export interface KeyedHouse {
  readonly house: House
  readonly upstream: LyingUpstream
  /** The only provider, with these keys. */
  providers(entries: readonly unknown[]): Readonly<Record<string, unknown>>
  /** The key of each call that reached the provider, in order. */
  seen(): readonly string[]
  /** From now on the provider answers 401 to these, and the truth to others. */
  refuse(...keys: readonly string[]): void
  call(): Promise<Answer>
  control(name: string, input?: OperationInput): Promise<OperationResult>
  metrics(): Promise<string>
  /** What the log says about keys. */
  keyEntries(): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

/** A gateway whose only provider has these keys. */
export async function openKeyed(entries: readonly unknown[], options: HouseOptions = {}): Promise<KeyedHouse> {
  const upstream = options.upstream ?? (await startLyingUpstream())
  const providers: KeyedHouse['providers'] = (apiKeys) => ({
    providers: [{ name: 'lying', dialect: 'openai', baseUrl: upstream.baseUrl, apiKeys }],
  })
  const config = { ...providers(entries), ...options.config }
  const house = await openHouse({ ...options, upstream, config })
  return {
    house,
    upstream,
    providers,
    seen: () => upstream.received.map(({ headers }) => (headers.get('authorization') ?? '').replace('Bearer ', '')),
    refuse(...keys) {
      const refused = keys.map((key) => `Bearer ${key}`)
      upstream.behave(({ headers }) =>
        refused.includes(headers.get('authorization') ?? '') ? { kind: 'status', status: 401 } : undefined,
      )
    },
    call: () => ask(house, prompt('hi')),
    control: (name, input = {}) => callControl(house.config.control.socket, name, input),
    metrics: async () => (await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })).text,
    keyEntries: async () =>
      (await house.entries())
        .filter(({ type, own }) => type === 'config' && ('provider' in own || 'secret' in own))
        .map(({ own }) => own),
    async close() {
      await house.finish()
      await upstream.close()
    },
  }
}
