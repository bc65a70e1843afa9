import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { onSocket, prompt } from './http.js'
import { until } from './until.js'

let house: House
let head: string
let body: string

beforeEach(async () => {
  house = await openHouse()
  body = JSON.stringify(prompt('good morning'))
  head = [
    'POST /v1/chat/completions HTTP/1.1',
    'Host: x',
    `Authorization: Bearer ${await house.token()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ].join('\r\n')
})
afterEach(() => house.finish())

const call = (...lines: readonly string[]): string => `${[head, ...lines].join('\r\n')}\r\n\r\n${body}`

describe('requests that come before the answer to the one before them', () => {
  test('are answered one after the other', async () => {
    const before = house.upstream.requestCount
    const { text } = await onSocket(house.port, [call() + call() + call('Connection: close')])
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200'])
    expect(house.upstream.requestCount).toBe(before + 3)
  })

  test('begin nothing that goes on once the caller has left', async () => {
    house.upstream.behave({ kind: 'never-answers' })
    const before = house.upstream.requestCount
    const socket = connect(house.port, '127.0.0.1')
    socket.write(call() + call() + call())
    await until(() => house.upstream.answering === 1)
    socket.destroy()
    await until(() => house.upstream.answering === 0)
    expect(house.upstream.requestCount).toBe(before + 1)
    const outcome = await until(async () => (await house.entries()).find((one) => one.type === 'outcome'))
    expect(outcome.own).toMatchObject({ outcome: 'left' })
  })

  test('keep no stop from ending, also where the caller stays', async () => {
    house.upstream.behave({ kind: 'never-answers' })
    const socket = connect(house.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(call() + call())
    await until(() => house.upstream.answering === 1)
    const began = Date.now()
    await house.stop()
    // The house gives exchanges two seconds to end.
    expect(Date.now() - began).toBeLessThan(10_000)
    socket.destroy()
  })
})
