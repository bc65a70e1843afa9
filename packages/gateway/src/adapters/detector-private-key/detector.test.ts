import { describe, expect, it } from 'vitest'
import { privateKeyDetector, SEGMENT_MAX } from './detector.js'

const DASHES = '-'.repeat(5)
const mark = (what: string, label: string): string => `${DASHES}${what} ${label}${'PRIVATE'} KEY${DASHES}`
const BODY = '\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEA\nq7BFUpkGp3=\n'

function found(text: string): readonly string[] {
  return privateKeyDetector.scan(text, 0, true).findings.map(({ start, end }) => text.slice(start, end))
}

describe('keys', () => {
  it.each(['', 'RSA ', 'EC ', 'ENCRYPTED ', 'OPENSSH '])('label %j', (label) => {
    const block = mark('BEGIN', label) + BODY + mark('END', label)
    expect(found(`see ${block} and on`)).toEqual([block])
    const escaped = block.replaceAll('\n', '\\n')
    expect(found(`{"key":"${escaped}"}`)).toEqual([escaped])
  })

  it('PGP', () => {
    const block = `${DASHES}BEGIN PGP ${'PRIVATE'} KEY BLOCK${DASHES}${BODY}${DASHES}END PGP ${'PRIVATE'} KEY BLOCK${DASHES}`
    expect(found(`${block}\n`)).toEqual([block])
  })

  it('half a key is one, to the end of the text', () => {
    expect(found(`see ${mark('BEGIN', '')}${BODY}`)).toEqual([mark('BEGIN', '') + BODY])
  })

  it('two in a row, also where they share dashes', () => {
    const one = mark('BEGIN', '') + BODY + mark('END', '')
    expect(found(one + one)).toEqual([one, one])
    expect(found(one + one.slice(5))).toEqual([one, one.slice(5)])
  })

  it('a long one, in findings that touch', () => {
    const block = mark('BEGIN', '') + 'aB3+'.repeat(SEGMENT_MAX / 2) + mark('END', '')
    const all = found(`see ${block} on`)
    expect(all.join('')).toBe(block)
    expect(all.slice(0, -1).every((one) => one.length === SEGMENT_MAX)).toBe(true)
  })

  it('knows from the text before that it stands within one, and when it does no more', () => {
    const open = mark('BEGIN', '') + 'a'.repeat(SEGMENT_MAX)
    const { findings, hold } = privateKeyDetector.scan(open, 0, false)
    expect(findings).toHaveLength(1)
    expect(hold).toBe(SEGMENT_MAX)
    const after = `${open}${mark('END', '')} x ${'b'.repeat(9)}`
    const rest = privateKeyDetector.scan(after, hold, false)
    expect(rest.findings.map((one) => one.end)).toEqual([after.length - 12])
    expect(rest.hold).toBe(after.length)
  })
})

describe('none', () => {
  it.each([
    `${DASHES}BEGIN CERTIFICATE${DASHES}\nMIIB\n${DASHES}END CERTIFICATE${DASHES}`,
    `${DASHES}BEGIN PUBLIC KEY${DASHES}\nMIIB\n${DASHES}END PUBLIC KEY${DASHES}`,
    mark('END', ''),
    `${DASHES}BEGIN ${'PRIVATE'} KEY`,
    `a ${'PRIVATE'} KEY is kept private`,
    '| a |\n|-----|\n',
    '',
  ])('%#', (text) => expect(found(text)).toEqual([]))
})

describe('hold', () => {
  it.each([
    [`see ${DASHES}`, DASHES],
    ['see --', '--'],
    [`see ${DASHES}BEG`, `${DASHES}BEG`],
    [`see ${DASHES}BEGIN RSA ${'PRIVATE'}`, `${DASHES}BEGIN RSA ${'PRIVATE'}`],
    [`see ${DASHES}BEGIN CERTIFICATE${DASHES}\n`, ''],
    [`see ${mark('BEGIN', '')}${BODY}`, mark('BEGIN', '') + BODY],
    ['see -- this', ''],
  ])('%#', (text, held) => expect(text.slice(privateKeyDetector.scan(text, 0, false).hold)).toBe(held))
})
