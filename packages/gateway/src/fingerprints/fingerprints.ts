import { hash, randomBytes } from 'node:crypto'
import type { Clock, Fingerprints, ReleasedRow, Store } from '../spec/index.js'
import { type Fingerprint, Hashing } from './hashing.js'
import { type Batch, Known } from './known.js'
import { type Remembered, rememberedOf } from './released.js'
import { Sealing } from './seal.js'
import { Watch } from './watch.js'

const SPACE = 'fingerprints'
const NAME_BYTES = 16
const SWEEP_MS = 60_000
/** Of one row of the store. */
const ROW_MAX = 16_384
const LATELY_MAX = 100_000

export interface FingerprintRules {
  /** How long a value is known after it was last released. */
  readonly ttlMs: number
  /** Fingerprints in memory. */
  readonly max: number
}

export interface FingerprintsParts {
  readonly store: Store
  readonly clock: Clock
  /** 32 bytes, the same for every gateway on the store. */
  readonly secret: Buffer
  readonly rules: FingerprintRules
  /** The store went away, with a reason, or is back. */
  readonly onIll: (why: string | undefined) => void
}

export interface OpenFingerprints extends Fingerprints {
  readonly size: number
  /** Forgets what has aged out; done each minute. */
  sweep(): void
  close(): void
}

/** All that was released at any gateway of the store, in memory: looked for at every exchange. */
export async function openFingerprints(parts: FingerprintsParts): Promise<OpenFingerprints> {
  const { clock, rules, secret, store } = parts
  const hashing = new Hashing(secret)
  const sealing = new Sealing(secret)
  const known = new Known(rules.max)
  const writing = new Set<Promise<void>>()
  /** Rows that need not be remembered again until then, by their digests: most are read time and again. */
  const lately = new Map<string, number>()

  function add(name: string, batch: Batch): void {
    for (const gone of known.add(name, batch, clock.now())) {
      lately.clear()
      // Nobody waits for it: a row that stays is forgotten when its time is over.
      store.put(SPACE, gone, undefined).catch(ignore)
    }
  }

  function isNew({ labels, values }: ReleasedRow, nowMs: number): boolean {
    const name = hash('sha256', JSON.stringify([labels, values]), 'base64')
    if ((lately.get(name) ?? 0) > nowMs) return false
    if (lately.size >= LATELY_MAX) lately.clear()
    lately.set(name, nowMs + rules.ttlMs / 2)
    return true
  }

  function write(batch: Batch): Promise<void> {
    const name = randomBytes(NAME_BYTES).toString('hex')
    add(name, batch)
    const written = store.put(SPACE, name, sealing.seal(name, batch), { expiresAtMs: batch.untilMs }).then(
      () => undefined,
      (error: unknown) => {
        // Known to nobody else: with the next release it is tried again.
        known.drop(name)
        lately.clear()
        throw error
      },
    )
    const done = written.finally(() => writing.delete(done))
    writing.add(done)
    return done
  }

  const end = await store.follow(
    SPACE,
    (rows) => {
      const told: { readonly key: string; readonly batch: Batch }[] = []
      for (const { key, value } of rows) {
        if (value === undefined) {
          known.drop(key)
          lately.clear()
        } else if (!known.has(key)) {
          const batch = sealing.unseal(key, value)
          if (batch !== undefined) told.push({ key, batch })
        }
      }
      // At the start they come in any order, and the oldest are to go first.
      told.sort((one, other) => one.batch.untilMs - other.batch.untilMs)
      for (const { batch, key } of told) add(key, batch)
    },
    parts.onIll,
  )
  const sweep = (): void => known.sweep(clock.now())
  const sweeping = setInterval(sweep, SWEEP_MS).unref()

  return {
    get isEmpty() {
      return known.size === 0
    },
    get size() {
      return known.size
    },
    remember(all) {
      const nowMs = clock.now()
      const rows = all.filter((one) => isNew(one, nowMs))
      const fresh = batchesOf(
        rememberedOf(rows, hashing),
        nowMs + rules.ttlMs,
        (one, labels) => !known.covers(one, labels, nowMs + rules.ttlMs / 2),
      )
      // What another release brings at this moment is not durable yet.
      const written = [...writing, ...fresh.map(write)]
      return written.length === 0 ? undefined : Promise.all(written).then(ignore)
    },
    watch: (found) => new Watch({ known, hashing, nowMs: () => clock.now(), found }),
    sweep,
    close() {
      clearInterval(sweeping)
      end()
    },
  }
}

/** Rows of the store are small: a release of thousands is several. */
function batchesOf(
  remembered: Remembered,
  untilMs: number,
  isDue: (one: Fingerprint, labels: readonly string[]) => boolean,
): readonly Batch[] {
  const batches: Batch[] = []
  for (const [name, all] of remembered.known) {
    const labels = name.split(' ')
    const due = all.filter((one) => isDue(one, labels))
    for (let from = 0; from < due.length; from += ROW_MAX) {
      const groups = [{ labels, known: due.slice(from, from + ROW_MAX) }]
      batches.push({ untilMs, groups, fields: NONE, hasGrams: remembered.hasGrams })
    }
  }
  const [first, ...rest] = batches
  return first === undefined ? batches : [{ ...first, fields: remembered.fields }, ...rest]
}

const NONE: readonly Fingerprint[] = []

function ignore(): void {}
