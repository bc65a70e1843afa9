// The report: figures in their order, CPU by stage, and every target beside every other.
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { median } from './numbers.mjs'
import { found, printed } from './processes.mjs'

function table(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column])].map((cell) => cell.length)),
  )
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

/** One row of the first table. */
function judged({ figure, why, values }) {
  const { says, reach, show } = figure
  if (values.length === 0) return [says, reach.text, '–', `not measured: ${why}`]
  const middle = median(values)
  const range = values.length === 1 ? '' : ` (${show(Math.min(...values))}–${show(Math.max(...values))})`
  const met = reach.met(middle) ? 'yes' : reach.nearly(middle) ? 'the least' : 'no'
  return [says, reach.text, `${show(middle)}${range}`, why === undefined ? met : `${met}; ${why}`]
}

export function figureTable(results) {
  return table(['figure', 'reach', 'measured: median (range)', 'met?'], results.map(judged))
}

export function stageTable(stages) {
  const all = Object.values(stages).reduce((sum, us) => sum + us, 0)
  const rows = Object.entries(stages).map(([name, us]) => [name, us.toFixed(1), `${((us / all) * 100).toFixed(0)} %`])
  return table(['stage of `gate`', 'µs a request', 'share'], [...rows, ['all', all.toFixed(1), '']])
}

function spread(rounds, of, digits) {
  const values = rounds.map(of)
  if (values.length === 0 || !values.every(Number.isFinite)) return '–'
  const text = (value) => value.toFixed(digits)
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`
}

function most(rounds, of) {
  const value = Math.max(...rounds.map(of))
  return Number.isFinite(value) ? value.toFixed(0) : '–'
}

const whole = (rounds) => rounds.filter((round) => round !== undefined && round.failed === undefined)
const wrong = (rounds) =>
  String(rounds.reduce((sum, round) => sum + (round?.failed === undefined ? (round?.errors ?? 0) : 1), 0))

export function loadTable(byTarget) {
  const rows = Object.entries(byTarget).map(([name, rounds]) => {
    const good = whole(rounds)
    return [
      name,
      spread(good, (one) => one.rate, 0),
      spread(good, (one) => one.cpuUs, 0),
      spread(good, (one) => one.p50Ms, 2),
      spread(good, (one) => one.p99Ms, 1),
      most(good, (one) => one.residentMb),
      wrong(rounds),
    ]
  })
  return table(['target', 'requests/s', 'CPU µs a request', 'p50 ms', 'p99 ms', 'RSS MB', 'errors'], rows)
}

export function appendLine(appendMs) {
  const text = (value) => value.toFixed(3)
  return `One append of 1 KB with fdatasync on the log's disk: ${text(median(appendMs))} ms (${text(Math.min(...appendMs))}–${text(Math.max(...appendMs))}), median of 300 in each round.`
}

export function streamTable(byTarget) {
  const rows = Object.entries(byTarget).map(([name, rounds]) => {
    const good = whole(rounds)
    return [
      name,
      spread(good, (one) => one.got / one.offered, 3),
      spread(good, (one) => one.rate, 0),
      spread(good, (one) => one.cpuUs, 1),
      spread(good, (one) => one.first, 1),
      spread(good, (one) => one.p50, 2),
      spread(good, (one) => one.p99, 1),
      most(good, (one) => one.peakMb),
      wrong(rounds),
    ]
  })
  const head = [
    'target',
    'delivered',
    'chunks/s',
    'CPU µs a chunk',
    'first ms',
    'delay p50 ms',
    'delay p99 ms',
    'RSS MB',
    'errors',
  ]
  return table(head, rows)
}

function versions(servers) {
  const told = servers.flatMap(({ target }) => target.version?.() ?? [])
  const wrk = found('wrk') ? [`wrk ${printed('wrk', ['-v'], /wrk (?:debian\/)?(\S+)/)}`] : []
  return [`Node ${process.version}`, ...new Set(told), ...wrk].join(', ')
}

export function conditions({ servers, sizes, raw, minutes, quick }) {
  const [cpu] = cpus()
  const busy = raw.loadAverage.length === 0 ? '–' : `${Math.min(...raw.loadAverage)}–${Math.max(...raw.loadAverage)}`
  const linux = /PRETTY_NAME="([^"]+)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux'
  return [
    `- ${raw.at.slice(0, 10)}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${linux}, kernel ${release()}`,
    `- ${versions(servers)}`,
    `- ${found('taskset') ? 'gateway pinned to core 0; load, upstream and stream client to core 1' : 'nothing pinned: `taskset` is missing'}; loopback, plain HTTP/1.1, one worker each`,
    `- warm-up ${sizes.warmSeconds} s a server; ${sizes.rounds} rounds of ${sizes.loadSeconds} s at 64 connections and of ${sizes.oneSeconds} s at one; ${sizes.streamRounds} rounds of ${sizes.streamSeconds} s with 256 streams; order shuffled in each`,
    `- request 2030 B, answer 1052 B, 1000 tokens in turn; after the warm-up \`gate\` finds every token in its cache`,
    `- load average at the start of rounds ${busy}; whole run ${minutes.toFixed(0)} min${quick ? '; **quick mode: not to be quoted**' : ''}`,
  ].join('\n')
}

export function targetList(servers) {
  return servers.map(({ target }) => `- \`${target.name}\`: ${target.what}`).join('\n')
}
