import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { type Running, run } from '../compose/run.js'
import type { Config } from '../config/config.js'
import { fixedAtStart, needRestart } from '../config/restart.js'
import { checkAll, configFor } from './check.js'
import { EXIT, faultsError, type Output } from './output.js'

/** Runs the gateway until SIGTERM or SIGINT. */
export async function start(file: string, output: Output): Promise<number> {
  const { config, policy } = await configFor(file, output)
  const fixed = fixedAtStart(config)
  const running = await run(config, { env: process.env, warn: output.warn, policy })
  await untilStopped({ running, file, config, fixed }, output)
  return EXIT.done
}

/** @param more further members of the ready line */
export function sayReady(running: Running, output: Output, more: Readonly<Record<string, string>> = {}): void {
  const { url, adminUrl } = running.gateway
  output.data({ ready: true, gateway: url, admin: adminUrl, origin: running.origin, vkey: running.vkey, ...more })
  output.say(`gateway  ${url}\nadmin    ${adminUrl}\nlog      ${running.origin}\nvkey     ${running.vkey}`)
}

interface StartedGateway {
  readonly running: Running
  readonly file: string
  readonly config: Config
  /** What the gateway was started with and a reload cannot change. */
  readonly fixed: ReadonlyMap<string, string>
}

/** Reloads on SIGHUP and when a file changes; stops on SIGTERM and SIGINT. */
async function untilStopped({ running, file, config, fixed }: StartedGateway, output: Output): Promise<void> {
  const reload = async (why: string): Promise<void> => {
    const checked = await checkAll(file, true)
    if (!('config' in checked)) throw faultsError(checked)
    await running.reload(checked.config, why)
    const waiting = needRestart(fixed, checked.config)
    if (waiting.length > 0) output.warn(`changed, but in force only after a restart: ${waiting.join(', ')}`)
  }
  const ready = (): void => sayReady(running, output)
  await reloadUntilStopped({ dirs: [config.policy.dir, dirname(file)], reload, ready }, output)
  await running.close()
}

export interface Reloading {
  readonly dirs: readonly string[]
  readonly reload: (why: string) => Promise<void>
  /** Says that the gateway accepts requests. */
  readonly ready: () => void
}

/** Runs `reload` on SIGHUP and when something in the folders changes, one after the other; a refused one is told. */
export async function reloadUntilStopped({ dirs, reload, ready }: Reloading, output: Output): Promise<void> {
  let reloading = Promise.resolve()
  const soon = (why: string): void => {
    reloading = reloading
      .then(() => reload(why))
      .then(() => output.warn(`reloaded (${why})`))
      .catch((error: unknown) => {
        const said = error instanceof Error ? error.message : 'unknown'
        output.warn(`${said}\nreload refused: the last good configuration stays in force`)
      })
  }
  const watchers = watchFor(dirs, () => soon('file'))
  const onHup = (): void => soon('SIGHUP')
  process.on('SIGHUP', onHup)
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  // Only now: whoever reads it may send a signal at once, and unheard that would end the process as a kill does.
  ready()
  await stopped
  for (const one of watchers) one.close()
  process.off('SIGHUP', onHup)
  await reloading
}

const SETTLE_MS = 100

/** Editors write a file in several steps: the reload waits until they are done. */
function watchFor(dirs: readonly string[], changed: () => void): readonly FSWatcher[] {
  let timer: NodeJS.Timeout | undefined
  const soon = (_event: string, name: string | null): void => {
    if (name !== null && !/\.(?:cedar|ya?ml)$/.test(name)) return
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  }
  return [...new Set(dirs)].map((dir) => watch(dir, soon))
}
