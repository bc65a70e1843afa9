// The floor: what node:http and undici cost without a single control. usage: node bare.mjs PORT UPSTREAM
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

// The gateway's own undici, so that both are measured on the same client.
const { Pool } = createRequire(new URL('../packages/gateway/package.json', import.meta.url))('undici')

const [port, upstream] = process.argv.slice(2)
const pool = new Pool(upstream, { connections: 4096, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
const PASSED_ON = new Set(['content-type', 'content-length', 'cache-control'])

/** Hands the upstream's answer on as it comes. */
class Relay {
  #response
  #abort
  #resume
  constructor(response) {
    this.#response = response
    response.on('close', () => {
      if (!response.writableFinished) this.#abort?.()
    })
    response.on('drain', () => this.#resume?.())
  }
  onConnect(abort) {
    this.#abort = abort
  }
  onHeaders(status, raw, resume) {
    this.#resume = resume
    const headers = []
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i].toString('latin1').toLowerCase()
      if (PASSED_ON.has(name)) headers.push(name, raw[i + 1].toString('latin1'))
    }
    this.#response.writeHead(status, headers)
    return true
  }
  onData(chunk) {
    return this.#response.write(chunk)
  }
  onComplete() {
    this.#response.end()
  }
  onError() {
    this.#response.destroy()
  }
}

const server = createServer({ noDelay: true }, (request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
    const headers = ['content-type', 'application/json']
    pool.dispatch({ path: request.url, method: request.method, headers, body }, new Relay(response))
  })
})
server.listen(Number(port), '127.0.0.1', 4096)
