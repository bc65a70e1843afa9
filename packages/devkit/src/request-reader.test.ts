import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requestReader, type UpstreamRequest } from './request-reader.js'

const JSON_BODY = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'é' }] })
const COUNTED = `POST /v1/x HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-two: 2\r\nContent-Length: ${Buffer.byteLength(JSON_BODY)}\r\n\r\n${JSON_BODY}`
const CHUNKED = 'POST /v1/y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\nA\r\n0123456789\r\n0\r\n\r\n'
const BARE = 'GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n'

function readAll(chunks: readonly Buffer[]): UpstreamRequest[] {
  const requests: UpstreamRequest[] = []
  const read = requestReader((request) => requests.push(request))
  for (const chunk of chunks) read(chunk)
  return requests
}

test('reads the same requests off any chunking', () => {
  const bytes = Buffer.from(COUNTED + CHUNKED + BARE + COUNTED)
  fc.assert(
    fc.property(fc.array(fc.nat({ max: bytes.length })), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const requests = readAll(at.slice(1).map((end, index) => bytes.subarray(at[index], end)))
      expect(requests.map(({ target, body }) => [target, body.toString()])).toEqual([
        ['/v1/x', JSON_BODY],
        ['/v1/y', 'abcd0123456789'],
        ['/v1/models', ''],
        ['/v1/x', JSON_BODY],
      ])
    }),
    { numRuns: 200 },
  )
})

test('keeps headers as they stood', () => {
  const [request] = readAll([Buffer.from(COUNTED)])
  expect(request?.rawHeaders.slice(0, 3)).toEqual([
    ['Host', 'a'],
    ['X-Two', '1'],
    ['x-two', '2'],
  ])
  expect(request?.headers.get('x-two')).toBe('1, 2')
  expect(request?.chat).toMatchObject({ model: 'm', stream: true, messages: [{ role: 'user', text: 'é' }] })
})

test.each([
  'EHLO there\r\n\r\n',
  'GET / HTTP/2\r\n\r\n',
  'GET / HTTP/1.1\r\nno header\r\n\r\n',
  'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  `GET / HTTP/1.1\r\nX: ${'x'.repeat(1024 * 1024)}`,
])('what is not HTTP throws (%#)', (text) => {
  expect(() => readAll([Buffer.from(text)])).toThrow()
})
