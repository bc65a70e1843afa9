import { describe, expect, test } from 'vitest'
import { readClient } from './client.js'
import type { Denied } from './denied.js'
import { type Form, readForm } from './form.js'
import { readExchange, readWanted } from './request.js'

const denial = (read: unknown): string => {
  const { kind, error, refusal } = read as Denied
  return kind === 'deny' ? `${error}: ${refusal.forLog}` : 'taken'
}

function form(parameters: Readonly<Record<string, string>>): Form {
  return new Map(Object.entries(parameters).map(([name, value]) => [name, [value]]))
}

describe('a form [exchange.strict-form]', () => {
  test.each<[string, Record<string, string[]>]>([
    ['', {}],
    ['a=1&b=2', { a: ['1'], b: ['2'] }],
    ['a=x+y%20z%2B', { a: ['x y z+'] }],
    ['a=%C3%A9', { a: ['é'] }],
    ['a=1=2', { a: ['1=2'] }],
    // RFC 6749 section 3.2: without a value as if it were not there.
    ['a=&b=2', { b: ['2'] }],
    ['audience=x&audience=y&resource=z', { audience: ['x', 'y'], resource: ['z'] }],
    ['__proto__=x&constructor=y', { ['__proto__']: ['x'], constructor: ['y'] }],
  ])('`%s`', (text, wants) => {
    const read = readForm(Buffer.from(text))
    expect([...(read as Form)]).toEqual(Object.entries(wants))
  })

  test.each([
    ['a=1&a=2', 'a parameter twice'],
    ['a=1&a=1', 'a parameter twice'],
    ['a=&a=1', 'a parameter twice'],
    ['a=1&%61=2', 'a parameter twice'],
    ['a=%C3', 'not UTF-8'],
    ['a=%ED%A0%80', 'not UTF-8'],
    ['a=%C0%80', 'not UTF-8'],
    ['a=%zz', 'not UTF-8'],
    ['a=%', 'not UTF-8'],
    ['a=é', 'not ASCII'],
    ['a=1 2', 'not ASCII'],
    ['a=1\n', 'not ASCII'],
    ['a', 'a pair without a name'],
    ['=1', 'a pair without a name'],
    ['a=1&&b=2', 'a pair without a name'],
    ['a%00=1', 'a pair without a name'],
    [Array.from({ length: 65 }, (_, index) => `a${index}=1`).join('&'), 'over 64 parameters'],
  ])('not `%s`', (text, wants) => {
    expect(denial(readForm(Buffer.from(text)))).toMatch(`invalid_request: form: `)
    expect(denial(readForm(Buffer.from(text)))).toMatch(wants)
  })
})

describe('a client that says who it is [own-token.client-authentication]', () => {
  const basic = (text: string): readonly string[] => ['Authorization', `Basic ${Buffer.from(text).toString('base64')}`]
  const none: readonly string[] = ['Host', 'gate.example']

  test.each<[string, readonly string[], Form, unknown]>([
    ['nothing at all', none, form({}), undefined],
    ['its name alone', none, form({ client_id: 'k1' }), undefined],
    ['Basic', basic('k1:s3'), form({}), { id: 'k1', secret: 's3' }],
    ['Basic, encoded as a form', basic('k%3A1:s+3'), form({}), { id: 'k:1', secret: 's 3' }],
    ['Basic, and the same name in the form', basic('k1:s3'), form({ client_id: 'k1' }), { id: 'k1', secret: 's3' }],
    ['the form', none, form({ client_id: 'k1', client_secret: 's3' }), { id: 'k1', secret: 's3' }],
  ])('%s', (_name, headers, parameters, wants) => {
    expect(readClient(headers, parameters)).toEqual(wants)
  })

  test.each<[string, readonly string[], Form, string]>([
    ['in two ways', basic('k1:s3'), form({ client_secret: 's3' }), 'invalid_request: client authenticates twice'],
    ['two headers', [...basic('k1:s3'), ...basic('k1:s3')], form({}), 'invalid_request: client authenticates twice'],
    ['two names', basic('k1:s3'), form({ client_id: 'k2' }), 'invalid_client: client: `client_id` is another'],
    ['Bearer', ['authorization', 'Bearer x'], form({}), 'invalid_client: client: Authorization is not Basic'],
    ['no base64', ['authorization', 'Basic k1:s3'], form({}), 'invalid_client: client: Authorization is not Basic'],
    ['spare bits', ['authorization', 'Basic azE6czN='], form({}), 'invalid_client: client: Basic is not well-formed'],
    ['no colon', basic('k1'), form({}), 'invalid_client: client: Basic is not well-formed'],
    ['no name', basic(':s3'), form({}), 'invalid_client: client: Basic is not well-formed'],
    ['no secret', basic('k1:'), form({}), 'invalid_client: client: Basic is not well-formed'],
    ['a secret without a name', none, form({ client_secret: 's3' }), 'invalid_client: client: secret without'],
    [
      'an assertion',
      none,
      form({ client_id: 'k1', client_assertion: 'x' }),
      'invalid_client: client: client assertion',
    ],
  ])('not %s', (_name, headers, parameters, wants) => {
    expect(denial(readClient(headers, parameters))).toMatch(wants)
  })

  test('who is not authenticated is told how to be', () => {
    const { refusal } = readClient(['authorization', 'Bearer x'], form({})) as Denied
    expect([refusal.status, refusal.headers?.['www-authenticate']]).toEqual([401, 'Basic realm="ostiary"'])
  })
})

describe('a request for an exchange [exchange.token-types]', () => {
  const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`
  const good = { subject_token: 's', subject_token_type: type('access_token') }

  test.each<[string, Record<string, string>, string]>([
    ['as it should be', {}, 'taken'],
    ['a JWT', { subject_token_type: type('jwt'), requested_token_type: type('jwt') }, 'taken'],
    ['an actor', { actor_token: 'a', actor_token_type: type('access_token') }, 'taken'],
    ['no subject', { subject_token: '' }, 'invalid_request: no subject token'],
    ['no type', { subject_token_type: '' }, 'invalid_request: subject token type'],
    ['an ID token', { subject_token_type: type('id_token') }, 'invalid_request: subject token type'],
    [
      'a refresh token wanted',
      { requested_token_type: type('refresh_token') },
      'invalid_request: requested token type',
    ],
    ['SAML wanted', { requested_token_type: type('saml2') }, 'invalid_request: requested token type'],
    ['an actor without a type', { actor_token: 'a' }, 'invalid_request: actor token without its type'],
    ['a type without an actor', { actor_token_type: type('jwt') }, 'invalid_request: actor token without its type'],
    [
      'an actor by its ID token',
      { actor_token: 'a', actor_token_type: type('id_token') },
      'invalid_request: actor token type',
    ],
  ])('%s', (_name, changes, wants) => {
    const whole = Object.entries({ ...good, ...changes }).filter(([, value]) => value !== '')
    expect(denial(readExchange(form(Object.fromEntries(whole))))).toMatch(wants)
  })

  test('the answer calls the token what was asked for', () => {
    expect(readExchange(form(good))).toMatchObject({ issuedTokenType: type('access_token') })
    expect(readExchange(form({ ...good, requested_token_type: type('jwt') }))).toMatchObject({
      issuedTokenType: type('jwt'),
    })
  })

  test.each([
    ['a b', 'taken'],
    ['a  b', 'invalid_scope: scope is not well-formed'],
    [' a', 'invalid_scope: scope is not well-formed'],
    ['a"b', 'invalid_scope: scope is not well-formed'],
    ['a\\b', 'invalid_scope: scope is not well-formed'],
    ['é', 'invalid_scope: scope is not well-formed'],
    ['a'.repeat(4097), 'invalid_scope: scope is not well-formed'],
  ])('the scope `%s`', (scope, wants) => {
    expect(denial(readWanted(form({ scope })))).toBe(wants)
  })
})
