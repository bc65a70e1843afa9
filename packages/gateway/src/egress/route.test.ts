import { describe, expect, test } from 'vitest'
import { proxiesOf } from './route.js'

const HTTP = 'http://http-proxy.example:3128'
const HTTPS = 'http://https-proxy.example:3128'

function wayOf(env: Readonly<Record<string, string>>, url: string): string | undefined {
  return proxiesOf(env)(new URL(url))
}

describe('the way to an URL', () => {
  test('is direct where no proxy is named', () => {
    expect(wayOf({}, 'https://models.example/v1')).toBeUndefined()
    expect(wayOf({ HTTPS_PROXY: '', http_proxy: '' }, 'https://models.example/v1')).toBeUndefined()
  })

  test.each([
    [{ HTTPS_PROXY: HTTPS, HTTP_PROXY: HTTP }, HTTPS, HTTP],
    [{ HTTP_PROXY: HTTP }, HTTP, HTTP],
    [{ HTTPS_PROXY: HTTPS }, HTTPS, undefined],
    [{ https_proxy: HTTPS, HTTPS_PROXY: HTTP }, HTTPS, undefined],
    [{ http_proxy: HTTP, HTTP_PROXY: HTTPS }, HTTP, HTTP],
    [{ https_proxy: '', HTTPS_PROXY: HTTPS }, HTTPS, undefined],
  ])('is by %j, for https and for http', (env, https, http) => {
    expect(wayOf(env, 'https://models.example/v1')).toBe(https)
    expect(wayOf(env, 'http://models.example/v1')).toBe(http)
  })

  test.each(['localhost', '127.0.0.1', '127.8.7.6', '2130706433', '[::1]', '[0:0::1]', '[::ffff:127.0.0.1]'])(
    'to %s is direct, for it is this machine',
    (host) => {
      expect(wayOf({ HTTP_PROXY: HTTP }, `http://${host}:8080/v1`)).toBeUndefined()
      expect(wayOf({ HTTPS_PROXY: HTTPS }, `https://${host}/v1`)).toBeUndefined()
    },
  )

  test.each(['localhost.example', 'example.localhost', '128.0.0.1', '10.0.0.1', '[::2]', '[fe80::1]'])(
    'to %s is by the proxy, for it is not',
    (host) => {
      expect(wayOf({ HTTP_PROXY: HTTP }, `http://${host}:8080/v1`)).toBe(HTTP)
    },
  )

  test.each([
    ['models.example', 'https://models.example'],
    ['.models.example', 'https://models.example'],
    ['*.models.example', 'https://eu.models.example'],
    ['EXAMPLE', 'https://models.example'],
    ['idp.example, models.example', 'https://models.example:8443'],
    ['idp.example models.example', 'http://models.example'],
    ['models.example:443', 'https://models.example'],
    ['models.example:80', 'http://models.example'],
    ['models.example:8443', 'https://models.example:8443'],
    ['10.0.0.1', 'http://10.0.0.1:8000'],
    ['10.0.0.1:8000', 'http://10.0.0.1:8000'],
    ['fd00::1', 'http://[fd00::1]:8000'],
    ['[fd00::1]:8000', 'http://[fd00:0::1]:8000'],
    ['*', 'https://models.example'],
  ])('is direct where NO_PROXY is %s and the URL %s', (noProxy, url) => {
    const proxies = { HTTPS_PROXY: HTTPS, HTTP_PROXY: HTTP }
    expect(wayOf(proxies, url)).toBeDefined()
    expect(wayOf({ ...proxies, NO_PROXY: noProxy }, url)).toBeUndefined()
    expect(wayOf({ ...proxies, no_proxy: noProxy, NO_PROXY: 'none.example' }, url)).toBeUndefined()
  })

  test.each([
    ['models.example', 'https://othermodels.example'],
    ['models.example', 'https://models.example.other'],
    ['eu.models.example', 'https://models.example'],
    ['models.example:443', 'http://models.example'],
    ['models.example:443', 'https://models.example:8443'],
    ['10.0.0.0/8', 'http://10.0.0.1'],
    ['fd00::1', 'http://[fd00::2]'],
  ])('is by the proxy where NO_PROXY is %s and the URL %s', (noProxy, url) => {
    expect(wayOf({ HTTP_PROXY: HTTP, NO_PROXY: noProxy }, url)).toBe(HTTP)
  })
})
