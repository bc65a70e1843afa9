import { describe, expect, test } from 'vitest'
import type { OperationInput } from '../spec/index.js'
import { formatApiKey } from './format.js'
import { newKeyOf, revokedOf, rotationOf } from './request.js'

const LEAST = { owner: 'billing', scopes: 'models:invoke' }

function fault(input: OperationInput): string {
  const step = newKeyOf(input)
  if (step.kind !== 'refuse') throw new Error('was taken')
  expect(step).toMatchObject({ code: 'invalid_request', status: 400, forLog: 'api key: input' })
  return step.message
}

describe('what a key is asked for [keys.input]', () => {
  test('the least: an owner and a scope, for 90 days', () => {
    expect(newKeyOf(LEAST)).toEqual({
      kind: 'proceed',
      value: {
        owner: 'billing',
        scopes: ['models:invoke'],
        models: [],
        datasets: [],
        networks: [],
        groups: [],
        jkt: undefined,
        direct: false,
        budget: undefined,
        lifetimeSeconds: 90 * 86_400,
      },
    })
  })

  test('all of it', () => {
    const jkt = Buffer.alloc(32, 7).toString('base64url')
    const step = newKeyOf({
      owner: 'team/billing@example.com',
      scopes: ['models:invoke', 'models:invoke', 'datasets:*', 'reports:read'],
      models: ['a', 'llama3:8b'],
      datasets: ['orders'],
      networks: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32'],
      groups: ['batch jobs'],
      expiresInSeconds: 366 * 86_400,
      jkt,
      direct: true,
      budget: { tokens: 1, per: 'total' },
    })
    expect(step).toMatchObject({
      kind: 'proceed',
      value: {
        scopes: ['models:invoke', 'datasets:*', 'reports:read'],
        jkt,
        direct: true,
        lifetimeSeconds: 31_622_400,
      },
    })
  })

  test.each<[string, OperationInput, string]>([
    ['no owner', { scopes: 'models:invoke' }, '`owner` is 1 to 256 printable'],
    ['an owner with a space', { ...LEAST, owner: 'a b' }, '`owner` is 1 to 256'],
    ['an owner that a terminal obeys', { ...LEAST, owner: 'a\u001b[2J' }, '`owner` is 1 to 256'],
    ['no scope', { owner: 'a' }, '`scopes` names no scope'],
    ['scopes of blanks', { owner: 'a', scopes: '  ' }, '`scopes` names no scope'],
    ['scopes that are a number', { owner: 'a', scopes: 7 }, '`scopes` is a list of at most 64 texts'],
    ['a scope without an act', { owner: 'a', scopes: 'models' }, '`models` is no scope: write THING:ACT'],
    [
      'a scope that is misspelt',
      { owner: 'a', scopes: 'models:invok' },
      '`models:invok` is no scope: for models there are',
    ],
    ['a wildcard over everything', { owner: 'a', scopes: '*' }, 'is no scope'],
    ['a wildcard with a name', { owner: 'a', scopes: 'models:*:a' }, '`*` takes no name'],
    ['a name where none can be', { owner: 'a', scopes: 'models:list:a' }, '`models:list` takes no name'],
    ['a scope with a quote', { owner: 'a', scopes: ['models:invoke:"'] }, 'is no scope'],
    ['models that narrow nothing', { owner: 'a', scopes: 'models:list', models: ['a'] }, '`models` narrows'],
    ['datasets that narrow nothing', { ...LEAST, datasets: ['a'] }, '`datasets` narrows `datasets:read`'],
    [
      'a scope for a model that the list leaves out',
      { owner: 'a', scopes: 'models:invoke models:invoke:c', models: ['a'] },
      '`models:invoke:c`, which the list',
    ],
    ['a model whose name no scope can hold', { ...LEAST, models: ['a b'] }, '`models` has characters'],
    [
      'an address that is no network',
      { ...LEAST, networks: ['192.0.2.1'] },
      '`192.0.2.1` is no network: write 192.0.2.1/32',
    ],
    ['an IPv6 address that is no network', { ...LEAST, networks: ['2001:db8::1'] }, 'write 2001:db8::1/128'],
    ['a network of 33 bits', { ...LEAST, networks: ['192.0.2.0/33'] }, 'is no network in CIDR form'],
    ['a network with a zone', { ...LEAST, networks: ['fe80::1%eth0/64'] }, 'is no network in CIDR form'],
    ['a host name', { ...LEAST, networks: ['example.com/24'] }, 'is no network in CIDR form'],
    ['bits with a sign', { ...LEAST, networks: ['192.0.2.0/+8'] }, 'is no network in CIDR form'],
    ['a group with a line break', { ...LEAST, groups: ['a\nb'] }, '`groups` is no name'],
    ['a life of no time', { ...LEAST, expiresInSeconds: 0 }, '`expiresInSeconds` is 1 second to 366 days'],
    ['a life of 367 days', { ...LEAST, expiresInSeconds: 367 * 86_400 }, '`expiresInSeconds` is 1 second to 366 days'],
    ['a life that is a text', { ...LEAST, expiresInSeconds: '90' }, '`expiresInSeconds` is 1 second'],
    ['a life that is no number', { ...LEAST, expiresInSeconds: Number.NaN }, '`expiresInSeconds` is 1 second'],
    ['a thumbprint that is short', { ...LEAST, jkt: 'abc' }, '`jkt` is no SHA-256 thumbprint'],
    ['a thumbprint with spare bits', { ...LEAST, jkt: `${'A'.repeat(42)}B` }, '`jkt` is no SHA-256 thumbprint'],
    ['direct that is a text', { ...LEAST, direct: 'yes' }, '`direct` is true or false'],
    [
      'an admin scope on the data plane',
      { owner: 'a', scopes: 'admin:keys', direct: true },
      '`direct` is for old clients',
    ],
    ['a budget of nothing', { ...LEAST, budget: { tokens: 0, per: 'day' } }, '`budget` is {"tokens": N'],
    ['a budget per hour', { ...LEAST, budget: { tokens: 1, per: 'hour' } }, '`budget` is {"tokens": N'],
    ['a budget with more in it', { ...LEAST, budget: { tokens: 1, per: 'day', cost: 1 } }, '`budget` is {"tokens": N'],
    ['a budget beyond counting', { ...LEAST, budget: { tokens: 1e16, per: 'day' } }, '`budget` is {"tokens": N'],
    ['a member that nobody knows', { ...LEAST, model: 'a' }, '`model` is not known'],
    [
      '65 models',
      { ...LEAST, models: Array.from({ length: 65 }, (_, index) => `m${index}`) },
      '`models` is a list of at most 64',
    ],
  ])('%s is told', (_, input, why) => {
    expect(fault(input)).toContain(why)
  })

  test('every fault is told at once, and nothing that is unsafe to show', () => {
    const told = fault({ owner: '', scopes: 'models:invoke', networks: ['\u001b[31m'], direct: 1 })
    expect(told).toMatch(/`owner` .*`networks` .*`direct` |`owner`/)
    expect(told).toContain('`networks` is no network')
    expect(told).toContain('`direct` is true or false')
    expect(told).not.toContain('\u001b')
  })
})

describe('rotation and revocation are asked for by id [keys.input]', () => {
  const id = 'key_0123456789ab'

  test('with an overlap of a day where none is named', () => {
    expect(rotationOf({ id })).toMatchObject({ kind: 'proceed', value: { id, overlapSeconds: 86_400 } })
    expect(rotationOf({ id, overlapSeconds: 0 })).toMatchObject({ kind: 'proceed', value: { overlapSeconds: 0 } })
    expect(revokedOf({ id })).toEqual({ kind: 'proceed', value: { id } })
  })

  test.each<[OperationInput]>([
    [{}],
    [{ id: 7 }],
    [{ id: 'key_short' }],
    [{ id: `${id}\n` }],
    [{ id, overlapSeconds: -1 }],
    [{ id, overlapSeconds: 31 * 86_400 }],
    [{ id, expiresInSeconds: 0 }],
    [{ id, owner: 'another' }],
  ])('%j is refused', (input) => {
    expect(rotationOf(input)).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
    expect(revokedOf({ ...input, id: 'no id' })).toMatchObject({ kind: 'refuse', code: 'invalid_request' })
  })

  test('a leaked key is named by its text, and a damaged one is not repeated', () => {
    const key = formatApiKey(new Uint8Array(32).fill(7))
    expect(revokedOf({ key })).toEqual({ kind: 'proceed', value: { key } })
    for (const input of [{ key: `${key}x` }, { key: 7 }, { key, id }]) {
      const step = revokedOf(input)
      expect(step).toMatchObject({ kind: 'refuse', param: 'key' })
      expect(JSON.stringify(step)).not.toContain(key)
    }
  })
})
