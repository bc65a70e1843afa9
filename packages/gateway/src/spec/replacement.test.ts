import { describe, expect, it } from 'vitest'
import type { Finding, FindingType } from './finding.js'
import { FINDING_TYPES } from './finding.js'
import type { Act } from './obligation.js'
import { editText, replacementFor } from './replacement.js'

function at(type: FindingType, start: number, end: number): Finding {
  return { type, start, end, score: 1 }
}

describe('replacementFor', () => {
  it.each<[FindingType, string, string]>([
    ['pii.card', '4111111111111111', '************1111'],
    ['pii.card', '3782-822463-10005', '****-******-*0005'],
    ['pii.iban', 'DE89 3704 0044 0532 0130 00', '**** **** **** **** **30 00'],
    ['pii.email', 'ann@example.com', 'a***@example.com'],
    ['secret.github', `${'gh'}p_aaaa`, `${'gh'}p_****`],
    ['secret.private-key', '-----BEGIN', '----****'],
    ['pii.phone', '+1 (555) 010-0199', '+* (***) ***-0199'],
    // Of a short one no more than half is shown.
    ['pii.phone', '911', '**1'],
    ['pii.national-id', '٠١٢٣٤٥٦٧', '****٤٥٦٧'],
    ['pii.crypto', `0x${'ab'.repeat(20)}`, `${'*'.repeat(38)}abab`],
    ['pii.passport', 'X1234567', '******67'],
    ['pii.ip', '203.0.113.77', '203.0.***.**'],
    ['pii.ip', '2001:db8::7', '2001:db8::*'],
    // In base64, in hexadecimal digits, as an address has it: nobody knows which part says what.
    ['pii.ip', 'MjAzLjAuMTEzLjc3', '[redacted:pii.ip]'],
    ['pii.ip', '3230332e302e3131332e3737', '[redacted:pii.ip]'],
    ['pii.ip', '203.0.113%2E77', '[redacted:pii.ip]'],
    ['pii.mac', '00:1A:2B:3C:4D:5E', '00:1A:2B:**:**:**'],
    ['pii.birth-date', '1986-03-20', '1986-**-**'],
    ['pii.birth-date', '20 March 1986', '** ***** 1986'],
    ['pii.birth-date', '19860320', '********'],
    ['pii.person', 'Zoë van der Berg-Ünsal 楊', 'Z*** v*** d*** B***-Ü*** 楊***'],
    ['pii.email', 'no address at all', '[redacted:pii.email]'],
    ['pii.email', '😀x@example.com', '😀***@example.com'],
    ['pii.address', '1 Main Street', '[redacted:pii.address]'],
    ['injection.high', 'ignore all', '[redacted:injection.high]'],
    ['moderation.hate', 'a whole text', '[redacted:moderation.hate]'],
  ])('masks %s', (type, found, masked) => expect(replacementFor(type, 'mask', found)).toBe(masked))

  it('redacts with the type, flags with nothing', () => {
    expect(replacementFor('pii.card', 'redact', '4111111111111111')).toBe('[redacted:pii.card]')
    expect(replacementFor('pii.card', 'flag', '4111111111111111')).toBe('4111111111111111')
  })

  it('has nothing that JSON must escape', () => {
    for (const type of FINDING_TYPES) {
      for (const act of ['redact', 'mask'] as const) {
        const text = replacementFor(type, act, 'ann@example.com 1234 5678')
        expect(JSON.stringify(text)).toBe(`"${text}"`)
      }
    }
  })
})

describe('editText', () => {
  const acts = (...all: readonly (readonly [FindingType, Act])[]): ReadonlyMap<FindingType, Act> => new Map(all)

  it('edits what has an act, and leaves what has none', () => {
    const findings = [at('pii.email', 4, 9), at('pii.card', 0, 3)]
    expect(editText('111 a@b.c!', findings, acts(['pii.email', 'redact']))).toEqual({
      kind: 'edited',
      text: '111 [redacted:pii.email]!',
      counts: new Map([['pii.email', 1]]),
    })
    expect(editText('111 a@b.c!', findings, acts())).toEqual({ kind: 'edited', text: '111 a@b.c!', counts: new Map() })
  })

  it('counts what it flags and changes nothing', () => {
    const flagged = editText('111 a@b.c', [at('pii.email', 4, 9)], acts(['pii.email', 'flag']))
    expect(flagged).toEqual({ kind: 'edited', text: '111 a@b.c', counts: new Map([['pii.email', 1]]) })
  })

  it('replaces what overlaps as one: by the strongest act, then the longest', () => {
    const findings = [at('pii.email', 0, 6), at('pii.card', 4, 8), at('pii.iban', 5, 9)]
    const edit = (email: Act, card: Act, iban: Act): unknown =>
      editText('a@bcde123 x', findings, acts(['pii.email', email], ['pii.card', card], ['pii.iban', iban]))
    expect(edit('mask', 'redact', 'mask')).toMatchObject({ text: '[redacted:pii.card] x' })
    expect(edit('redact', 'redact', 'redact')).toMatchObject({ text: '[redacted:pii.email] x' })
    expect(edit('flag', 'redact', 'redact')).toMatchObject({ text: 'a@bc[redacted:pii.card] x' })
    expect(edit('mask', 'flag', 'flag')).toMatchObject({ text: 'a***@bcde123 x' })
  })

  it('counts a secret in a longer address as what it is, and keeps nothing of it', () => {
    const findings = [at('pii.email', 0, 12), at('secret.github', 0, 8)]
    const edit = (email: Act, secret: Act): unknown =>
      editText('key45678@b.c x', findings, acts(['pii.email', email], ['secret.github', secret]))
    expect(edit('redact', 'redact')).toMatchObject({ text: '[redacted:pii.email] x' })
    expect(edit('mask', 'mask')).toEqual({
      kind: 'edited',
      text: 'k***@b.c x',
      counts: new Map([
        ['pii.email', 1],
        ['secret.github', 1],
      ]),
    })
    expect(edit('redact', 'mask')).toMatchObject({ text: '[redacted:pii.email] x' })
    expect(edit('mask', 'block')).toMatchObject({ kind: 'blocked', type: 'secret.github' })
  })

  it('keeps of a masked address no domain that something else lies in', () => {
    const secret = [at('pii.email', 0, 15), at('secret.aws', 3, 11)]
    const edit = (act: Act, findings = secret): unknown =>
      editText('me@key45678.com x', findings, acts(['pii.email', 'mask'], ['secret.aws', act], ['pii.person', 'mask']))
    expect(edit('tokenize')).toMatchObject({ text: '[redacted:pii.email] x' })
    expect(edit('flag')).toMatchObject({ text: 'm***@key45678.com x' })
    expect(edit('mask')).toMatchObject({ text: '[redacted:pii.email] x' })
    expect(edit('mask', [at('pii.email', 0, 15), at('pii.person', 3, 8)])).toMatchObject({
      text: '[redacted:pii.email] x',
    })
    expect(edit('mask', [at('pii.email', 0, 15), at('pii.person', 0, 2)])).toMatchObject({
      text: 'm***@key45678.com x',
    })
  })

  it('is the same for every order of findings', () => {
    const findings = [at('pii.email', 0, 4), at('pii.card', 0, 4), at('pii.iban', 2, 6), at('secret.aws', 8, 9)]
    const all = acts(['pii.email', 'redact'], ['pii.card', 'redact'], ['pii.iban', 'mask'], ['secret.aws', 'redact'])
    const expected = editText('abcdefghij', findings, all)
    expect(expected).toMatchObject({ text: '[redacted:pii.card]gh[redacted:secret.aws]j' })
    expect(editText('abcdefghij', findings.toReversed(), all)).toEqual(expected)
  })

  it('what touches is two, but for the same type going on', () => {
    const all = acts(['pii.email', 'redact'], ['secret.private-key', 'redact'])
    expect(editText('abcd', [at('pii.email', 0, 2), at('secret.private-key', 2, 4)], all)).toMatchObject({
      text: '[redacted:pii.email][redacted:secret.private-key]',
    })
    expect(editText('abcde', [at('secret.private-key', 0, 2), at('secret.private-key', 2, 4)], all)).toEqual({
      kind: 'edited',
      text: '[redacted:secret.private-key]e',
      counts: new Map([['secret.private-key', 1]]),
    })
  })

  it('blocks, wherever the finding stands', () => {
    const findings = [at('pii.email', 0, 2), at('pii.card', 1, 4)]
    expect(editText('abcdef', findings, acts(['pii.email', 'redact'], ['pii.card', 'block']))).toEqual({
      kind: 'blocked',
      type: 'pii.card',
      counts: new Map([
        ['pii.email', 1],
        ['pii.card', 1],
      ]),
    })
  })
})
