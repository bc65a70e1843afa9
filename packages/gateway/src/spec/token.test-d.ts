import { readToken } from '../jws/read.js'
import type { Brand } from './brand.js'
import type { IdentityProvider } from './seams.js'
import type { CompactJws, TokenRead } from './token.js'

// Compiled by `npm test`, never run: a token that is held was read strictly.

declare const provider: IdentityProvider
declare const text: string
declare const read: TokenRead

const seen = readToken(text)
if (seen.kind === 'proceed') void provider.verify(seen.value)
// @ts-expect-error who holds a CompactJws has parsed it: a string is not one
const fromText: CompactJws = text
// @ts-expect-error nor is a literal of the right shape
const fromLiteral: CompactJws = 'a.b.c'
// @ts-expect-error nor is a part of one: its spelling is no longer the only one
const trimmed: CompactJws = read.jws.trim()
// @ts-expect-error nor another brand of text
const branded: CompactJws = text as Brand<string, 'Jkt'>
// It stays a string for who only reads it.
const plain: string = read.jws

void provider.verify(read)
// @ts-expect-error nobody verifies a token that the strict reader did not see
void provider.verify(text)
// @ts-expect-error nor one put together by hand from a string
void provider.verify({ ...read, jws: text })
// @ts-expect-error what a reader refused has no token in it
void provider.verify(seen.value)
// @ts-expect-error claims are unknown until they were checked
const subject: string = read.payload['sub']
// @ts-expect-error and nobody edits them
read.payload['sub'] = 'alice'

export type Checked = [
  typeof fromText,
  typeof fromLiteral,
  typeof trimmed,
  typeof branded,
  typeof plain,
  typeof subject,
]
