import { expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { SystemChange } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/responses')
const KEEP: SystemChange = { before: 'ours', after: 'and ours', callers: 'keep' }
const DROP: SystemChange = { ...KEEP, callers: 'drop' }
const said = (role: string): object => ({ type: 'message', role, content: 'x' })

function changed(body: object, system: SystemChange): unknown {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', ...body })))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return JSON.parse(String(read.value.edit({ model: undefined, edits: [], system })))
}

test.each([
  [{ input: 'hello' }, KEEP, { input: 'hello', instructions: 'ours\n\nand ours' }],
  [{ input: 'hello', instructions: null }, KEEP, { input: 'hello', instructions: 'ours\n\nand ours' }],
  [{ input: 'hello', instructions: 'theirs' }, KEEP, { input: 'hello', instructions: 'ours\n\ntheirs\n\nand ours' }],
  [{ input: 'hello', instructions: 'theirs' }, DROP, { input: 'hello', instructions: 'ours\n\nand ours' }],
  [
    { input: [said('developer'), said('user'), said('system')] },
    DROP,
    { input: [said('user')], instructions: 'ours\n\nand ours' },
  ],
  [
    { input: [said('developer'), said('user')] },
    KEEP,
    { input: [said('developer'), said('user')], instructions: 'ours\n\nand ours' },
  ],
])('%j is put in order with the operator’s text', (body, change, expected) => {
  expect(changed(body, change)).toEqual({ model: 'm', ...expected })
})
