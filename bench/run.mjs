// One command that measures the gateway beside its peers. The report goes to stdout, what happens meanwhile to stderr, the
// raw rounds to gen/raw.json. See docs/performance.md.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './build.mjs'
import { FIGURES } from './figures.mjs'
import { cutPhase, proofPhase } from './identity.mjs'
import { abortPhase, memoryPhase, startPhase } from './lifecycle.mjs'
import { readOptions } from './options.mjs'
import { loadPhase, onePhase, streamPhase, warm } from './phases.mjs'
import { GEN } from './places.mjs'
import { end } from './processes.mjs'
import { appendLine, conditions, figureTable, loadTable, stageTable, streamTable, targetList } from './report.mjs'
import { startMock, startServer } from './servers.mjs'
import { profileStages } from './stages.mjs'
import { DIRECT, TARGETS } from './targets.mjs'

const options = readOptions(process.argv.slice(2))
const tell = (line) => process.stderr.write(`${line}\n`)
if (options.list) {
  for (const { id, says } of FIGURES) console.log(`figure  ${id.padEnd(14)} ${says}`)
  for (const { name, what } of [...TARGETS, DIRECT]) console.log(`target  ${name.padEnd(14)} ${what}`)
  process.exit(0)
}
if (process.platform !== 'linux') {
  console.log('nothing measured: CPU, memory and sockets are read from /proc, which only Linux has')
  process.exit(0)
}
for (const name of options.figures ?? []) if (!FIGURES.some(({ id }) => id === name)) fail(`no figure \`${name}\``)
for (const name of options.only ?? [])
  if (![...TARGETS, DIRECT].some((one) => one.name === name)) fail(`no target \`${name}\``)

function fail(why) {
  console.error(`${why}: see --list`)
  process.exit(2)
}

function prepared() {
  try {
    return prepare(options)
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}

const { sizes, deadline } = options
const began = performance.now()
const missing = prepared()
for (const word of missing.values()) tell(`skipped: ${word}`)

const figures = FIGURES.filter(({ id }) => options.figures === undefined || options.figures.includes(id))
const phases = new Set(figures.map(({ phase }) => phase))
const needed = new Set(figures.flatMap(({ needs }) => needs))
const wanted = (target) =>
  options.only === undefined
    ? options.figures === undefined || needed.has(target.name)
    : options.only.includes(target.name)

/** Why a target or a phase was not measured, by name. */
const skipped = new Map()
const raw = {
  at: new Date().toISOString(),
  node: process.version,
  args: process.argv.slice(2),
  loadAverage: [],
  started: {},
  load: {},
  one: {},
  appendMs: [],
  streams: {},
  identity: {},
}
const gate = TARGETS.find(({ name }) => name === 'gate')
const servers = []

/** Runs one phase; where it fails the others go on, and its figures say why. */
async function phase(name, tools, run) {
  if (!phases.has(name)) return
  const lacking = tools.map((tool) => missing.get(tool)).find((word) => word !== undefined)
  if (lacking !== undefined) {
    skipped.set(name, lacking)
    return
  }
  tell(`phase ${name}`)
  try {
    await run()
  } catch (error) {
    tell(`phase ${name} failed: ${error.message}`)
    skipped.set(name, error.message)
  }
  writeFileSync(join(GEN, 'raw.json'), JSON.stringify(raw))
}

async function startAll() {
  for (const target of TARGETS.filter(wanted)) {
    const word = target.missing()
    if (word === undefined) {
      try {
        const server = await startServer(target)
        servers.push(server)
        raw.started[target.name] = { ms: Math.round(server.startMs), idleMb: Math.round(server.idleMb) }
        tell(`started ${target.name} in ${Math.round(server.startMs)} ms`)
        continue
      } catch (error) {
        skipped.set(target.name, error.message)
      }
    } else skipped.set(target.name, word)
    tell(`skipped ${target.name}: ${skipped.get(target.name)}`)
  }
  if (wanted(DIRECT)) servers.push({ target: DIRECT, pid: undefined })
}

const serverOf = (name) => servers.find(({ target }) => target.name === name)

/** Starts the gate alone, for phases that want it new; the one from before is gone by then. */
async function alone(run) {
  const word = gate.missing()
  if (word !== undefined) throw new Error(word)
  const server = await startServer(gate)
  try {
    return await run(server)
  } finally {
    await end(server.child)
  }
}

const profiled = !missing.has('wrk') && gate.missing() === undefined && phases.has('load') && wanted(gate)
const TOGETHER = ['load', 'one', 'streams', 'proofs', 'cuts']
if (missing.has('cc')) for (const name of [...TOGETHER, 'aborts', 'memory']) skipped.set(name, missing.get('cc'))
else {
  const mock = await startMock()
  if (TOGETHER.some((name) => phases.has(name))) await startAll()
  if (!missing.has('wrk')) await warm(servers, sizes, tell)
  await phase('load', ['wrk'], () => loadPhase(servers, sizes, deadline, raw))
  const atOne = servers.filter(({ target }) => options.only !== undefined || needed.has(target.name))
  await phase('one', ['wrk'], () =>
    onePhase(
      atOne.filter(({ pid }) => pid !== undefined),
      sizes,
      deadline,
      raw,
    ),
  )
  const streaming = servers.filter(({ target }) => target.streams)
  await phase('streams', [], () => streamPhase(streaming, sizes, deadline, raw))
  await phase('proofs', ['wrk'], async () => {
    const server = serverOf('gate')
    if (server === undefined) throw new Error('gate was not started')
    await proofPhase(server, sizes, raw)
  })
  await phase('cuts', [], async () => {
    const server = serverOf('gate')
    if (server === undefined) throw new Error('gate was not started')
    await cutPhase(server, sizes, raw)
  })
  const used = serverOf('gate')
  for (const server of servers) if (server !== used && server.child) await end(server.child)
  await phase('aborts', ['wrk'], async () => {
    if (used !== undefined) raw.aborts = await abortPhase(used, sizes)
    else {
      raw.aborts = await alone(async (server) => {
        await warm([server], sizes, tell)
        return await abortPhase(server, sizes)
      })
    }
  })
  if (used !== undefined) await end(used.child)
  await phase('memory', [], async () => {
    raw.memoryMb = await alone(memoryPhase)
  })
  if (profiled) {
    tell('profile of gate')
    try {
      raw.stages = await profileStages(gate, sizes)
    } catch (error) {
      tell(`no profile: ${error.message}`)
    }
  }
  await end(mock)
}
await phase('start', [], async () => {
  const word = gate.missing()
  if (word !== undefined) throw new Error(word)
  raw.startSeconds = await startPhase(gate, sizes)
})
writeFileSync(join(GEN, 'raw.json'), JSON.stringify(raw))

const results = figures.map((figure) => {
  const values = figure.measure(raw)
  const lost = failures(figure)
  const absent = [figure.phase, ...figure.needs]
    .filter((name) => skipped.has(name))
    .map((name) => `${name}: ${skipped.get(name)}`)
  const unwanted = figure.needs.filter(
    (name) => name !== 'gate' && !wanted(TARGETS.find((one) => one.name === name) ?? DIRECT),
  )
  const why = lost ?? absent[0] ?? (unwanted.length > 0 ? `${unwanted.join(', ')} not chosen` : undefined)
  return { figure, values, why: why ?? (values.length === 0 ? 'no round without an error' : undefined) }
})

/** A round with an error is not counted, and is not hidden either. */
function failures({ phase: name, needs }) {
  const all = needs.flatMap((target) => raw[name]?.[target] ?? [])
  const bad = all.filter((round) => round?.failed !== undefined || round?.errors > 0).length
  return bad === 0 ? undefined : `${bad} of ${all.length} rounds had errors and do not count`
}

const told = { servers, sizes, raw, minutes: (performance.now() - began) / 60_000, quick: options.quick }
const sections = [
  options.markdown && ['Conditions', `${conditions(told)}\n\n${targetList(servers)}`],
  ['Figures', figureTable(results)],
  raw.stages !== undefined && ['CPU of `gate` by stage', stageTable(raw.stages)],
  Object.keys(raw.load).length > 0 && ['64 connections', loadTable(raw.load)],
  Object.keys(raw.one).length > 0 && ['One connection', `${loadTable(raw.one)}\n\n${appendLine(raw.appendMs)}`],
  Object.keys(raw.streams).length > 0 && ['256 streams, 20 ms a token', streamTable(raw.streams)],
].filter(Boolean)
console.log(sections.map(([title, body]) => `### ${title}\n\n${body}`).join('\n\n'))
process.exit(0)
