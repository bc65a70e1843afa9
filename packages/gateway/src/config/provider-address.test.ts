import { describe, expect, it } from 'vitest'
import { BASE, base, good, read } from '../../test/config-text.js'
import type { ProviderConfig } from './config.js'

const ADDRESS = 'https://api.openai.com/v1'
const withUrl = (url: string): string => base(ADDRESS, JSON.stringify(url))
const withMore = (more: string): string => base(`apiKey: "\${KEY}"`, `apiKey: "\${KEY}", ${more}`)
const provider = (text: string): ProviderConfig | undefined => good(text).providers[0]

describe('an address', () => {
  it.each([
    [
      'https://h.example/openai/deployments/d?api-version=2024-10-21',
      'https://h.example/openai/deployments/d?api-version=2024-10-21',
    ],
    ['https://h.example/v1/?a=b/', 'https://h.example/v1?a=b/'],
    ['https://h.example/?a=1&b=2', 'https://h.example?a=1&b=2'],
    ['https://h.example//?', 'https://h.example'],
    ['HTTPS://H.example:443/v1//', 'https://h.example/v1'],
  ])('keeps its query: %s', (written, kept) => {
    expect(provider(withUrl(written))?.baseUrl).toBe(kept)
  })

  it.each([
    'key',
    'api-key',
    'apikey',
    'x_api_key',
    'subscription-key',
    'access_token',
    'sig',
    'code',
    'X-Amz-Signature',
  ])('has no secret in it: %s', (name) => {
    const { faults } = read(withUrl(`https://h.example/v1?api-version=1&${name}=${'hunter'}2`))
    expect(faults).toEqual([
      '7:47 providers[0].baseUrl: a secret has no place in a URL, which lists show: write apiKey, and authentication',
    ])
  })

  it('has no fragment and no credentials, and what may be a secret is not shown', () => {
    const wrong = '7:47 providers[0].baseUrl: write an http or https URL without a fragment or credentials'
    expect(read(withUrl('https://h.example/v1?a=hunter2#x')).faults).toEqual([wrong])
    expect(read(withUrl('ftp://h.example/v1')).faults).toEqual([`${wrong}, not \`ftp://h.example/v1\``])
    expect(read(withUrl('https://u:p@h.example/v1')).faults).toEqual([wrong])
  })
})

describe('authentication', () => {
  it('is what the dialect has, where it is left out', () => {
    expect(good(BASE).providers[0]?.authentication).toBeUndefined()
  })

  it('is a bearer token, or a header', () => {
    expect(provider(withMore('authentication: bearer'))?.authentication).toEqual({ kind: 'bearer' })
    const header = { kind: 'header', name: 'api-key' }
    expect(provider(withMore('authentication: { header: Api-Key }'))?.authentication).toEqual(header)
  })

  it.each<readonly [string, string]>([
    ['basic', 'providers[0].authentication: there is only `bearer`, not `basic`'],
    ['{ header: x, prefix: y }', 'unknown key `prefix` in `providers[0].authentication`'],
    ['{ header: "" }', 'providers[0].authentication.header: must not be empty'],
    ['{ header: "x y" }', 'providers[0].authentication.header: write the name of a header, such as api-key, not `x y`'],
    ...['host', 'Content-Type', 'cookie', 'x-forwarded-for', 'proxy-authorization', 'transfer-encoding'].map(
      (name) =>
        [
          `{ header: ${name} }`,
          `providers[0].authentication.header: write a header that is there for a credential, such as api-key, not \`${name}\``,
        ] as const,
    ),
  ])('%s is none', (written, fault) => {
    const { config, faults } = read(withMore(`authentication: ${written}`))
    expect(config).toBeUndefined()
    expect(faults.map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([fault])
  })

  it('has a key to show', () => {
    const { faults } = read(base(`apiKey: "\${KEY}"`, 'authentication: bearer'))
    expect(faults).toEqual([
      '7:90 providers[0].authentication: there is no key to show: write apiKey too, or leave it out',
    ])
  })
})
