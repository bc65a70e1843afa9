import { describe, expect, it } from 'vitest'
import { base, ENV, good, read } from '../../test/config-text.js'

/** A secret that comes from the environment. */
const HELD = `"\${KEY}"`

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

const withLine = (line: string): string => base('    audience:', `    ${line}\n    audience:`)

describe('an issuer', () => {
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

  it('is not the gateway itself, which signs tokens of its own [own-token.own-issuer]', () => {
    const text = (issuer: string): string => base('issuer: https://idp.example\n', `issuer: ${issuer}\n`)
    expect(read(text('https://gateway.example')).faults).toEqual([
      '3:13 issuers[0].issuer: this is publicUrl, the issuer of the tokens that the gateway itself signs',
    ])
    good(text('https://gateway.example/idp'))
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

describe('an issuer that is asked about its tokens', () => {
  const asked = (line: string): string =>
    base('    jwksUri: https://idp.example/jwks\n', `    introspection: { ${line} }\n`)
  const SOUND = `endpoint: https://idp.example/introspect, clientId: gate, clientSecret: ${HELD}`

  it('has an endpoint and a credential, and defaults for the rest [introspection.configured]', () => {
    expect(good(asked(SOUND)).issuers[0]?.keys).toEqual({
      kind: 'introspection',
      endpoint: 'https://idp.example/introspect',
      credential: { kind: 'basic', clientId: 'gate', clientSecret: expect.objectContaining({ kind: 'value' }) },
      tokens: 'opaque',
      prefix: '',
      cacheMaxMs: 30_000,
      audience: 'required',
    })
    expect(read(asked(SOUND)).warnings).toEqual([])
    const bearer = `endpoint: https://idp.example/i, bearerToken: ${HELD}, tokens: jwt, cacheMax: 0s`
    expect(good(asked(bearer)).issuers[0]?.keys).toMatchObject({
      credential: { kind: 'bearer' },
      tokens: 'jwt',
      cacheMaxMs: 0,
    })
  })

  it.each<[string, string, readonly string[]]>([
    [
      `endpoint: http://idp.example/i, bearerToken: ${HELD}`,
      `endpoint: http://127.0.0.1/i, bearerToken: ${HELD}`,
      ['5:32 issuers[0].introspection.endpoint: must be an https URL (http to loopback only), without credentials'],
    ],
    [
      'endpoint: https://idp.example/i',
      `endpoint: https://idp.example/i, bearerToken: ${HELD}`,
      ['5:20 issuers[0].introspection: needs clientId and clientSecret, or bearerToken'],
    ],
    [
      'endpoint: https://idp.example/i, clientId: gate',
      `endpoint: https://idp.example/i, clientId: gate, clientSecret: ${HELD}`,
      ['5:20 issuers[0].introspection: needs clientId and clientSecret, or bearerToken'],
    ],
    [
      `${SOUND}, bearerToken: ${HELD}`,
      SOUND,
      ['5:20 issuers[0].introspection: needs clientId and clientSecret, or bearerToken'],
    ],
    [
      `${SOUND}, cacheMax: 6m`,
      `${SOUND}, cacheMax: 5m`,
      ['5:114 issuers[0].introspection.cacheMax: must be at most 5m, not `6m`'],
    ],
    [
      `${SOUND}, prefix: "a b"`,
      `${SOUND}, prefix: "a_"`,
      ['5:112 issuers[0].introspection.prefix: write what tokens begin with, in the letters of a token, not `a b`'],
    ],
    [
      `${SOUND}, tokens: jwt, prefix: a`,
      `${SOUND}, tokens: opaque, prefix: a`,
      ['5:125 issuers[0].introspection.prefix: a JWT says whose it is: no prefix'],
    ],
    [
      `${SOUND}, audience: unchecked`,
      `${SOUND}, audience: optional`,
      ['5:114 issuers[0].introspection.audience: must be one of `required`, `optional`, not `unchecked`'],
    ],
  ])('%s [introspection.configured]', (bad, neighbour, faults) => {
    expect(read(asked(bad))).toMatchObject({ config: undefined, faults })
    good(asked(neighbour))
  })

  it('needs its secret to stand elsewhere, and never prints it', () => {
    const plain = ['a', 'plain', 'secret'].join('-')
    const { warnings } = read(asked(`endpoint: https://idp.example/i, clientId: gate, clientSecret: ${plain}`))
    expect(warnings).toEqual([
      '5:85 issuers[0].introspection.clientSecret: the secret stands in the file itself: write file:PATH, or take it from a variable',
    ])
    const { faults } = read(asked(`endpoint: https://idp.example/i, clientId: gate, clientSecret: { a: ${plain} }`))
    expect(faults).toHaveLength(1)
    expect(faults.join()).not.toContain(plain)
    expect(read(asked('endpoint: https://idp.example/i, clientId: gate, clientSecret: file:none')).faults).toEqual([
      '5:85 issuers[0].introspection.clientSecret: the file `/etc/ostiary/none` cannot be read (ENOENT)',
    ])
  })

  it('is warned of where a token need not be for this gateway, and of keys that count for nothing', () => {
    expect(
      read(asked(`${SOUND}, audience: optional }\n    algorithms: [RS256`).replace('[RS256 }', '[RS256]')).warnings,
    ).toEqual([
      '5:114 issuers[0].introspection.audience: optional: a token passes whose issuer does not say that it is for this gateway',
      '6:17 issuers[0].algorithms: the key has no effect with introspection',
    ])
  })

  it('is one of several by the prefix of its tokens', () => {
    const two = (prefix: string, more = ''): string =>
      TWO_ISSUERS('groups: { prefix: "a:" }', 'groups: { prefix: "b:" }')
        .replace('    jwksUri: https://idp.example/jwks\n', `    introspection: { ${SOUND}, prefix: a_ }\n`)
        .replace('    discovery: true\n', `    introspection: { ${SOUND}${prefix}${more} }\n`)
    expect(read(two(', prefix: a_')).faults).toEqual([
      '9:112 issuers[1].introspection.prefix: opaque tokens of this issuer and of `https://idp.example` begin the same: each needs a prefix of its own',
    ])
    good(two(', prefix: a'))
    good(two(''))
    good(two('', ', tokens: jwt'))
  })
})

describe('a trust domain', () => {
  const domain = (issuer: string, more = 'profile: spiffe'): string =>
    base('  - issuer: https://idp.example\n', `  - issuer: ${issuer}\n    ${more}\n`)

  it('has a bundle, and the algorithms of JWT-SVIDs', () => {
    expect(good(domain('spiffe://example.org')).issuers[0]).toMatchObject({
      issuer: 'spiffe://example.org',
      profile: 'spiffe',
      algorithms: ['ES256', 'RS256', 'PS256'],
    })
  })

  it.each<[string, string, readonly string[]]>([
    [
      domain('https://example.org'),
      domain('spiffe://example.org'),
      ['3:13 issuers[0].issuer: profile spiffe needs a trust domain alone, such as spiffe://example.org'],
    ],
    [
      domain('spiffe://example.org/x'),
      domain('spiffe://a_b-c.example'),
      ['3:13 issuers[0].issuer: profile spiffe needs a trust domain alone, such as spiffe://example.org'],
    ],
    [
      domain('spiffe://example.org', 'profile: legacy'),
      domain('https://example.org', 'profile: legacy'),
      ['3:13 issuers[0].issuer: a trust domain needs profile: spiffe'],
    ],
    [
      domain('spiffe://example.org', 'algorithms: [ES256, Ed25519]\n    profile: spiffe'),
      domain('spiffe://example.org', 'algorithms: [ES256, ES384]\n    profile: spiffe'),
      [
        '4:25 issuers[0].algorithms[1]: no JWT-SVID is signed by it: the profile spiffe has none of Ed25519, not `Ed25519`',
      ],
    ],
  ])('case %#', (bad, neighbour, faults) => {
    expect(read(bad)).toMatchObject({ config: undefined, faults })
    good(neighbour)
  })

  it('is neither discovered nor asked', () => {
    const text = domain('spiffe://example.org').replace('jwksUri: https://idp.example/jwks', 'discovery: true')
    expect(read(text).faults).toContain(
      "4:14 issuers[0].profile: profile spiffe needs jwksUri: the trust domain's bundle endpoint",
    )
  })
})

describe('a module', () => {
  const own = (lines: string): string => base('    jwksUri: https://idp.example/jwks\n', `    ${lines}\n`)
  const here = new URL(import.meta.url).pathname

  it('stands at a path seen from the file, with options of its own', () => {
    expect(good(own(`module: ${here}\n    options: { a: [1, { b: c }] }`)).issuers[0]?.keys).toEqual({
      kind: 'module',
      path: here,
      options: { a: [1, { b: 'c' }] },
    })
    expect(read(own('module: ./none.mjs')).faults).toEqual([
      '5:13 issuers[0].module: the file `/etc/ostiary/none.mjs` cannot be read (ENOENT)',
    ])
    expect(read(own('module: ./none.mjs'), ENV, false).warnings).toEqual([
      '5:13 issuers[0].module: the file `/etc/ostiary/none.mjs` cannot be read (ENOENT)',
    ])
  })

  it('is the only one who says how a token is verified', () => {
    expect(read(own(`module: ${here}\n    jwksUri: https://idp.example/jwks`)).faults).toEqual([
      '5:13 issuers[0].module: write jwksUri or module, not both',
    ])
    expect(read(base('    jwksUri:', '    options: { a: 1 }\n    jwksUri:')).faults).toEqual([
      '5:14 issuers[0].options: options are handed to a module',
    ])
    const idle = read(
      own(`module: ${here}\n    profile: legacy\n    subjects: services\n    require: { a: b }`),
    ).warnings
    expect(idle.map((line) => line.split(': ')[1])).toEqual([
      'the key has no effect with module',
      'the key has no effect with module',
      'the key has no effect with module',
    ])
  })
})

describe('scopes and claims that are asked for', () => {
  const withLine = (line: string): string => base('    audience:', `    ${line}\n    audience:`)

  it.each<[string, string, readonly string[]]>([
    [
      'scopes: { claim: roles }',
      'scopes: { claim: roles, map: { a: "models:invoke" } }',
      [
        '4:22 issuers[0].scopes.claim: what stands in another claim than scope or scp is no scope: say in map what it gives',
      ],
    ],
    [
      'scopes: { claim: [scp, roles] }',
      'scopes: { claim: [scp, scope] }',
      [
        '4:22 issuers[0].scopes.claim: what stands in another claim than scope or scp is no scope: say in map what it gives',
      ],
    ],
    [
      'scopes: { always: "models:invoke  models:list" }',
      'scopes: { always: "models:invoke models:list" }',
      [
        '4:23 issuers[0].scopes.always: write scopes with one space between two, such as "models:invoke models:list", not `models:invoke models:list`',
      ],
    ],
    [
      'scopes: { map: { a: "" } }',
      'scopes: { map: { a: "x" } }',
      ['4:25 issuers[0].scopes.map.a: write scopes with one space between two, such as "models:invoke models:list"'],
    ],
    ['scopes: { maps: {} }', 'scopes: {}', ['4:15 unknown key `maps` in `issuers[0].scopes` (did you mean `map`?)']],
    ['subjects: users', 'subjects: services', ['4:15 issuers[0].subjects: there is only `services`, not `users`']],
    ['require: { a: [] }', 'require: { a: [b] }', ['4:19 issuers[0].require.a: must not be an empty list']],
  ])('%s', (bad, neighbour, faults) => {
    expect(read(withLine(bad))).toMatchObject({ config: undefined, faults })
    good(withLine(neighbour))
  })

  it('are warned of where every token would administer', () => {
    expect(read(withLine('scopes: { always: "models:list admin:policy" }')).warnings).toEqual([
      '4:23 issuers[0].scopes.always: every token of this issuer has the scope `admin:policy`',
    ])
    expect(read(withLine('scopes: { map: { root: "admin:policy" } }')).warnings).toEqual([])
  })

  it.each([
    ['https://accounts.google.com', 'sub'],
    ['https://token.actions.githubusercontent.com', 'repository_owner'],
    ['https://gitlab.com', 'namespace_path'],
  ])('are warned of where anybody can get a token of %s', (issuer, claim) => {
    const text = (more: string): string => base('  - issuer: https://idp.example\n', `  - issuer: ${issuer}\n${more}`)
    expect(read(text('')).warnings).toEqual([
      `3:13 issuers[0].issuer: anybody can get a token of this issuer for your audience: say whose you take, such as \`require: { ${claim}: … }\``,
    ])
    expect(read(text(`    require: { ${claim}: ours }\n`)).warnings).toEqual([])
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

  it('whose own scopes count as ours are each warned of, until what they may give is mapped', () => {
    const warned = (first: string, second: string): readonly string[] =>
      read(TWO_ISSUERS(`groups: { prefix: "a:" }${first}`, `groups: { prefix: "b:" }${second}`)).warnings
    const why = (at: string, index: number): string =>
      `${at} issuers[${index}].issuer: without scopes.map every scope that this issuer gives counts as the one of the gateway that ` +
      'has its name, `audit:read` and `admin:…` too: map those that it may give (`map: {}` for none)'
    expect(warned('', '')).toEqual([why('3:13', 0), why('7:13', 1)])
    const mapped = '\n    scopes: { map: { use: "models:invoke" } }'
    expect(warned('', mapped)).toEqual([why('3:13', 0)])
    expect(warned('\n    scopes: { always: "models:list" }', mapped)).toEqual([why('3:13', 0)])
    expect(warned('\n    scopes: { always: "models:list", map: {} }', mapped)).toEqual([])
    // Of one alone they are meant.
    expect(read(withLine('clockTolerance: 5s')).warnings).toEqual([])
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
