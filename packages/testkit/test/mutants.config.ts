import { mergeConfig } from 'vitest/config'
import shared from '../../../vitest.config.js'

const { resolve } = shared

export default mergeConfig(
  { resolve },
  { test: { include: ['packages/testkit/test/mutants.suite.ts'], pool: 'threads' } },
)
