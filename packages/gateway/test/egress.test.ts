import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { ask, prompt } from './http.js'

interface Proxy {
  readonly url: string
  readonly tunnels: readonly string[]
  close(): Promise<void>
}

/** A forward proxy as companies run them: it tunnels what it is asked to (RFC 9110 section 9.3.6). */
async function startProxy(): Promise<Proxy> {
  const tunnels: string[] = []
  const server: Server = createServer((_req, res) => res.writeHead(405).end())
  server.on('connect', (req, socket) => {
    const [host = '', port = ''] = (req.url ?? '').split(':')
    tunnels.push(req.url ?? '')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    tunnels,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

let house: House | undefined
let proxy: Proxy | undefined
afterEach(async () => {
  await house?.finish()
  await proxy?.close()
})

test('a call goes through the egress proxy that the environment names', async () => {
  proxy = await startProxy()
  house = await openHouse({ env: { HTTP_PROXY: proxy.url } })
  const answer = await ask(house, prompt('hello'))
  expect(answer.status).toBe(200)
  expect(proxy.tunnels).toEqual([new URL(house.upstream.origin).host])
  expect(house.upstream.requestCount).toBe(1)
})

test('and not where NO_PROXY excepts the provider', async () => {
  proxy = await startProxy()
  house = await openHouse({ env: { http_proxy: proxy.url, no_proxy: '127.0.0.1' } })
  expect((await ask(house, prompt('hello'))).status).toBe(200)
  expect(proxy.tunnels).toEqual([])
})
