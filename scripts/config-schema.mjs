// Writes packages/gateway/config.schema.json from the build. `--check`: exits 1 where the file is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { configJsonSchema } from '../packages/gateway/dist/config/schema.js'

const file = new URL('../packages/gateway/config.schema.json', import.meta.url)
const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`

function held() {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (held() !== text) {
  console.error('packages/gateway/config.schema.json is stale: run `node scripts/config-schema.mjs` after a build')
  process.exitCode = 1
}
