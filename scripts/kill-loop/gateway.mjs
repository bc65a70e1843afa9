import { execFile, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../packages/gateway/bin/ostiary.js', import.meta.url))
const ENV = { PATH: process.env.PATH }

const POLICIES = `@id("analysts-use-models")
@obligation("redact:pii, redact:secret, output:redact:pii, output:redact:secret")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"train"], resource is Model);
`

/** @param more whole sections of the configuration */
export function writeHouse(dir, { upstream, issuer, order, more = {} }) {
  mkdirSync(join(dir, 'policies'), { recursive: true })
  writeFileSync(join(dir, 'policies', 'kill.cedar'), POLICIES)
  const config = {
    publicUrl: 'http://127.0.0.1:8787',
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    issuers: [{ issuer: issuer.issuer, audience: issuer.audience, jwksUri: issuer.jwksUri, algorithms: ['ES256'] }],
    providers: [{ name: 'recorder', dialect: 'openai', baseUrl: upstream.baseUrl, apiKey: 'nobody-reads-this' }],
    models: [{ name: 'model', provider: 'recorder' }],
    policy: { dir: './policies' },
    // Short, so that a kill often falls between a checkpoint and what it covers.
    audit: { store: 'fs:./audit', checkpointInterval: '20ms', order },
    store: 'sqlite:./store/ostiary.db',
    shutdown: { deadline: '2s' },
    ...more,
  }
  writeFileSync(join(dir, 'ostiary.yaml'), JSON.stringify(config))
}

/** The real command. `ready` gives its first line and how long that took; it rejects where the process ends before. */
export function startGateway(dir) {
  const began = performance.now()
  const child = spawn(process.execPath, [BIN, 'start', '--json', '--config', join(dir, 'ostiary.yaml')], { env: ENV })
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const gone = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stderr })))
  const ready = new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      stdout += text
      const end = stdout.indexOf('\n')
      if (end >= 0) resolve({ ...JSON.parse(stdout.slice(0, end)), afterMs: performance.now() - began })
    })
    void gone.then(({ code, signal }) =>
      reject(new Error(`ended with ${code ?? signal} before it was ready: ${stderr}`)),
    )
  })
  // A turn that kills it before it is ready asks nobody.
  ready.catch(() => undefined)
  return {
    pid: child.pid,
    ready,
    gone,
    stderr: () => stderr,
    async kill() {
      child.kill('SIGKILL')
      return await gone
    },
    async stop() {
      child.kill('SIGTERM')
      return await gone
    },
  }
}

/** `ostiary audit verify`, as an auditor runs it. */
export function verify(dir, vkey, against) {
  const args = ['audit', 'verify', '--json', '--log', join(dir, 'audit'), '--vkey', vkey]
  if (against !== undefined) args.push('--against', against)
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { env: ENV }, (error, stdout, stderr) => {
      resolve(error === null ? { ok: true, ...JSON.parse(stdout) } : { ok: false, said: `${stdout}${stderr}` })
    })
  })
}
