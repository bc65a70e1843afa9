import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { selfSigned } from '../../test/certificate.js'
import { readAuthorities, readSecret, SecretValue } from './secret.js'

const folder = mkdtempSync(join(tmpdir(), 'ostiary-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a secret', () => {
  it('shows its text to `reveal` alone', () => {
    const secret = new SecretValue('hush')
    expect(secret.reveal()).toBe('hush')
    for (const shown of [
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
      `${secret}`,
    ]) {
      expect(shown).not.toContain('hush')
    }
    expect(Object.values({ ...secret })).toEqual(['value'])
  })

  it('in a file is read anew, without its last line end', () => {
    const path = join(folder, 'key')
    writeFileSync(path, 'first\n')
    expect(readSecret({ kind: 'file', path })).toBe('first')
    writeFileSync(path, 'second')
    expect(readSecret({ kind: 'file', path })).toBe('second')
  })

  it('in an empty file is none', () => {
    const path = join(folder, 'empty')
    writeFileSync(path, '\n')
    expect(() => readSecret({ kind: 'file', path })).toThrow('is empty')
  })
})

describe('authorities', () => {
  const path = join(folder, 'authorities')
  const read = (text: string): string => {
    writeFileSync(path, text)
    return readAuthorities({ kind: 'file', path })
  }
  const [one, two] = [selfSigned('one.example').cert, selfSigned('two.example').cert]

  it('are one certificate or several', () => {
    expect(read(one)).toBe(one.trim())
    expect(read(`# whose\n${one}${two}`)).toContain(two.trim())
  })

  it.each([
    ['no certificate', 'no certificate'],
    ['a private key', selfSigned('one.example').key],
    ['a block that is none', one.replace(/[A-Za-z0-9+/]{20}/, 'A'.repeat(20))],
    ['a good one beside a bad one', `${one}${two.replace(/\n[A-Za-z0-9+/]{20}/, `\n${'A'.repeat(20)}`)}`],
  ])('are not %s', (_, text) => {
    expect(() => read(text)).toThrow(`\`${path}\` holds no certificates in PEM`)
  })
})
