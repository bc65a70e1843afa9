import { beforeAll, expect, test } from 'vitest'
import { build, ostiary } from './command.js'

beforeAll(build, 180_000)

test('demo --exit --json tells its story and ends well [demo.one-question]', async () => {
  const { code, stderr, lines } = await ostiary(['demo', '--exit', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told = lines()
  expect(new Set(told.map((one) => one['step']))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
  const said = (who: string, step?: number): string =>
    told
      .filter((one) => one['who'] === who && (step === undefined || one['step'] === step))
      .map((one) => String(one['what']))
      .join('\n')
  expect(said('bob gets')).toContain('403 forbidden_by_policy')
  expect(said('the copy')).toMatch(/does not hold: entry \d+/)

  // A stolen token: good in its owner's hands alone.
  expect(said('alice', 5)).toContain('401 use_dpop_nonce, then with the nonce 200')
  expect(said('the thief')).toMatch(
    /^Bearer: 401 invalid_token: .+\nDPoP, proof by another key: 401 invalid_dpop_proof: /,
  )

  // A revoked agent: silent within a sentence, while whom it acts for is told all.
  expect(said('scout sees')).toMatch(/I was shown: user: Sentence 1: .+\w ?▌$/)
  expect(said('scout sees')).not.toContain('Sentence 8')
  expect(said('and then')).toContain('the error event `revoked_token`')
  expect(said('cut')).toMatch(
    /^\d+\.\d ms (?:after the revocation was confirmed$|before the revocation was even confirmed)/,
  )
  expect(said('in the log')).toContain('reason revoked_token')
  expect(said('scout again')).toMatch(/^401 revoked_token: /)
  expect(said('alice', 6)).toContain('went on to its end')

  // A smaller token: what it is for, and no more.
  expect(said('it may')).toBe('ask demo-model: 200')
  expect(said('it may not')).toBe('read the log: 403 insufficient_scope, missing audit:read')
  expect(said('nor')).toBe('be exchanged for more: invalid_scope')

  // What the model saw: six kinds of exchange, in the order in which they are told.
  const [masked, hers, scouts, leaked, framed, spotlit, metered] = exchanges(told.filter((one) => one['step'] === 8))
  expect(masked?.['the app sent']).toContain('4111 1111 1111 1111')
  expect(masked?.['the model got']).toBe(
    'user: My card **** **** **** 1111 was charged twice, write to [redacted:pii.email].',
  )
  expect(masked?.['in the log']).toContain('{"mask:pii.card":1,"redact:pii.email":1}')
  const iban = 'DE89 3704 0044 0532 0130 00'
  const [placeholder = ''] = /\[IBAN_\w{8}\]/.exec(hers?.['the model got'] ?? '') ?? []
  expect(placeholder).not.toBe('')
  expect(scouts?.['the model got']).toBe(hers?.['the model got'])
  for (const one of [hers, scouts]) expect(one?.['the app sent']).toContain(iban)
  expect(hers?.['the reader got']).toContain(iban)
  expect(hers?.['in the log']).toContain('"restored":{"pii.iban:text":1},"withheld":{}')
  expect(scouts?.['the reader got']).toContain(placeholder)
  expect(scouts?.['in the log']).toContain('"restored":{},"withheld":{"pii.iban:text":1}')
  expect(leaked?.['the model said']).toMatch(/ ·sk-·pro·j-\w·/)
  expect(leaked?.['the reader got']).toMatch(/·\[redacted:secret\.openai\] ·/)
  expect(leaked?.['in the log']).toContain('"redact:secret.openai":1')
  expect(framed?.['the model got']).toMatch(/^system: You work for the bank\..+\nsystem: Be bold/)
  expect(framed?.['in the log']).toContain('"name":"house-rules","version":"3"')
  expect(spotlit?.['the model got']).toMatch(/tool: <<data (\w+)>>\nRates .+\n<<end of data \1>>$/)
  expect(metered).toMatchObject({ 'the model got': '(nothing)', 'the model said': '(nothing)' })
  expect(metered?.['the reader got']).toMatch(/^403 budget_exceeded: /)
  expect(metered?.['in the log']).toContain('"reason":"budget_exceeded"')

  // A page that gives orders: they are found at their place and fenced. And the model's own orders stay where they are.
  expect(said('located')).toBe('characters 81 to 177')
  expect(said('the model got', 9)).toMatch(/<<data (\w+)>> Ignore all .+ <<end of data \1>>\nThe tower is closed/)
  expect(said('in the log', 9)).toMatch(/"fence:injection\.(?:medium|high)":1/)
  expect(said('alice gets', 9)).toMatch(/^403 content_blocked: /)
  expect(said('in the log', 9)).toContain('"canary.mark":1')

  // One question, two answers, and where each may go then.
  expect(said('both ask', 10)).toBe('night duty pay')
  expect(said('alice finds').split('\n')).toEqual([
    'Pay bands (restricted, finance)',
    'Night duty (internal)',
    'Ida Holm, night desk (internal), office 0.12, email ida.holm@linden.example, salary 43100',
  ])
  expect(said('bob finds').split('\n')).toEqual([
    'Night duty (internal)',
    'Ida Holm, night desk (internal), office 0.12, email ***',
    'Calls at night (internal)',
  ])
  expect(said('alice then')).toMatch(
    /^demo-outside: 403 forbidden_by_policy: .*who has read restricted data may not use a model outside\.\ndemo-model: 200$/,
  )
  expect(said('bob then')).toBe('demo-outside: 200')
  const labels = '["confidential","finance","internal","pii","restricted"]'
  const [read, other, why, kept] = said('in the log', 10).split('\n')
  expect(read).toMatch(/^alice's search, entry \d+: /)
  expect(read).toContain(`{"labels_brought":${labels}}`)
  expect(other).toContain('{"labels_brought":["internal"]}')
  expect(why).toContain(`{"determining":["restricted-stays-in-the-house"],"labels":${labels}}`)
  expect(kept).toContain(`{"labels":{"after":${labels},"before":${labels}}}`)
})

/** What is told of each exchange, by who it is told of. */
function exchanges(told: readonly Record<string, unknown>[]): readonly Record<string, string>[] {
  const all: Record<string, string>[] = []
  for (const { who, what } of told) {
    if (who === 'exchange') all.push({})
    const last = all.at(-1)
    if (last !== undefined) last[String(who)] = [last[String(who)], what].filter((one) => one !== undefined).join('\n')
  }
  return all
}
