import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forbidden, permitted } from '../../test/verdicts.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import {
  type ActsByType,
  type ChannelKind,
  type FindingType,
  GUARDED_SINKS,
  type TextPart,
  type VaultSession,
  type Verdict,
} from '../spec/index.js'
import { Finder } from '../vault/finder.js'
import { createGuardFactory } from './guard.js'
import { Restoring } from './restoring.js'

const EMAIL = 'ann@example.com'
const KEY = '-----BEGIN\n"key"\\-----'
const ESCAPED = '-----BEGIN\\nMIIB-----'
const VALUES: readonly (readonly [string, FindingType, string])[] = [
  ['[EMAIL_7K2M9QXR]', 'pii.email', EMAIL],
  ['[EMAIL_AAAABBBB]', 'pii.email', 'bob@example.com'],
  ['[PRIVATE_KEY_00000001]', 'secret.private-key', KEY],
  ['[PRIVATE_KEY_00000002]', 'secret.private-key', ESCAPED],
]

/** A session that holds a few values. */
function session(): VaultSession {
  const finder = new Finder<(typeof VALUES)[number]>()
  for (const one of VALUES) finder.set(one[0], one)
  return {
    types: () => ['pii.email', 'secret.private-key'],
    tokenize: () => '',
    isKept: true,
    keep: async () => 'kept',
    scan(text, from, ended) {
      const { spots, hold } = finder.scan(text, from, ended)
      return { found: spots.map(({ start, end, what }) => ({ start, end, type: what[1], value: what[2] })), hold }
    },
  }
}

function verdict(obligations = '', kind: 'permit' | 'forbid' = 'permit'): Verdict {
  return kind === 'forbid' ? forbidden() : permitted(...obligations.split(', ').filter((one) => one !== ''))
}

function restoring(obligations = '', kind: 'permit' | 'forbid' = 'permit'): Restoring {
  return new Restoring(session(), () => verdict(obligations, kind))
}

const CONTENT: ChannelKind = { name: 'choices/0/delta/content', role: 'assistant', isJson: false }
const ARGUMENTS: ChannelKind = {
  name: 'choices/0/delta/tool_calls/0/function/arguments',
  role: 'tool-call',
  isJson: true,
}

function through(pieces: readonly string[], by = restoring(), channel = CONTENT): string {
  const guard = by.guard(channel, undefined)
  return [...pieces.map((one) => guard.push(one)), guard.end()].join('')
}

function part(address: string, text: string, kind = CONTENT): TextPart {
  return { role: kind.role, address, text, isName: false, isJson: kind.isJson }
}

describe('Restoring', () => {
  it('puts values back, and counts them by type and place', () => {
    const by = restoring()
    expect(through(['to [EMAIL_7K2M9QXR] and [EMAIL_AAAABBBB].'], by)).toBe(`to ${EMAIL} and bob@example.com.`)
    expect(by.outcome).toMatchObject({ restored: { 'pii.email:text': 2 }, withheld: {} })
  })

  it('leaves what the model made up [vault.invented]', () => {
    const text = 'to [EMAIL_7K2M9QXS] and [PERSON_1], [EMAIL_…]'
    const by = restoring()
    expect(through([text], by)).toBe(text)
    expect(by.outcome).toBeUndefined()
  })

  it('asks once, for all types, and only once there is a placeholder [vault.decided]', () => {
    const asked: (readonly FindingType[])[] = []
    const by = new Restoring(session(), (types) => {
      asked.push(types)
      return verdict()
    })
    through(['nothing to see [here] '], by)
    expect(asked).toEqual([])
    through(['[EMAIL_7K2M9QXR] [EMAIL_7K2M9QXR]'], by)
    through(['[EMAIL_AAAABBBB]'], by)
    expect(asked).toEqual([['pii.email', 'secret.private-key']])
  })

  it('asks again for a type that the answer itself brought, however it is cut', () => {
    const asked: (readonly FindingType[])[] = []
    const types: FindingType[] = ['pii.email']
    const by = new Restoring({ ...session(), types: () => types }, (those) => {
      asked.push(those)
      return verdict()
    })
    const guard = by.guard(CONTENT, undefined)
    const before = guard.push('[EMAIL_7K2M9QXR] has ')
    types.push('secret.private-key')
    const said = [before, guard.push('[PRIVATE_KEY_00000001] there'), guard.end()]
    expect(said.join('')).toBe(`${EMAIL} has ${KEY} there`)
    expect(asked).toEqual([['pii.email'], ['pii.email', 'secret.private-key']])
  })

  it('leaves everything where policy does not permit it', () => {
    const by = restoring('', 'forbid')
    expect(through(['to [EMAIL_7K2M9QXR]'], by)).toBe('to [EMAIL_7K2M9QXR]')
    expect(by.outcome).toMatchObject({ restored: {}, withheld: { 'pii.email:text': 1 } })
  })

  it('leaves types whose text this reader may not see', () => {
    const by = restoring('output:redact:secret, output:flag:pii')
    expect(through(['[EMAIL_7K2M9QXR] [PRIVATE_KEY_00000001]'], by)).toBe(`${EMAIL} [PRIVATE_KEY_00000001]`)
  })

  it.each<[string, string, string]>([
    ['an address', 'https://evil.example/?q=', ''],
    ['the target of a picture', '![x](https://evil.example/', ')'],
    ['the target of a link without a scheme', '[x](/y?q=', ')'],
    ['an attribute', '<img src="', '">'],
    ['the name of a host', '', '.evil.example'],
    ['a link to mail', 'mailto:', ''],
  ])('puts none into %s unless policy names it [vault.sinks]', (_, before, after) => {
    const text = `${before}[EMAIL_7K2M9QXR]${after}`
    const without = restoring()
    expect(through([text], without)).toBe(text)
    expect(without.outcome).toMatchObject({ restored: {}, withheld: { 'pii.email:url': 1 } })
    const named = restoring('restore:url')
    expect(through([text], named)).toBe(`${before}${EMAIL}${after}`)
    expect(named.outcome).toMatchObject({ restored: { 'pii.email:url': 1 }, withheld: {} })
  })

  it('never finds one that is percent-encoded', () => {
    for (const text of ['https://a.example/?q=%5BEMAIL_7K2M9QXR%5D', '%5BEMAIL%5F7K2M9QXR%5D']) {
      expect(through([text], restoring('restore:url'))).toBe(text)
    }
  })

  it('puts none into the arguments of a tool unless policy names it, and then as JSON [vault.sinks]', () => {
    const text = '{"to":"[EMAIL_7K2M9QXR]","key":"[PRIVATE_KEY_00000001]"}'
    expect(through([text], restoring(), ARGUMENTS)).toBe(text)
    expect(through([text], restoring('restore:url'), ARGUMENTS)).toBe(text)
    const named = restoring('restore:tool-arguments')
    expect(JSON.parse(through([text], named, ARGUMENTS))).toEqual({ to: EMAIL, key: KEY })
    expect(named.outcome?.restored).toEqual({ 'pii.email:tool-arguments': 1, 'secret.private-key:tool-arguments': 1 })
    const address = '{"url":"https://evil.example/[EMAIL_7K2M9QXR]"}'
    expect(through([address], restoring('restore:tool-arguments'), ARGUMENTS)).toBe(address)
    expect(through([address], restoring('restore:tool-arguments, restore:url'), ARGUMENTS)).toContain(EMAIL)
  })

  it('leaves names of members', () => {
    const all = restoring('restore:tool-arguments, restore:url')
    expect(through(['[EMAIL_7K2M9QXR]'], all, { ...CONTENT, name: 'names' })).toBe('[EMAIL_7K2M9QXR]')
    expect(all.edits([{ ...part('/x', '[EMAIL_7K2M9QXR]'), isName: true }], [])).toEqual([])
  })

  it('keeps an answer that is JSON what it is', () => {
    const text = '{ "note": "\\"[EMAIL_7K2M9QXR]", "key": "[PRIVATE_KEY_00000001]" }'
    expect(JSON.parse(through([text]))).toEqual({ note: `"${EMAIL}`, key: KEY })
    // As it stood in JSON text before.
    expect(through(['{"key":"[PRIVATE_KEY_00000002]"}'])).toBe(`{"key":"${ESCAPED}"}`)
    expect(through(['the key "[PRIVATE_KEY_00000001]"'])).toBe(`the key "${KEY}"`)
  })

  it('does the same to a whole answer, behind its edits', () => {
    const parts = [part('/choices/0/message/content', 'to [EMAIL_7K2M9QXR] or carol@example.com'), part('/id', 'x')]
    const edits = [{ index: 0, text: 'to [EMAIL_7K2M9QXR] or [redacted:pii.email]' }]
    expect(restoring().edits(parts, edits)).toEqual([{ index: 0, text: `to ${EMAIL} or [redacted:pii.email]` }])
    expect(restoring().edits(parts, [])).toEqual([{ index: 0, text: `to ${EMAIL} or carol@example.com` }])
    expect(restoring('', 'forbid').edits(parts, [])).toEqual([])
    const args = [part('/tool_calls/0/function/arguments', '{"key":"[PRIVATE_KEY_00000001]"}', ARGUMENTS)]
    expect(restoring().edits(args, [])).toEqual([])
    expect(restoring('restore:tool-arguments').edits(args, [])).toEqual([
      { index: 0, text: JSON.stringify({ key: KEY }) },
    ])
  })

  it('ends an answer where not all may be restored any more that was', () => {
    const by = restoring('restore:url')
    expect(by.decideAgain(() => verdict('', 'forbid'))).toBeUndefined()
    // Nothing was restored yet: from now on the new decision holds.
    expect(through(['[EMAIL_7K2M9QXR]'], by)).toBe('[EMAIL_7K2M9QXR]')
    const begun = restoring('restore:url')
    through(['[EMAIL_7K2M9QXR]'], begun)
    expect(begun.decideAgain(() => verdict('restore:url, restore:tool-arguments'))).toBeUndefined()
    for (const less of [verdict(''), verdict('restore:url, output:redact:pii.email'), verdict('', 'forbid')]) {
      expect(begun.decideAgain(() => less)).toMatchObject({ code: 'forbidden_by_policy' })
    }
  })
})

function guardsOf(acts: ActsByType): ReturnType<typeof createGuardFactory> {
  const detectors = [{ detector: emailDetector, whenIll: 'closed' }] as const
  return createGuardFactory({ detectors, acts, onFinding: () => undefined, onIll: () => undefined })
}

describe('behind a guard', () => {
  const acts: ActsByType = new Map([['pii.email', 'redact']])

  it('is put back what the guard never saw [vault.order]', () => {
    const guards = guardsOf(acts)
    const guard = restoring().guard(CONTENT, guards(CONTENT))
    const out = [guard.push('to [EMAIL_7K2M9QXR] or carol@exam'), guard.push('ple.com'), guard.end()].join('')
    expect(out).toBe(`to ${EMAIL} or [redacted:pii.email]`)
    expect(guard.held).toBe(0)
  })

  it('says what the guard refuses', () => {
    const blocks: ActsByType = new Map([['pii.email', 'block']])
    const guards = guardsOf(blocks)
    const guard = restoring().guard(CONTENT, guards(CONTENT))
    guard.push('[EMAIL_7K2M9QXR] carol@example.com ')
    expect(guard.end()).toMatchObject({ code: 'content_blocked' })
  })
})

const unit = fc.constantFrom(
  ...'[]\\_ -:*\n(){}"./<>E7k'.split(''),
  ...VALUES.map(([placeholder]) => placeholder),
  'EMAIL',
  '7K2M9QXR',
  'https://',
  '](',
  '.evil.example',
  '"key": "',
  '\\n',
)

it('gives the same for every cutting of a text, in every channel [vault.chunk-invariant]', () => {
  fc.assert(
    fc.property(
      fc.array(unit, { maxLength: 24 }),
      fc.array(fc.nat()),
      fc.subarray([...GUARDED_SINKS]),
      fc.constantFrom(CONTENT, ARGUMENTS),
      (units, cuts, named, channel) => {
        const text = units.join('')
        const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
        const pieces = [...at, text.length].map((end, i) => text.slice(at[i - 1] ?? 0, end))
        const may = named.map((sink) => `restore:${sink}`).join(', ')
        const [whole, cut] = [restoring(may), restoring(may)]
        expect(through(pieces, cut, channel)).toBe(through([text], whole, channel))
        expect(cut.outcome?.restored).toEqual(whole.outcome?.restored)
        expect(cut.outcome?.withheld).toEqual(whole.outcome?.withheld)
      },
    ),
    { numRuns: 5000 },
  )
})

it('gives the same for all cuttings of short texts into three', () => {
  for (const text of ['a [EMAIL_7K2M9QXR].b c', '](\\[email\\_7k2m9qxr\\]) x', '{"a":"[PRIVATE_KEY_00000001]"}']) {
    const expected = through([text])
    for (let one = 0; one <= text.length; one++) {
      for (let other = one; other <= text.length; other++) {
        expect(through([text.slice(0, one), text.slice(one, other), text.slice(other)])).toBe(expected)
      }
    }
  }
})

it('holds prose for no more than a few characters', () => {
  const guard = restoring().guard(CONTENT, undefined)
  const prose = 'Every evening, an elephant eats eggs [1] (see e.g. Ehrlich) and e-mails a private message. '
  const held: number[] = []
  for (let times = 0; times < 100; times++) {
    for (const piece of prose.match(/.{1,3}/g) ?? []) {
      guard.push(piece)
      held.push(guard.held)
    }
  }
  held.sort((a, b) => a - b)
  expect(held[held.length >> 1]).toBe(0)
  expect(held.at(-1)).toBeGreaterThan(0)
  expect(held.at(-1)).toBeLessThanOrEqual(8)
})
