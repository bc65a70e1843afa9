// A store that a million revocations were written to, before its gateway starts. usage: node fill.mjs STORE COUNT
import { openSqliteStore } from '../packages/gateway/dist/adapters/store-sqlite/store.js'

const AT_ONCE = 10_000
const [path, count] = [process.argv[2], Number(process.argv[3])]
const clock = { now: () => Date.now() }
const store = await openSqliteStore({ path, clock })
const expiresAtMs = clock.now() + 26 * 3_600_000
for (let from = 0; from < count; from += AT_ONCE) {
  const rows = Array.from(
    { length: Math.min(AT_ONCE, count - from) },
    (_, n) => `token https://idp.example ${from + n}`,
  )
  await Promise.all(rows.map((key) => store.put('revocations', key, String(-clock.now()), { expiresAtMs })))
}
await store.close()
