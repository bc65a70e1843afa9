// `npm run eval [-- TABLE…]`: measures the detectors on labelled rows and prints every table, or those named.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DATA } from './data.mjs'
import { markdown } from './figures.mjs'

const FOLDER = fileURLToPath(new URL('tables', import.meta.url))
const known = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort()
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no table ${unknown.join(', ')}: there are ${known.join(', ')}`)
  process.exit(2)
}
if (DATA === undefined) {
  console.error('the labelled rows are not here: put their folder into OSTIARY_DATA. Nothing was measured.')
  process.exit(1)
}
for (const name of known) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  // A table is a module that gives its title and a function for its rows: `title`, `measure()`.
  const table = await import(`./tables/${name}.mjs`)
  console.log(markdown(table.title, await table.measure()))
}
