import { setTimeout as sleep } from 'node:timers/promises'

const WAIT_MS = 15_000
const STEP_MS = 5

/** What `look` gives once it gives something: for what happens soon after an answer, such as a log entry. */
export async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const since = Date.now(); ; ) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (Date.now() - since > WAIT_MS) throw new Error(`did not come about within ${WAIT_MS} ms: ${look}`)
    await sleep(STEP_MS)
  }
}
