import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changed, cutSecret, hostileTokens, refused } from './demo-content.js'
import { DEMO_EXTRAS } from './demo-desk.js'
import { identityBound } from './demo-handbook.js'
import { fallsSilent, smaller, stolen } from './demo-identity.js'
import { planted } from './demo-injection.js'
import { proven } from './demo-log.js'
import { seen } from './demo-seen.js'
import { startStory } from './demo-story.js'
import { startDev } from './dev.js'
import { EXIT, type Output } from './output.js'

/** In this order: the last reads what the others left in the log. */
const CHAPTERS = [
  changed,
  refused,
  hostileTokens,
  cutSecret,
  stolen,
  fallsSilent,
  smaller,
  seen,
  planted,
  identityBound,
  proven,
]

/** Tells the story against a real listening gateway with the real OpenAI SDK. Fails where any of it does not happen. */
export async function demo({ exit }: { readonly exit: boolean }, output: Output): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ostiary-demo-'))
  // The strangers of the story are no news.
  const warn = (message: string): void =>
    message.startsWith('refused before authentication') ? undefined : output.warn(message)
  const house = await startDev({ port: 0, adminPort: 0, dataDir, upstream: undefined, extras: DEMO_EXTRAS, warn })
  try {
    const story = startStory({ house, dataDir, output, staysUp: !exit })
    for (const chapter of CHAPTERS) await chapter(story)
    output.say(`\nAll of it happened as told. The admin plane: ${house.running.gateway.adminUrl}`)
    if (!exit) {
      output.say(`The gateway stays up at ${house.running.gateway.url}; Ctrl-C ends it. A token for it:`)
      output.say(`npx --no-install ostiary token --as alice --data ${dataDir}`)
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      })
    }
    return EXIT.done
  } finally {
    await house.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
