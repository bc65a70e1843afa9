import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { localDetectorLack } from './detectors.js'

test('a module that does not start in time is told of as such', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-slow-module-'))
  try {
    const module = join(folder, 'slow.mjs')
    writeFileSync(module, 'export const createDetector = () => new Promise(() => {})\n')
    const section = { name: 'slow', module, types: ['pii.person'], onFailure: 'closed', timeoutMs: 1000 } as const
    expect(await localDetectorLack({ ...section, concurrency: 1, models: undefined, ifUnsure: false }, 50)).toBe(
      `inspection.local: module ${module}: has not started within 0.05 s`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
