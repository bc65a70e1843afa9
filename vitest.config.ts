import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Sources, not builds: a test must never pass on yesterday's dist.
  resolve: {
    alias: {
      '@ostiary/tlog/node': new URL('./packages/tlog/src/node.ts', import.meta.url).pathname,
      '@ostiary/tlog': new URL('./packages/tlog/src/index.ts', import.meta.url).pathname,
      '@ostiary/devkit': new URL('./packages/devkit/src/index.ts', import.meta.url).pathname,
      '@ostiary/testkit': new URL('./packages/testkit/src/index.ts', import.meta.url).pathname,
      'ostiary/spec': new URL('./packages/gateway/src/spec/index.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'conformance/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
