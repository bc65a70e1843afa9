import { request } from 'node:http'

/** What the running gateway says of itself, or undefined where none answers. */
export function askRunning(socketPath: string): Promise<unknown> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/status', timeout: 2000 }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        } catch {
          resolve(undefined)
        }
      })
    })
    asking.on('timeout', () => asking.destroy())
    asking.on('error', () => resolve(undefined))
    asking.end()
  })
}
