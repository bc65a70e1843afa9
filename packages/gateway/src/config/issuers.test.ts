import { describe, expect, it } from 'vitest'
import { base, ENV, good, read } from '../../test/config-text.js'

const TWO_ISSUERS = (first: string, second: string): string =>
  base(
    '    jwksUri: https://idp.example/jwks\n',
    `    jwksUri: https://idp.example/jwks
    ${first}
  - issuer: https://other.example
    audience: https://gateway.example
    discovery: true
    ${second}
`,
  )

describe('an issuer', () => {
  const withLine = (line: string): string => base('    audience:', `    ${line}\n    audience:`)

  it.each<[string, string, readonly string[]]>([
    [
      'algorithms: [ES256, none]',
      'algorithms: [ES256]',
      ['4:25 issuers[0].algorithms[1]: `none` is never accepted: whoever can check such a token can make one'],
    ],
    [
      'algorithms: [nOnE]',
      'algorithms: [EdDSA]',
      ['4:18 issuers[0].algorithms[0]: `nOnE` is never accepted: whoever can check such a token can make one'],
    ],
    [
      'algorithms: [HS256]',
      'algorithms: [RS256]',
      ['4:18 issuers[0].algorithms[0]: `HS256` is never accepted: whoever can check such a token can make one'],
    ],
    [
      'algorithms: [es256]',
      'algorithms: [ES256]',
      [
        '4:18 issuers[0].algorithms[0]: `es256` is not an algorithm: there are ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, Ed25519, EdDSA',
      ],
    ],
    ['algorithms: []', 'algorithms: [PS512]', ['4:17 issuers[0].algorithms: must not be an empty list']],
    [
      'profile: jwt',
      'profile: legacy',
      ['4:14 issuers[0].profile: must be one of `rfc9068`, `legacy`, `spiffe`, not `jwt`'],
    ],
    ['dpop: none', 'dpop: required', ['4:11 issuers[0].dpop: must be one of `optional`, `required`, not `none`']],
    [
      'maxTokenLifetime: 25h',
      'maxTokenLifetime: 24h',
      ['4:23 issuers[0].maxTokenLifetime: must be from 1s to 24h, not `25h`'],
    ],
    [
      'maxTokenLifetime: 0s',
      'maxTokenLifetime: 1s',
      ['4:23 issuers[0].maxTokenLifetime: must be from 1s to 24h, not `0s`'],
    ],
    ['clockTolerance: 61s', 'clockTolerance: 1m', ['4:21 issuers[0].clockTolerance: must be at most 60s, not `61s`']],
    ['jwksCooldown: 0s', 'jwksCooldown: 1s', ['4:19 issuers[0].jwksCooldown: must be from 1s to 10m, not `0s`']],
    ['streamGrace: 2h', 'streamGrace: 1h', ['4:18 issuers[0].streamGrace: must be at most 1h, not `2h`']],
    ['discovery: true', 'discovery: false', ['4:16 issuers[0].discovery: write jwksUri or discovery, not both']],
    [
      'groups: { prefix: a, allow: [b] }',
      'groups: { allow: [b] }',
      ['4:33 issuers[0].groups.allow: write prefix or allow, not both'],
    ],
    [
      'agents: [{ groups: [a] }]',
      'agents: [{ id: scout, groups: [a] }]',
      ['4:14 missing `id` in `issuers[0].agents[0]`'],
    ],
    [
      'claims: { a: { to: b, type: Number } }',
      'claims: { a: { to: b, type: Long } }',
      ['4:33 issuers[0].claims.a.type: must be one of `String`, `Long`, `Bool`, `Set<String>`, not `Number`'],
    ],
    [
      'claims: { a: { too: b } }',
      'claims: { a: { to: b } }',
      [
        '4:15 missing `to` in `issuers[0].claims.a`',
        '4:20 unknown key `too` in `issuers[0].claims.a` (did you mean `to`?)',
      ],
    ],
    [
      'claims: { a: in }',
      'claims: { a: inner }',
      ['4:18 issuers[0].claims.a: write a name of letters, digits and `_` that is no word of Cedar, not `in`'],
    ],
    [
      'claims: { a: { to: b-c } }',
      'claims: { a: { to: b_c } }',
      ['4:24 issuers[0].claims.a.to: write a name of letters, digits and `_` that is no word of Cedar, not `b-c`'],
    ],
    [
      'claims: { a: subject }',
      'claims: { a: groups }',
      ["4:18 issuers[0].claims.a: the attribute `subject` is the gateway's own: give yours another name"],
    ],
    [
      'claims: { a: x, b: x }',
      'claims: { a: x, b: y }',
      ['4:24 issuers[0].claims.b: two claims of this issuer are mapped to `x`'],
    ],
  ])('%s', (bad, neighbour, faults) => {
    expect(read(withLine(bad))).toMatchObject({ config: undefined, faults })
    good(withLine(neighbour))
  })

  it.each<[string, string, readonly string[]]>([
    [
      'http://idp.example/jwks',
      'http://127.0.0.1:9/jwks',
      ['5:14 issuers[0].jwksUri: must be an https URL (http to loopback only), without credentials'],
    ],
    [
      'http://localhost.evil.example/jwks',
      'http://localhost:9/jwks',
      ['5:14 issuers[0].jwksUri: must be an https URL (http to loopback only), without credentials'],
    ],
    [
      'file:///etc/passwd',
      'https://idp.example:8443/keys?x=1',
      ['5:14 issuers[0].jwksUri: must be an https URL (http to loopback only), without credentials'],
    ],
  ])('key set at %s', (bad, neighbour, faults) => {
    const text = (uri: string): string => base('jwksUri: https://idp.example/jwks', `jwksUri: ${uri}`)
    expect(read(text(bad))).toMatchObject({ config: undefined, faults })
    good(text(neighbour))
  })

  it('needs a key set or discovery', () => {
    const text = (line: string): string => base('    jwksUri: https://idp.example/jwks\n', line)
    expect(read(text('')).faults).toEqual([
      '3:13 issuers[0].issuer: needs jwksUri, discovery: true, introspection or module',
    ])
    expect(good(text('    discovery: true\n')).issuers[0]?.keys).toEqual({ kind: 'discovery' })
  })

  it('is discovered over https alone', () => {
    const text = (issuer: string): string =>
      base('jwksUri: https://idp.example/jwks', 'discovery: true').replace(
        'issuer: https://idp.example',
        `issuer: ${issuer}`,
      )
    expect(read(text('http://idp.example')).faults).toEqual([
      '3:13 issuers[0].issuer: discovery needs an https issuer (http to loopback only), without a query',
    ])
    good(text('http://127.0.0.1:9/idp'))
  })

  it('has no `#`, which parts it from the subject', () => {
    const text = (issuer: string): string => base('issuer: https://idp.example\n', `issuer: ${issuer}\n`)
    expect(read(text('"https://idp.example#x"')).faults).toEqual([
      '3:13 issuers[0].issuer: an issuer has no spaces and no `#`',
    ])
    good(text('"https://idp.example/x"'))
  })

  it('is not that of `ostiary dev`, unless that is who asks', () => {
    const text = (issuer: string): string => base('issuer: https://idp.example\n', `issuer: ${issuer}\n`)
    for (const reserved of [
      'http://127.0.0.1:8789/ostiary-dev',
      'http://localhost/ostiary-dev/',
      'http://[::1]/ostiary-dev',
    ]) {
      expect(read(text(reserved)).faults).toEqual([
        '3:13 issuers[0].issuer: this issuer is reserved for `ostiary dev`: it hands tokens to whoever asks',
      ])
      expect(read(text(reserved), ENV, true, true).faults).toEqual([])
    }
    good(text('http://127.0.0.1:8789/ostiary'))
  })
})

describe('several issuers', () => {
  it('need a prefix or an allow-list each', () => {
    expect(read(TWO_ISSUERS('groups: { prefix: "a:" }', '')).faults).toEqual([
      '7:5 issuers[1].groups: with several issuers each needs groups.prefix or groups.allow',
    ])
    expect(read(TWO_ISSUERS('groups: { prefix: "" }', 'groups: { allow: [x] }')).faults).toEqual([
      '6:13 issuers[0].groups: with several issuers each needs groups.prefix or groups.allow',
    ])
    good(TWO_ISSUERS('groups: { prefix: "a:" }', 'groups: { prefix: "b:" }'))
    good(TWO_ISSUERS('groups: { allow: [x] }', 'groups: { allow: [x] }'))
  })

  it("cannot make each other's groups", () => {
    expect(read(TWO_ISSUERS('groups: { prefix: "a" }', 'groups: { prefix: "ab" }')).faults).toEqual([
      '10:23 issuers[1].groups.prefix: the prefix `ab` begins with the prefix of issuer `https://idp.example`',
    ])
    expect(read(TWO_ISSUERS('groups: { prefix: "a" }', 'groups: { prefix: "a" }')).faults).toEqual([
      '10:23 issuers[1].groups.prefix: the prefix `a` begins with the prefix of issuer `https://idp.example`',
    ])
    expect(read(TWO_ISSUERS('groups: { prefix: "a:" }', 'groups: { allow: [x, "a:admins"] }')).faults).toEqual([
      '10:26 issuers[1].groups.allow[1]: the group `a:admins` begins with the prefix of issuer `https://idp.example`',
    ])
    good(TWO_ISSUERS('groups: { prefix: "a:" }', 'groups: { allow: [x, admins] }'))
  })

  it('are told apart by their names', () => {
    const text = TWO_ISSUERS('groups: { prefix: "a:" }', 'groups: { prefix: "b:" }')
    expect(read(text.replace('https://other.example', 'https://idp.example')).faults).toEqual([
      '7:13 issuers[1].issuer: the issuer `https://idp.example` stands twice in issuers',
    ])
  })

  it('map claims to attributes of one type', () => {
    const text = (type: string): string =>
      TWO_ISSUERS(
        'groups: { prefix: "a:" }\n    claims: { dept: department }',
        `groups: { prefix: "b:" }\n    claims: { d: { to: department, type: ${type} } }`,
      )
    expect(read(text('Long')).faults).toEqual([
      '12:18 issuers[1].claims.d: the attribute `department` is Long here and String for issuer `https://idp.example`',
    ])
    good(text('String'))
  })
})
