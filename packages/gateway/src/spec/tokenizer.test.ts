import { describe, expect, it } from 'vitest'
import type { Finding, FindingType } from './finding.js'
import { editText } from './replacement.js'
import { ANSWERED_MAX, ASKED_MAX, tokenizerOf, withoutPlaceholders } from './tokenizer.js'
import type { VaultSession } from './vault.js'

const OWN = '[EMAIL_7K2M9QXR]'

/** Says of each value that it was tokenized, and knows one placeholder. */
function vault(): VaultSession & { readonly values: string[] } {
  const values: string[] = []
  return {
    values,
    types: () => ['pii.email'],
    tokenize(_, value) {
      values.push(value)
      return `<${values.length}>`
    },
    isKept: true,
    keep: async () => 'kept',
    scan(text) {
      const start = text.indexOf(OWN)
      const found = start < 0 ? [] : [{ start, end: start + OWN.length, type: 'pii.email', value: 'x' } as const]
      return { found, hold: text.length }
    },
  }
}

function at(type: FindingType, start: number, end: number): Finding {
  return { type, start, end, score: 1 }
}

const tokenize = new Map<FindingType, 'tokenize' | 'redact'>([
  ['pii.email', 'tokenize'],
  ['pii.person', 'tokenize'],
  ['pii.card', 'redact'],
])

describe('a tokenizer', () => {
  it('takes all of what overlaps, so that it can come back', () => {
    const own = vault()
    const findings = [at('pii.email', 4, 9), at('pii.person', 7, 14), at('pii.person', 0, 5)]
    const edited = editText('Ann a@b.c Smith!', findings, tokenize, tokenizerOf(own, false, ASKED_MAX))
    expect(edited).toMatchObject({ text: '<1>h!' })
    expect(own.values).toEqual(['Ann a@b.c Smit'])
  })

  it('gives way to what is stronger', () => {
    const own = vault()
    const findings = [at('pii.email', 0, 5), at('pii.card', 3, 8)]
    expect(editText('a@b.c111 x', findings, tokenize, tokenizerOf(own, false, ASKED_MAX))).toMatchObject({
      text: '[redacted:pii.card] x',
    })
    expect(own.values).toEqual([])
  })

  it('redacts where there is none, and what is longer than it takes', () => {
    const findings = [at('pii.email', 0, ANSWERED_MAX + 1)]
    const long = 'a'.repeat(ANSWERED_MAX + 1)
    expect(editText(long, findings, tokenize)).toMatchObject({ text: '[redacted:pii.email]' })
    const redacted = editText(long, findings, tokenize, tokenizerOf(vault(), false, ANSWERED_MAX))
    expect(redacted).toMatchObject({ text: '[redacted:pii.email]' })
    expect(editText(long, findings, tokenize, tokenizerOf(vault(), false, ASKED_MAX))).toMatchObject({ text: '<1>' })
  })

  it('takes a value in JSON text for what its reader sees', () => {
    const own = vault()
    const { tokenize: put } = tokenizerOf(own, true, ASKED_MAX)
    for (const found of ['a\\nb', 'a\\"b', 'plain', 'broken\\', 'a"b']) put('pii.email', found)
    expect(own.values).toEqual(['a\nb', 'a"b', 'plain', 'broken\\', 'a"b'])
    const text = vault()
    tokenizerOf(text, false, ASKED_MAX).tokenize('pii.email', 'a\\nb')
    expect(text.values).toEqual(['a\\nb'])
  })
})

describe('what is found within a placeholder', () => {
  const text = `${OWN} Smith`

  it('is nobody’s; what reaches beyond it is', () => {
    const inside = [at('pii.person', 0, 16), at('pii.phone', 7, 15)]
    const beyond = [at('pii.person', 1, 22), at('pii.person', 17, 22)]
    expect(withoutPlaceholders(vault(), text, [...inside, ...beyond])).toEqual(beyond)
  })

  it('is as good as any where there is no vault, and where it is somebody else’s', () => {
    const findings = [at('pii.person', 0, 16)]
    expect(withoutPlaceholders(undefined, text, findings)).toBe(findings)
    expect(withoutPlaceholders(vault(), '[EMAIL_AAAABBBB] Smith', findings)).toBe(findings)
  })
})
