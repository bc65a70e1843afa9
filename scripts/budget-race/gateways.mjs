import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../packages/gateway/bin/ostiary.js', import.meta.url))

const POLICIES = `@id("analysts-use-models")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
`

/** Gateways on one store, one after the other: the first makes what all share. */
export async function startGateways(dir, { count, ...what }) {
  const started = []
  for (let at = 0; at < count; at++) started.push(await startGateway(join(dir, `gateway-${at}`), dir, what))
  return started
}

async function startGateway(home, dir, { upstream, issuer, store, runs, requests, tokens }) {
  mkdirSync(join(home, 'policies'), { recursive: true })
  writeFileSync(join(home, 'policies', 'race.cedar'), POLICIES)
  const names = (kind) => Array.from({ length: runs }, (_, run) => `${kind}-${run}`)
  const config = {
    publicUrl: 'http://127.0.0.1:8787',
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    issuers: [{ issuer: issuer.issuer, audience: issuer.audience, jwksUri: issuer.jwksUri, algorithms: ['ES256'] }],
    providers: [{ name: 'counting', dialect: 'openai', baseUrl: upstream.baseUrl }],
    models: [...names('requests'), ...names('tokens')].map((name) => ({ name, provider: 'counting' })),
    policy: { dir: './policies' },
    budgets: {
      rules: [
        { name: 'requests', per: 'model', match: { models: names('requests') }, requests },
        { name: 'tokens', per: 'model', match: { models: names('tokens') }, tokens },
      ],
    },
    audit: { store: 'fs:./audit', origin: `gateway.example/${home.slice(-1)}` },
    store: store ?? `sqlite:${join(dir, 'ostiary.db')}`,
    control: { socket: join(home, 'control.sock') },
    shutdown: { deadline: '2s' },
  }
  const file = join(home, 'ostiary.yaml')
  writeFileSync(file, JSON.stringify(config))
  const child = spawn(process.execPath, [BIN, 'start', '--json', '--config', file], { env: { PATH: process.env.PATH } })
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const gone = new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })))
  const line = await new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (text) => {
      said += text
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')))
    })
    void gone.then(({ code }) => reject(new Error(`ended with ${code} before it was ready: ${stderr}`)))
  })
  return {
    url: JSON.parse(line).gateway,
    async stop() {
      child.kill('SIGTERM')
      return await gone
    },
  }
}
