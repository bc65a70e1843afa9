// Uploads a large file of JSON lines through a gateway of its own process, and looks at how much memory that takes. Runs the build.
//
//   node scripts/upload.mjs [--mib 1024] [--purpose batch|fine-tune] [--line-bytes 2048] [--added-mib 64]
//
// Holds, or it exits 1:
// - the provider has every line, none of them with what was to be redacted;
// - the gateway's resident memory grows by at most `--added-mib` over what it was before, after one smaller upload.
//
// Sampled every 20 ms, and by the kernel's own high-water mark where it can be reset (Linux).
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startDevIdentityProvider } from '../packages/devkit/dist/index.js'
import { startGateway, writeHouse } from './kill-loop/gateway.mjs'

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    purpose: { type: 'string', default: 'batch' },
    'line-bytes': { type: 'string', default: '2048' },
    'added-mib': { type: 'string', default: '64' },
  },
})
const MIB = 1024 * 1024
/**
 * As much as lets the detectors' automata, the compiler and the young generation, 64 MiB in Node 24, come to what they stay at: behind
 * half as much they were 190 to 240 MiB by chance, and 250 to 280 in the end however much was sent.
 */
const WARM_UP_MIB = 48
const SAMPLE_MS = 20
const MAIL = 'ann.doe@corp.example'
const PROSE = 'The quick brown fox jumps over the lazy dog, and nobody minds. '

/** Counts what it is sent, and keeps none of it. */
async function startSink() {
  const seen = { bytes: 0, lines: 0, mails: 0 }
  const server = createServer(async (asked, answer) => {
    let tail = ''
    for await (const chunk of asked) {
      seen.bytes += chunk.length
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) seen.lines += 1
      const text = tail + chunk.toString('latin1')
      if (text.includes(MAIL)) seen.mails += 1
      tail = text.slice(-MAIL.length)
    }
    const file = {
      id: `file-${seen.bytes}`,
      object: 'file',
      bytes: seen.bytes,
      created_at: 1,
      filename: 'f',
      purpose: 'batch',
    }
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...file, status: 'processed' }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { seen, baseUrl: `http://127.0.0.1:${server.address().port}/v1`, close: () => server.close() }
}

function lineOf(number) {
  const prose = PROSE.repeat(Math.ceil(Number(values['line-bytes']) / PROSE.length))
  const said = `${number}: write to ${MAIL}. ${prose}`
  const messages = [{ role: 'user', content: said }]
  if (values.purpose === 'fine-tune')
    return JSON.stringify({ messages: [...messages, { role: 'assistant', content: 'ok' }] })
  return JSON.stringify({
    ...{ custom_id: `request-${number}`, method: 'POST', url: '/v1/chat/completions' },
    body: { model: 'model', messages, max_tokens: 100 },
  })
}

/** A form of so many bytes or a little more; gives the number of lines. */
async function upload(url, token, bytes) {
  const boundary = 'a-boundary-of-the-script'
  let lines = 0
  async function* form() {
    yield `--${boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n${values.purpose}\r\n`
    yield `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="large.jsonl"\r\n\r\n`
    for (let sent = 0; sent < bytes; ) {
      let block = ''
      while (block.length < 64 * 1024) block += `${lineOf(lines++)}\n`
      sent += block.length
      yield block
    }
    yield `\r\n--${boundary}--\r\n`
  }
  const headers = { authorization: `Bearer ${token}`, 'content-type': `multipart/form-data; boundary=${boundary}` }
  const asked = request(new URL('/v1/files', url), { method: 'POST', headers })
  const answered = new Promise((resolve, reject) => asked.once('response', resolve).once('error', reject))
  await pipeline(Readable.from(form()), asked)
  const answer = await answered
  let text = ''
  for await (const chunk of answer) text += chunk
  if (answer.statusCode !== 200) throw new Error(`the upload got ${answer.statusCode}: ${text}`)
  return lines
}

function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024
  return { now: of('VmRSS'), peak: of('VmHWM') }
}

/** From now on the high-water mark is of what comes. False: it cannot be reset here. */
function resetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    return true
  } catch {
    return false
  }
}

const dir = await mkdtemp(join(tmpdir(), 'ostiary-upload-'))
const sink = await startSink()
const issuer = await startDevIdentityProvider({ issuerPath: '/upload', audience: 'https://gateway.example' })
const more = { files: { openai: 'recorder' }, limits: { uploadBytes: '8GiB' }, timeouts: { requestBody: '10m' } }
writeHouse(dir, { upstream: sink, issuer, order: 'before-forward', more })
const gateway = startGateway(dir)
let failed = false
try {
  const { gateway: url } = await gateway.ready
  const token = () => issuer.token({ as: 'alice', scope: 'models:invoke models:train' })
  await upload(url, await token(), WARM_UP_MIB * MIB)
  await sleep(1000)
  const before = memoryOf(gateway.pid)
  const isReset = resetPeak(gateway.pid)
  Object.assign(sink.seen, { bytes: 0, lines: 0, mails: 0 })
  let sampled = before.now
  const sampling = setInterval(() => {
    sampled = Math.max(sampled, memoryOf(gateway.pid).now)
  }, SAMPLE_MS)
  const from = performance.now()
  const lines = await upload(url, await token(), Number(values.mib) * MIB)
  const seconds = (performance.now() - from) / 1000
  clearInterval(sampling)
  const after = memoryOf(gateway.pid)
  const peak = Math.max(sampled, isReset ? after.peak : 0)
  const added = (peak - before.now) / MIB
  const speed = Number(values.mib) / seconds
  console.log(
    `${values.mib} MiB of ${values.purpose} in ${lines} lines, inspected and sent on in ${seconds.toFixed(1)} s (${speed.toFixed(1)} MiB/s); ` +
      `resident memory ${(before.now / MIB).toFixed(1)} MiB before, ${(peak / MIB).toFixed(1)} MiB at its peak: ${added.toFixed(1)} MiB added`,
  )
  // The form that the gateway makes has lines of its own.
  const missing = sink.seen.lines < lines
  if (missing || sink.seen.mails > 0) {
    failed = true
    console.log(`the provider saw ${sink.seen.lines} lines, and what was to be redacted ${sink.seen.mails} times`)
  }
  if (added > Number(values['added-mib'])) {
    failed = true
    console.log(`more than the ${values['added-mib']} MiB that it may`)
  }
} finally {
  await gateway.stop()
  await issuer.close()
  sink.close()
  rmSync(dir, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0
