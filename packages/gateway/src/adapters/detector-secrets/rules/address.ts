import type { Candidate, Judged, Rule } from '../../../patterns/rule.js'
import { passwordScore } from '../judge/password.js'
import { isPlaceholder } from '../judge/placeholder.js'
import { isRandom, makeup } from '../judge/random.js'

/** `scheme://user:password@host`: the expression takes the `@` and the first character of the host. */
function judgeConnection({ text, start, end }: Candidate): Judged | undefined {
  const at = text.lastIndexOf('@', end)
  const score = at - start < 3 ? undefined : passwordScore(text.slice(start, at), 'address')
  return score === undefined ? undefined : { score, end: at }
}

/** `https://token@host` */
function judgeUser({ text, start, end }: Candidate): Judged | undefined {
  const at = text.lastIndexOf('@', end)
  if (at < start || isPlaceholder(text.slice(start, at))) return undefined
  // What reports of errors are sent with stands in every page that sends them.
  if (text.slice(at, end).includes('sentry')) return undefined
  return isRandom(makeup(text, start, at)) ? { score: 0.7, end: at } : undefined
}

/** Passwords within addresses: of databases, queues, repositories. */
export const ADDRESSES: readonly Rule[] = [
  {
    name: 'connection-string',
    type: 'secret.connection-string',
    lead: '(?:://|:\\\\/\\\\/)[^\\s:/@"\'<>`]{0,64}:',
    before: '',
    expression: '[^\\s/"\'<>`;,]{1,128}@[\\w\\[%]',
    behind: '',
    check: judgeConnection,
    isWeak: true,
  },
  {
    name: 'user-of-address',
    type: 'secret.connection-string',
    lead: '(?:://|:\\\\/\\\\/)',
    before: '',
    expression: '[A-Za-z0-9_.~-]{20,128}(?::x-oauth-basic)?@[\\w.-]{1,48}',
    behind: '',
    check: judgeUser,
    isWeak: true,
  },
  {
    name: 'one-time-password-seed',
    type: 'secret.generic',
    lead: 'otpauth://[^\\s"\'<>`]{0,70}[?&]secret=',
    before: '',
    expression: '[A-Za-z2-7]{16,128}',
    behind: '',
  },
]
