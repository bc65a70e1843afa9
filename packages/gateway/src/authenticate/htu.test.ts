import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalUri } from './htu.js'

const OWN = 'https://gateway.example/v1/chat/completions'

describe('spellings of one address [dpop.htu]', () => {
  test.each([
    ['as it is', OWN],
    ['the scheme and host in capitals', 'HTTPS://Gateway.EXAMPLE/v1/chat/completions'],
    ['the default port', 'https://gateway.example:443/v1/chat/completions'],
    ['an empty port', 'https://gateway.example:/v1/chat/completions'],
    ['a query', `${OWN}?a=b`],
    ['a fragment', `${OWN}#top`],
    ['an unreserved character as an escape', 'https://gateway.example/%761/ch%61t/completions'],
    ['dot segments', 'https://gateway.example/a/../v1/./chat/completions'],
    ['dot segments as escapes', 'https://gateway.example/a/%2E%2e/v1/chat/completions'],
    ['more steps up than there are', 'https://gateway.example/../v1/chat/completions'],
  ])('%s', (_, htu) => {
    expect(normalUri(htu)).toBe(OWN)
  })

  test.each([
    ['http://h', 'http://h/'],
    ['http://h:80', 'http://h/'],
    ['http://h?x', 'http://h/'],
    ['https://h:80/', 'https://h:80/'],
    ['https://[2001:DB8::1]:8443/', 'https://[2001:db8::1]:8443/'],
    ['https://h/a/b/..', 'https://h/a/'],
    ['https://h/a/.', 'https://h/a/'],
    ['https://h/a//b', 'https://h/a//b'],
    ['https://h/%2f%c3%a9', 'https://h/%2F%C3%A9'],
  ])('%s is %s', (uri, normal) => {
    expect(normalUri(uri)).toBe(normal)
    expect(normalUri(normal)).toBe(normal)
  })
})

describe('other addresses stay others', () => {
  test.each([
    ['another case of the path', 'https://gateway.example/V1/chat/completions'],
    ['a slash at the end', `${OWN}/`],
    ['two slashes', 'https://gateway.example//v1/chat/completions'],
    ['a slash as an escape', 'https://gateway.example/v1%2Fchat/completions'],
    ['another scheme', 'http://gateway.example/v1/chat/completions'],
    ['another port', 'https://gateway.example:8443/v1/chat/completions'],
    ['another host', 'https://gateway.example.elsewhere.example/v1/chat/completions'],
    ['a dot at the end of the host', 'https://gateway.example./v1/chat/completions'],
  ])('%s', (_, htu) => {
    expect(normalUri(htu)).toBeDefined()
    expect(normalUri(htu)).not.toBe(OWN)
  })

  test.each([
    ['a path alone', '/v1/chat/completions'],
    ['no scheme', '//gateway.example/v1/chat/completions'],
    ['user information', 'https://gateway.example@elsewhere.example/v1/chat/completions'],
    ['another kind of URI', 'ftp://gateway.example/v1/chat/completions'],
    ['backslashes', 'https:\\\\gateway.example\\v1\\chat\\completions'],
    ['a tab that lax readers leave out', 'https://gateway.example/v1/chat/\tcompletions'],
    ['a space before', ` ${OWN}`],
    ['a line break at the end', `${OWN}\n`],
    ['half an escape', 'https://gateway.example/v1/%6/completions'],
    ['an escape in the host', 'https://gateway%2Eexample/v1/chat/completions'],
    ['letters beyond ASCII', 'https://gateway.example/v1/chat/cömpletions'],
    ['nothing', ''],
  ])('%s is none', (_, htu) => {
    expect(normalUri(htu)).toBeUndefined()
  })
})

test('an escape for what needs none, and steps aside, change nothing; anything else does', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,8}$/)
  const spelt = (text: string, escaped: readonly boolean[]): string =>
    [...text].map((one, at) => (escaped[at] === true ? `%${one.charCodeAt(0).toString(16)}` : one)).join('')
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 5 }),
      fc.array(fc.boolean(), { maxLength: 8 }),
      fc.array(fc.constantFrom('', './', 'aside/../'), { maxLength: 5 }),
      fc.nat({ max: 4 }),
      segment,
      (segments, escaped, steps, at, other) => {
        const plain = `https://h.example/${segments.join('/')}`
        const written = segments.map((one, nth) => `${steps[nth] ?? ''}${spelt(one, escaped)}`).join('/')
        expect(normalUri(`https://h.example/${written}`)).toBe(plain)
        const changed = segments.map((one, nth) => (nth === at % segments.length ? other : one))
        expect(normalUri(`https://h.example/${changed.join('/')}`) === plain).toBe(changed.join() === segments.join())
      },
    ),
  )
})

test('never throws, and gives what it gives again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'binary' })), (uri) => {
      const normal = normalUri(uri)
      if (normal !== undefined) expect(normalUri(normal)).toBe(normal)
    }),
  )
})
