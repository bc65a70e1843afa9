import { describe, expect, it } from 'vitest'
import { emailDetector } from './detector.js'

function found(text: string): readonly string[] {
  return emailDetector.scan(text, 0, true).findings.map(({ start, end }) => text.slice(start, end))
}

describe('addresses', () => {
  it.each([
    ['write to ann@example.com.', 'ann@example.com'],
    ['<Ann.Lee+tag@mail.example.co.uk>', 'Ann.Lee+tag@mail.example.co.uk'],
    ['mailto:o_neil@example.org?subject=hi', 'o_neil@example.org'],
    ["name='ann@example.com'", 'ann@example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['... ann@example.com...', 'ann@example.com'],
    ['jürgen@müller.example', 'jürgen@müller.example'],
    ['иван@пример.рф', 'иван@пример.рф'],
    ['请联系ann@example.com谢谢', 'ann@example.com'],
    ['a@xn--bcher-kva.xn--p1ai', 'a@xn--bcher-kva.xn--p1ai'],
    ['x=ann@example.com-----', 'ann@example.com'],
    ['https://shop.example:8080?mail=ann@example.com', 'ann@example.com'],
    ['https://ann@example.com', 'ann@example.com'],
    ['ann@example.com.123', 'ann@example.com'],
    [`${'x'.repeat(70)}@example.com`, `${'x'.repeat(64)}@example.com`],
  ])('%j', (text, address) => expect(found(text)).toEqual([address]))

  it('several, and none twice', () => {
    expect(found('a@b.com,c@d.org; e@f.net')).toEqual(['a@b.com', 'c@d.org', 'e@f.net'])
    expect(found('a@b.com@c.org')).toEqual(['a@b.com'])
  })
})

describe('none', () => {
  it.each([
    'user@localhost',
    '@handle and @other',
    'npm i lodash@4.17.21',
    '@types/node@20.1',
    'logo@2x.png',
    'icon@3x.SVG',
    'a@b..com',
    'a@.com',
    'git clone git@github.com:owner/repo.git',
    'a @ b.com',
    'foo@bar.c',
    `postgres://app:${'s3cr'}3t@db.internal:5432/app`,
    `mongodb+srv://ann:${'s3!c'}r3t@cluster0.mongodb.net/x`,
    `redis://:${'x'.repeat(100)}@cache.internal`,
    'a@',
    '@',
    '',
  ])('%j', (text) => expect(found(text)).toEqual([]))
})

it('looked at from within a name, is what it is as a whole', () => {
  const text = 'git clone git@github.com:owner/repo.git'
  for (let from = 0; from < text.length; from++)
    expect(emailDetector.scan(text, from, true).findings, `${from}`).toEqual([])
  const [address] = emailDetector.scan('a digit@example.com', 4, true).findings
  expect(address).toMatchObject({ start: 4 })
})

describe('hold', () => {
  it.each([
    ['see the word', 'word'],
    ['see the word ', ''],
    ['see ann@exa', 'ann@exa'],
    ['see ann@example.com.', 'ann@example.com.'],
    ['x'.repeat(200), 'x'.repeat(64)],
  ])('%j holds %j', (text, held) => {
    expect(text.slice(emailDetector.scan(text, 0, false).hold)).toBe(held)
  })

  it('is never longer than an address can be', () => {
    expect(emailDetector.scan(`a@${'b'.repeat(253)}`, 0, false).hold).toBe(0)
    expect(emailDetector.scan(`a@${'b'.repeat(254)}`, 0, false).hold).toBe(192)
  })

  it('holds nothing when the text has ended', () => {
    const scan = emailDetector.scan('see ann@example.com', 0, true)
    expect(scan).toEqual({ findings: [{ start: 4, end: 19, type: 'pii.email', score: 1 }], hold: 19 })
  })
})
