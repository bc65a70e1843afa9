import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secretSourceSuite } from '@ostiary/testkit'
import { afterAll, expect, it } from 'vitest'
import { createFileSecret } from './source.js'

const folder = mkdtempSync(join(tmpdir(), 'ostiary-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

secretSourceSuite('file', () => {
  const path = join(folder, 'suite')
  return {
    source: createFileSecret(path),
    put: (text) => (text === undefined ? rmSync(path, { force: true }) : writeFileSync(path, text)),
    remove: () => rmSync(path, { force: true }),
  }
})

it('follows a link that is replaced in one step, as volumes of secrets are', () => {
  writeFileSync(join(folder, 'first'), 'first-key')
  writeFileSync(join(folder, 'second'), 'second-key')
  const path = join(folder, 'link')
  symlinkSync('first', path)
  const source = createFileSecret(path)
  expect(source.read()).toBe('first-key')
  symlinkSync('second', `${path}.new`)
  renameSync(`${path}.new`, path)
  expect(source.read()).toBe('second-key')
})

it('does not wait at a pipe, and takes no folder', () => {
  const pipe = join(folder, 'pipe')
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', pipe])
  expect(() => createFileSecret(pipe).read()).toThrow(`\`${pipe}\` is no file`)
  mkdirSync(join(folder, 'folder'))
  expect(() => createFileSecret(join(folder, 'folder')).read()).toThrow('is no file')
})
