import { describe, expect, it } from 'vitest'
import { createPatternDetector } from '../../patterns/detector.js'
import type { Act, Detector, FindingType } from '../../spec/index.js'
import { editText } from '../../spec/replacement.js'
import { emailDetector } from '../detector-email/detector.js'
import { FIRST } from './rules/first.js'

function detectorOf(type: string): Detector {
  return createPatternDetector({ name: type, rules: FIRST.filter((rule) => rule.type === type) })
}

const awsDetector: Detector = detectorOf('secret.aws')
const githubDetector: Detector = detectorOf('secret.github')
const openaiDetector: Detector = detectorOf('secret.openai')

function found(detector: Detector, text: string): readonly string[] {
  return detector.scan(text, 0, true).findings.map(({ start, end }) => text.slice(start, end))
}

function held(detector: Detector, text: string): string {
  return text.slice(detector.scan(text, 0, false).hold)
}

// Put together here: scanners stop at strings of these shapes.
const AWS_ID = `${'AK'}${'IA'}QRSTUVWXYZ234567`
const AWS_SESSION = `${'AS'}${'IA'}QRSTUVWXYZ234567`
const AWS_SECRET = 'aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5dE7f'
const CLASSIC = ['p', 'o', 'u', 's', 'r'].map((kind) => `gh${kind}_${'aB3d'.repeat(9)}`)
const FINE_GRAINED = `github${'_pat_'}${'aB3d'.repeat(5)}aB_${'aB3d'.repeat(15)}`
const MARK = `T3Blbk${'FJ'}`
const LEGACY = `s${'k-'}${'aB3dE'.repeat(4)}${MARK}${'fG6hI'.repeat(4)}`
const UNMARKED = `s${'k-'}${'aB3dE'.repeat(10)}`
const PROJECT = `s${'k-'}proj-${'aB3-E_'.repeat(12)}${MARK}${'fG6_I-'.repeat(12)}`
const SERVICE = `s${'k-'}svcacct-${'aB3-E_'.repeat(12)}`
const ADMIN = `s${'k-'}admin-${'aB3-E_'.repeat(12)}`

describe('AWS', () => {
  it.each([
    [`key ${AWS_ID}.`, AWS_ID],
    [`"${AWS_SESSION}"`, AWS_SESSION],
    [`?id%3D${AWS_ID}&x`, AWS_ID],
    [`AWS_SECRET_ACCESS_KEY=${AWS_SECRET}\n`, AWS_SECRET],
    [`aws_secret_access_key = "${AWS_SECRET}"`, AWS_SECRET],
    [`{"SecretAccessKey":"${AWS_SECRET}"}`, AWS_SECRET],
    [`secretAccessKey: '${AWS_SECRET}',`, AWS_SECRET],
    [`my AWS secret access key is ${AWS_SECRET}`, AWS_SECRET],
  ])('%#', (text, secret) => expect(found(awsDetector, text)).toEqual([secret]))

  it('an id at the beginning of a secret key is part of it', () => {
    const secret = `${AWS_ID}/${'aB3d/'.repeat(3)}aB3d`
    expect(secret).toHaveLength(40)
    expect(found(awsDetector, `aws_secret_access_key=${secret}`)).toEqual([secret])
  })

  it.each([
    `x${AWS_ID}`,
    `${AWS_ID}8`,
    `${AWS_ID.slice(0, -1)} `,
    `${AWS_ID.slice(0, 4)}IOSFODNN7${'EXAMPLE'} of the manuals`,
    `commit ${AWS_SECRET}`,
    `aws_secret_access_key=${AWS_SECRET}x`,
    `aws_secret_access_key=${'0123456789abcdef'.repeat(3).slice(0, 40)}`,
    `aws_secret_access_key=${'x'.repeat(40)}`,
    'aws_secret_access_key = var.aws_secret',
  ])('none: %#', (text) => expect(found(awsDetector, text)).toEqual([]))

  it('holds what may still become one', () => {
    expect(held(awsDetector, `a ${AWS_ID}`)).toBe(AWS_ID)
    expect(held(awsDetector, `aws_secret_access_key=${AWS_SECRET}`)).toBe(AWS_SECRET)
    expect(held(awsDetector, `aws_secret_access_key=${AWS_SECRET.slice(0, 7)}`)).toBe(AWS_SECRET.slice(0, 7))
    for (const begun of ['A', 'AK', 'AKI', 'AS', 'ASI']) {
      expect(held(awsDetector, `${'a'.repeat(50)}/${begun}`)).toBe(begun)
      expect(held(awsDetector, `?id%3D${begun}`)).toBe(begun)
      expect(held(awsDetector, String.raw`"\n${begun}`)).toBe(begun)
    }
  })

  it.each(['a word ', 'a word', 'so', 'a'.repeat(50), AWS_SECRET, `commit ${AWS_SECRET.slice(0, 20)}`, 'PASTA', 'ASK'])(
    'lets prose and what nothing names flow [stream.no-buffering]: %j',
    (text) => expect(held(awsDetector, text)).toBe(''),
  )
})

describe('GitHub', () => {
  it.each([...CLASSIC, FINE_GRAINED])('%#', (token) => {
    expect(found(githubDetector, `use ${token}, please`)).toEqual([token])
    expect(found(githubDetector, `https://x:${token}@host/`)).toEqual([token])
    expect(found(githubDetector, `?token%3D${token}&x`)).toEqual([token])
  })

  it('finds the first 255 characters of what is longer', () => {
    const [classic = ''] = CLASSIC
    expect(found(githubDetector, classic + 'a'.repeat(500))[0]).toHaveLength(255)
  })

  it.each([...CLASSIC, FINE_GRAINED])('none a character short: %#', (token) => {
    const short = token.startsWith('github') ? token.slice(0, -2) : token.slice(0, -1)
    expect(found(githubDetector, `${short} `)).toEqual([])
  })

  it.each(['Tokens begin with gh', 'github_pat_', 'my_gh_token', 'ghx_aaaa', ''])('none: %j', (text) => {
    expect(found(githubDetector, text)).toEqual([])
  })

  it('holds what may still become one', () => {
    expect(held(githubDetector, `a ${CLASSIC[0]}`)).toBe(CLASSIC[0])
    expect(held(githubDetector, 'see github_pa')).toBe('github_pa')
    expect(held(githubDetector, 'walking')).toBe('g')
    expect(held(githubDetector, 'a word')).toBe('')
  })
})

describe('OpenAI', () => {
  it.each([LEGACY, UNMARKED, PROJECT, SERVICE, ADMIN])('%#', (key) => {
    expect(found(openaiDetector, `Bearer ${key} `)).toEqual([key])
    expect(found(openaiDetector, `KEY="${key}"`)).toEqual([key])
    expect(found(openaiDetector, `?key%3D${key}`)).toEqual([key])
  })

  it.each([
    `ta${LEGACY}`,
    `last used key: s${'k-'}…aB3d`,
    `s${'k-'}${'a'.repeat(48)}`,
    `s${'k-'}ant-api03-${'aB3-E_'.repeat(15)}`,
    `s${'k-'}proj-${'x'.repeat(60)}`,
    'a risk-aware task-list and a disk-',
    '',
  ])('none: %#', (text) => expect(found(openaiDetector, text)).toEqual([]))

  it('holds what may still become one', () => {
    expect(held(openaiDetector, `a ${PROJECT}`)).toBe(PROJECT)
    expect(held(openaiDetector, 'a s')).toBe('s')
    expect(held(openaiDetector, 'words')).toBe('')
    expect(held(openaiDetector, 'a desk')).toBe('')
    expect(held(openaiDetector, 'a sk')).toBe('sk')
    expect(held(openaiDetector, 'a word')).toBe('')
  })
})

describe('in an address of e-mail', () => {
  const keys = [AWS_ID, CLASSIC[0] ?? '', FINE_GRAINED, PROJECT, UNMARKED]
  it.each(
    keys.flatMap((key) => [
      `https://${key}@github.com/org/repo`,
      `${key}@mail`,
      `<${key}@mail.example>`,
      `me@${key}.dev`,
    ]),
  )('%# a key is a secret, is counted as one, and none of it stays', (text) => {
    const findings = [emailDetector, awsDetector, githubDetector, openaiDetector].flatMap(
      (detector) => detector.scan(text, 0, true).findings,
    )
    const [secret, ...others] = findings.filter(({ type }) => type.startsWith('secret.'))
    if (secret === undefined || others.length > 0) throw new Error('not one secret')
    for (const [email, act] of [
      ['redact', 'redact'],
      ['mask', 'mask'],
      ['mask', 'tokenize'],
      ['mask', 'redact'],
      ['redact', 'mask'],
    ] as const) {
      const acts = new Map<FindingType, Act>([
        ['pii.email', email],
        [secret.type, act],
      ])
      const edited = editText(text, findings, acts)
      if (edited.kind === 'blocked') throw new Error('blocked')
      expect(edited.counts.get(secret.type)).toBe(1)
      const key = text.slice(secret.start, secret.end)
      // Behind the mark, which types and hosts are called after.
      for (let at = 12; at + 5 <= key.length; at++) expect(edited.text).not.toContain(key.slice(at, at + 5))
    }
    const blocked = editText(
      text,
      findings,
      new Map<FindingType, Act>([
        ['pii.email', 'redact'],
        [secret.type, 'block'],
      ]),
    )
    expect(blocked).toMatchObject({ kind: 'blocked', type: secret.type })
  })
})
