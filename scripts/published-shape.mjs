// Checks the shape of every package that is published, after a build: what its package.json promises is in the tarball, and
// `import` of it works. Exits 1 where anything is said at all.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))
let published = 0

for (const folder of readdirSync(packages)) {
  const pkg = JSON.parse(readFileSync(`${packages}${folder}/package.json`, 'utf8'))
  if (pkg.private === true) continue
  published += 1
  const { messages } = await publint({ pkgDir: packages + folder, strict: true })
  for (const message of messages) console.error(`packages/${folder}: ${formatMessage(message, pkg, { color: false })}`)
  if (messages.length > 0) process.exitCode = 1
}

if (published === 0) {
  console.error('no package is published: the check checked nothing')
  process.exitCode = 1
}
