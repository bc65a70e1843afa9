import { secretSourceSuite } from '@ostiary/testkit'
import { expect, it } from 'vitest'
import { createEnvironmentSecret } from './source.js'

secretSourceSuite('environment', () => {
  const env: Record<string, string | undefined> = {}
  return {
    source: createEnvironmentSecret('KEY', env),
    put(text) {
      env['KEY'] = text
    },
    remove: () => undefined,
  }
})

it('takes own names alone', () => {
  expect(() => createEnvironmentSecret('constructor', {}).read()).toThrow('`constructor` is not set')
})
