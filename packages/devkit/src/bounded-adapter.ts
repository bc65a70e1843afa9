import type { Adapter, AdapterPayload } from 'oidc-provider'

export interface BoundedAdapterOptions {
  /** Records of all models together; the oldest goes first. */
  readonly recordsMax: number
  readonly now: () => number
}

interface Row {
  readonly payload: AdapterPayload
  readonly expiresAtMs: number
}

/**
 * Where the provider keeps its short-lived records: one map for one provider, of bounded size.
 *
 * The library's own memory adapter is one store for the whole process, so two providers in it would share their records.
 */
export function boundedAdapter({ recordsMax, now }: BoundedAdapterOptions): (model: string) => Adapter {
  const rows = new Map<string, Row>()

  function live(key: string): AdapterPayload | undefined {
    const row = rows.get(key)
    if (row === undefined) return undefined
    if (row.expiresAtMs > now()) return row.payload
    rows.delete(key)
    return undefined
  }

  function first(model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const prefix = `${model}:`
    for (const key of [...rows.keys()]) {
      const payload = key.startsWith(prefix) ? live(key) : undefined
      if (payload !== undefined && matches(payload)) return payload
    }
    return undefined
  }

  return (model) => ({
    async upsert(id, payload, expiresInSeconds) {
      const key = `${model}:${id}`
      rows.delete(key) // so that what was written last is also evicted last
      const lasts = Number.isFinite(expiresInSeconds) ? expiresInSeconds * 1000 : Number.POSITIVE_INFINITY
      rows.set(key, { payload, expiresAtMs: now() + lasts })
      for (const oldest of rows.keys()) {
        if (rows.size <= recordsMax) break
        rows.delete(oldest)
      }
    },
    async find(id) {
      return live(`${model}:${id}`)
    },
    async findByUid(uid) {
      return first(model, (payload) => payload.uid === uid)
    },
    async findByUserCode(userCode) {
      return first(model, (payload) => payload.userCode === userCode)
    },
    async consume(id) {
      const key = `${model}:${id}`
      const row = rows.get(key)
      if (row !== undefined) rows.set(key, { ...row, payload: { ...row.payload, consumed: Math.floor(now() / 1000) } })
    },
    async destroy(id) {
      rows.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, row] of [...rows]) if (row.payload.grantId === grantId) rows.delete(key)
    },
  })
}
