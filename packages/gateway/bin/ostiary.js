#!/usr/bin/env node
import { existsSync } from 'node:fs'

// Committed, so that npm links it before anything is built; everything else is in the build.
if (!existsSync(new URL('../dist/cli/main.js', import.meta.url))) {
  console.error('ostiary is not built yet: run `npm run build` in the checkout first')
  process.exit(2)
}
await import('../dist/cli/main.js')
