import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defaultConfigYaml } from './init-files.js'
import { configJsonSchema } from './schema.js'
import { readTree } from './yaml.js'

const REQUIRED = ['publicUrl', 'issuers', 'providers', 'models', 'policy', 'audit', 'store']

describe('the JSON schema', () => {
  it('in the package is the one that this version makes', () => {
    const file = new URL('../../config.schema.json', import.meta.url)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configJsonSchema())
  })

  it('requires what the contract requires, and knows no other keys', () => {
    expect(configJsonSchema()).toMatchObject({ required: REQUIRED, additionalProperties: false })
  })

  it('takes what `ostiary init` writes, and variables where numbers stand', () => {
    const schema = z.fromJSONSchema(configJsonSchema())
    const text = defaultConfigYaml({ schema: './x.json' })
    // Editors see variables as they are written.
    const asWritten = (more: string): unknown => readTree(text.replaceAll('${', '$ {') + more, {}).value
    expect(schema.safeParse(asWritten('')).success).toBe(true)
    expect(schema.safeParse(asWritten('listen: { port: 80 }\n')).success).toBe(true)
    expect(schema.safeParse(asWritten('listen: { port: eighty }\n')).success).toBe(false)
    expect(schema.safeParse(asWritten('timeouts: { idle: 5 }\n')).success).toBe(false)
    expect(schema.safeParse({ ...Object(asWritten('')), listen: { port: `$${'{PORT}'}` } }).success).toBe(true)
  })
})
