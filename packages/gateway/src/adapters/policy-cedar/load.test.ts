import { describe, expect, test } from 'vitest'
import { loadPolicies } from './load.js'
import type { Vocabulary } from './vocabulary.js'

const VOCABULARY: Vocabulary = {
  modelAttributes: new Map([
    ['hosting', { type: 'String', required: true }],
    ['region', { type: 'String', required: false }],
  ]),
  claimAttributes: [{ name: 'clearance', type: 'String' }],
}

function load(...texts: readonly string[]): ReturnType<typeof loadPolicies> {
  return loadPolicies(
    texts.map((text, index) => ({ path: `${'abc'.charAt(index)}.cedar`, text })),
    VOCABULARY,
  )
}

/** `FILE:LINE:COLUMN message`, as `check` prints it. */
function faults(...texts: readonly string[]): readonly string[] {
  const { faults: all, engine } = load(...texts)
  expect(engine === undefined).toBe(all.length > 0)
  return all.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)
}

function warnings(...texts: readonly string[]): readonly string[] {
  expect(faults(...texts)).toEqual([])
  return load(...texts).warnings.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)
}

/** A sound policy is silent: neither fault nor warning. */
function sound(...texts: readonly string[]): void {
  expect(warnings(...texts)).toEqual([])
}

const PERMIT = 'permit(principal, action, resource);'
const MODEL = 'principal, action == Action::"invoke", resource is Model'

describe('syntax', () => {
  test('has its place, after comments and wide characters too', () => {
    expect(faults(`// é😀\n@id("a") @reason("é😀") permit(principal, action, resource) when { foo bar };`)).toEqual([
      expect.stringMatching(/^a\.cedar:2:72 unexpected token `bar`; expected /),
    ])
    sound(`// é😀\n@id("a") @reason("é😀") permit(principal, action, resource) when { context.stream };`)
  })

  test('a policy that does not end', () => {
    expect(faults('@id("a")\npermit(principal, action, resource)')).toEqual([
      'a.cedar:2:36 unexpected end of input; expected `;` or identifier',
    ])
  })

  test('each faulty policy is told, in each file', () => {
    const all = faults(
      '@id("a") permit(principal, action, resource) when { 1 + };\n@id("b") permit(;',
      '@id("c") permt(principal, action, resource);',
    )
    expect(all.map((one) => one.slice(0, one.indexOf(' ')))).toEqual(['a.cedar:1:57', 'a.cedar:2:17', 'b.cedar:1:10'])
  })

  test('each bad escape', () => {
    expect(faults('@id("\\q") permit(principal, action, resource)\nwhen { context.purpose == "\\w" };')).toEqual([
      'a.cedar:1:1 the input `\\q` is not a valid escape',
      'a.cedar:2:27 the input `\\w` is not a valid escape',
    ])
  })

  test('templates are refused', () => {
    expect(faults('@id("a")\npermit(principal == ?principal, action, resource);')).toEqual([
      'a.cedar:2:21 templates are not taken: a policy must not have slots',
    ])
    sound('@id("a")\npermit(principal == User::"https://idp.example#x", action, resource);')
  })

  test('no policy is no fault: then nothing is permitted', () => {
    sound('// nothing yet\n')
    sound('')
    sound()
  })

  test('a byte order mark and Windows line ends move nothing', () => {
    expect(faults(`\uFEFF@id("a")\r\n${PERMIT}\r\n${PERMIT}`)).toEqual([
      'a.cedar:3:1 policy has no `@id`: each needs one of its own',
    ])
    sound(`\uFEFF@id("a")\r\n${PERMIT}\r\n@id("b") ${PERMIT}`)
  })
})

describe('types [policy.check-types]', () => {
  test('an unknown attribute, once for all principals, with the nearest', () => {
    expect(faults(`@id("a")\npermit(principal, action, resource) when {\n  principal.clearanse == "é" };`)).toEqual([
      'a.cedar:3:3 attribute `clearanse` on `Agent`, `Service`, `User` not found; did you mean `clearance`?',
    ])
  })

  test('an unknown action, with the nearest', () => {
    expect(faults('@id("a") permit(principal, action == Action::"invok", resource);')).toEqual([
      'a.cedar:1:38 unrecognized action `Action::"invok"`; did you mean `Action::"invoke"`?',
    ])
  })

  test('a wrong type, placed in UTF-16 after wide characters', () => {
    const policy = (value: string): string =>
      `@id("a") permit(${MODEL}) when { "é😀" == resource.provider && resource.hosting == ${value} };`
    const column = policy('3').indexOf('resource.hosting') + 1
    expect(faults(policy('3'))).toEqual([expect.stringContaining(`a.cedar:1:${column} `)])
    sound(policy('"3"'))
  })

  test.each(['permit', 'forbid'])('a %s that reads an optional attribute unguarded', (effect) => {
    expect(faults(`@id("a")\n${effect}(${MODEL})\nwhen { resource.region == "eu" };`)).toEqual([
      'a.cedar:3:8 unable to guarantee safety of access to optional attribute `region` on `Model`; ' +
        "try testing for the attribute's presence with `e has region && ..`",
    ])
    sound(`@id("a")\n${effect}(${MODEL})\nwhen { resource has region && resource.region == "eu" };`)
  })

  test('an address or a time that is none', () => {
    expect(
      faults('@id("a") permit(principal, action, resource) when { context.sourceIp.isInRange(ip("10.0.0.0/33")) };'),
    ).toEqual([expect.stringMatching(/^a\.cedar:1:80 .*10\.0\.0\.0\/33/)])
    sound('@id("a") permit(principal, action, resource) when { context.sourceIp.isInRange(ip("10.0.0.0/8")) };')
  })
})

describe('policies that can never match [policy.check-dead]', () => {
  const dead = 'when { principal has clearanse && principal.clearanse == "low" };'

  test('are faults where they are forbids, at the misspelt attribute', () => {
    expect(faults(`@id("a")\nforbid(principal, action, resource)\n${dead}`)).toEqual([
      'a.cedar:3:22 policy is impossible, so it guards nothing: no `principal` has an attribute `clearanse`; did you mean `clearance`?',
    ])
    sound(`@id("a")\nforbid(principal, action, resource)\n${dead.replaceAll('clearanse', 'clearance')}`)
  })

  test('are faults where they oblige or are shadow forbids', () => {
    expect(
      faults(`@id("a") @mode("oblige") @obligation("redact:pii")\npermit(principal, action, resource)\n${dead}`),
    ).toEqual([expect.stringMatching(/^a\.cedar:3:22 policy is impossible, so it guards nothing/)])
    expect(faults(`@id("a") @mode("shadow")\nforbid(principal, action, resource)\n${dead}`)).toHaveLength(1)
  })

  test('are warnings where they permit', () => {
    expect(warnings(`@id("a")\npermit(principal, action, resource)\n${dead}`)).toEqual([
      'a.cedar:3:22 policy is impossible, so it never matches: no `principal` has an attribute `clearanse`; did you mean `clearance`?',
    ])
  })

  test('by a constant condition', () => {
    expect(faults('@id("a")\nforbid(principal, action, resource) when { false };')).toEqual([
      'a.cedar:2:1 policy is impossible, so it guards nothing: its condition is false for every valid request',
    ])
    sound('@id("a")\nforbid(principal, action, resource);')
  })

  test('by a scope that no action has', () => {
    expect(faults('@id("a")\nforbid(principal, action == Action::"invoke", resource is Tool);')).toEqual([
      'a.cedar:2:1 policy is impossible, so it guards nothing: no action has such a principal and resource',
    ])
    sound('@id("a")\nforbid(principal, action == Action::"callTool", resource is Tool);')
  })

  test('a part that is dead is a warning, even in a forbid that can fire', () => {
    expect(
      warnings(`@id("a")\nforbid(${MODEL}) unless {\n  resource has "hostng" && resource.hostng == "eu" };`),
    ).toEqual(['a.cedar:3:16 no `resource` has an attribute `hostng`; did you mean `hosting`?'])
    sound(`@id("a")\nforbid(${MODEL}) unless {\n  context has purpose && context.purpose == "eu" };`)
  })
})

describe('ids [policy.check-ids]', () => {
  test('each policy needs one', () => {
    expect(faults(`@id("a") ${PERMIT}\n@reason("x")\n${PERMIT}`)).toEqual([
      'a.cedar:3:1 policy has no `@id`: each needs one of its own',
    ])
    expect(faults(`@id ${PERMIT}`)).toEqual(['a.cedar:1:1 `@id` needs a text'])
    expect(faults(`@reason("x") @id(" ") ${PERMIT}`)).toEqual(['a.cedar:1:14 `@id` needs a text'])
  })

  test('none twice, over all files', () => {
    expect(faults(`@id("a") ${PERMIT}\n@id("b") ${PERMIT}`, `\n @id("a") ${PERMIT}`)).toEqual([
      'b.cedar:2:2 `@id` `a` is already that of the policy at a.cedar:1:1',
    ])
    sound(`@id("a") ${PERMIT}\n@id("b") ${PERMIT}`, `@id("A") ${PERMIT}`)
  })

  test('the same one spelt otherwise is the same', () => {
    expect(faults(`@id("a") ${PERMIT}\n@id("\\u{61}") ${PERMIT}`)).toEqual([
      'a.cedar:2:1 `@id` `a` is already that of the policy at a.cedar:1:1',
    ])
  })

  test('twice on one policy', () => {
    expect(faults(`@id("a")\n@id("b") ${PERMIT}`)).toEqual(['a.cedar:2:1 duplicate annotation: @id'])
  })
})

describe('annotations', () => {
  test('others are a warning', () => {
    expect(warnings(`@id("a")\n@owner("team x") ${PERMIT}`)).toEqual(['a.cedar:2:1 unknown annotation `@owner`'])
    expect(warnings(`@id("a") @resaon("x") ${PERMIT}`)).toEqual([
      'a.cedar:1:10 unknown annotation `@resaon`; did you mean `@reason`?',
    ])
  })

  test('nearly ours are a fault where a slip would open the gate', () => {
    expect(faults(`@id("a")\n@obligaton("redact:pii") ${PERMIT}`)).toEqual([
      'a.cedar:2:1 unknown annotation `@obligaton`; did you mean `@obligation`?',
    ])
    expect(faults(`@id("a") @Mode("oblige") @obligation("redact:pii") ${PERMIT}`)).toEqual([
      'a.cedar:1:10 unknown annotation `@Mode`; did you mean `@mode`?',
    ])
    sound(`@id("a")\n@obligation("redact:pii") ${PERMIT}`)
  })

  test('a reason needs a text', () => {
    expect(faults(`@id("a") @reason ${PERMIT}`)).toEqual(['a.cedar:1:10 `@reason` needs a text'])
    sound(`@id("a") @reason("because") ${PERMIT}`)
  })

  test('modes are closed', () => {
    expect(faults(`@id("a")\n@mode("shadw") ${PERMIT}`)).toEqual([
      'a.cedar:2:1 unknown mode `shadw`: write `shadow` or `oblige`; did you mean `shadow`?',
    ])
    sound(`@id("a")\n@mode("shadow") ${PERMIT}`)
  })
})

describe('obligations [policy.check-obligations]', () => {
  const LEGAL = expect.stringMatching(
    /; there are `block:TYPE`, .*`pass:uninspectable`.*; `TYPE` is a family or one of its types, `canary\.…`, .*`pii\.…`/,
  )
  const TYPES =
    '; there are `canary.…`, `data.…`, `injection.…`, `moderation.…`, `pii.…`, `secret.…` (docs/detectors.md#finding-types lists them)'
  const said = (text: string): readonly string[] => {
    const all = faults(text)
    for (const one of all)
      expect(one).toEqual(one.includes('unknown finding type') ? expect.stringContaining(TYPES) : LEGAL)
    return all.map((one) => one.slice(0, one.indexOf('; there are ')))
  }

  test('unknown ones and unknown finding types, each at its place', () => {
    expect(said(`@id("a")\n@obligation("redact:pii,  redct:pii, output:mask:pii.crad, limit:5") ${PERMIT}`)).toEqual([
      `a.cedar:2:27 unknown obligation \`redct:pii\` (did you mean \`redact:pii\`?)`,
      `a.cedar:2:38 unknown finding type \`pii.crad\` in obligation \`output:mask:pii.crad\` (did you mean \`output:mask:pii.card\`?)`,
      `a.cedar:2:60 unknown limit in obligation \`limit:5\`: \`5\` is none`,
    ])
    sound(`@id("a")\n@obligation("redact:pii,  mask:pii, output:mask:pii.card, pass:uninspectable") ${PERMIT}`)
  })

  test.each([
    ['Redact:PII', 'redact:pii'],
    ['ouput:redct:pii.emial', 'output:redact:pii.email'],
    ['pass:uninspectible', 'pass:uninspectable'],
    ['rotue:gpt', 'route:gpt'],
    ['system:warp:house', 'system:wrap:house'],
    ['limit:maxtokens:100', 'limit:max-tokens:100'],
    ['limit:request:60/1m', 'limit:requests:60/1m'],
    ['colum:mask:pii', 'column:mask:pii'],
    ['row:own-region', 'rows:own-region'],
    ['requires:purpose', 'require:purpose'],
    ['spotlight:datamrk', 'spotlight:datamark'],
    ['mask:injektion', 'mask:injection'],
    ['output:redact:email', 'output:redact:pii.email'],
  ])('the form that is nearest to a slip is named before all: %s', (written, meant) => {
    expect(said(`@id("a") @obligation("${written}") ${PERMIT}`)).toEqual([
      expect.stringMatching(new RegExp(` \\(did you mean \`${meant}\`\\?\\)$`)),
    ])
  })

  test.each(['hide:pii', 'redact', 'redact:', 'restore:sky', 'limit:5', 'a:b:c:d', 'redact:weather'])(
    'none is named where none is near: %s',
    (written) => {
      expect(said(`@id("a") @obligation("${written}") ${PERMIT}`).join()).not.toContain('did you mean')
    },
  )

  test('the challenge that is nearest to a slip is named', () => {
    expect(faults('@id("a") @challenge("aproval:security") forbid(principal, action, resource);')).toEqual([
      expect.stringMatching(/or `approval:GROUP` \(did you mean `approval:security`\?\)$/),
    ])
  })

  test('places where values are restored, but where nobody detokenizes', () => {
    const restoring = '@obligation("restore:url, restore:tool-arguments")'
    const permit = (action: string): string => `@id("a") ${restoring}\npermit(principal, ${action}, resource);`
    for (const action of [
      'action',
      'action == Action::"detokenize"',
      'action in [Action::"invoke", Action::"detokenize"]',
    ]) {
      sound(permit(action))
    }
    for (const action of ['action == Action::"invoke"', 'action in [Action::"invoke", Action::"embed"]']) {
      expect(faults(permit(action))).toEqual([
        'a.cedar:1:23 `restore:url` means something only where the action may be `detokenize`',
        'a.cedar:1:36 `restore:tool-arguments` means something only where the action may be `detokenize`',
      ])
    }
    expect(said(`@id("a") @obligation("restore:sky") ${PERMIT}`)).toEqual([
      'a.cedar:1:23 unknown obligation `restore:sky`',
    ])
    expect(faults(`@id("a") @mode("oblige") @obligation("restore:url") ${PERMIT}`)).toEqual([
      'a.cedar:1:39 an oblige policy cannot carry `restore:url`: it never grants',
    ])
  })

  test('an empty member', () => {
    expect(said(`@id("a") @obligation("redact:pii,") ${PERMIT}`)).toEqual([`a.cedar:1:34 unknown obligation \`\``])
  })

  test('where the text has escapes the place is the annotation', () => {
    expect(said(`@id("a") @obligation("redact:pii, redct\\u{3a}pii") ${PERMIT}`)).toEqual([
      `a.cedar:1:10 unknown obligation \`redct:pii\` (did you mean \`redact:pii\`?)`,
    ])
  })

  test('on a forbid', () => {
    expect(faults('@id("a")\n@obligation("redact:pii") forbid(principal, action, resource);')).toEqual([
      'a.cedar:2:1 `@obligation` on a `forbid`: only permits oblige',
    ])
  })

  test('hundreds of types are told of by their families', () => {
    expect(faults(`@id("a") @obligation("redact:pii.crad") ${PERMIT}`)).toEqual([
      `a.cedar:1:23 unknown finding type \`pii.crad\` in obligation \`redact:pii.crad\` (did you mean \`redact:pii.card\`?)${TYPES}`,
    ])
    expect(
      faults('@id("a") forbid(principal, action, resource) when { context.findings.contains("weather") };'),
    ).toEqual([`a.cedar:1:79 no detector yields the finding type \`weather\`${TYPES}`])
  })

  test('a finding type that no detector yields, in a condition', () => {
    expect(
      faults(
        '@id("a") forbid(principal, action, resource) when {\n  context.findings.containsAny(["pii", "secrt.aws"]) };',
      ),
    ).toEqual(['a.cedar:2:40 no detector yields the finding type `secrt.aws`; did you mean `secret.aws`?'])
    sound(
      '@id("a") forbid(principal, action, resource) when {\n  context.findings.containsAny(["pii", "secret.aws"]) };',
    )
    expect(faults('@id("a") forbid(principal, action, resource) when { context.findings.contains("email") };')).toEqual(
      ['a.cedar:1:79 no detector yields the finding type `email`; did you mean `pii.email`?'],
    )
    sound('@id("a") forbid(principal, action, resource) when { context.labels.contains("secrt.aws") };')
  })
})

describe('oblige policies', () => {
  test('must be permits', () => {
    expect(faults('@id("a") @mode("oblige")\nforbid(principal, action, resource);')).toEqual([
      'a.cedar:2:1 an oblige policy must be a plain `permit`: it never decides, it only adds obligations',
    ])
    sound(`@id("a") @mode("oblige") @obligation("redact:secret")\n${PERMIT}`)
  })

  test('cannot let pass', () => {
    expect(faults(`@id("a") @mode("oblige") @obligation("redact:pii, pass:uninspectable") ${PERMIT}`)).toEqual([
      'a.cedar:1:51 an oblige policy cannot carry `pass:uninspectable`: it never grants',
    ])
  })

  test('without an obligation are a slip', () => {
    expect(faults(`@id("a") @mode("oblige") ${PERMIT}`)).toEqual([
      'a.cedar:1:10 an oblige policy without `@obligation` does nothing',
    ])
  })
})

describe('challenges', () => {
  const forbid = (challenge: string, condition: string): string =>
    `@id("a")\n@challenge("${challenge}")\nforbid(principal, action, resource) unless { ${condition} };`
  const approved = 'context.approvals.contains("a")'
  const acr = 'principal has acr && ["gold", "silver"].contains(principal.acr)'
  const recent = 'principal has authAgeSeconds && principal.authAgeSeconds < 300'

  test.each(['acr', 'acr:', 'max_age:5m', 'max_age:-1', 'approval: ', 'otp:x', 'approval'])('`%s` is none', (text) => {
    expect(faults(forbid(text, approved))).toEqual([
      `a.cedar:2:1 \`${text}\` is no challenge: write \`acr:VALUES\`, \`max_age:SECONDS\` or \`approval:GROUP\``,
    ])
  })

  test('stand on a forbid', () => {
    expect(faults(`@id("a")\n@challenge("approval:security") ${PERMIT}`)).toEqual([
      'a.cedar:2:1 `@challenge` stands only on a `forbid`: it says how to meet it',
    ])
  })

  test('an approval must be read, by the own id', () => {
    const told =
      'a.cedar:2:1 the condition must read the approval, or none can meet it: `unless { context.approvals.contains("a") }`'
    expect(faults(forbid('approval:security', 'context.approvals.contains("b")'))).toEqual([told])
    expect(faults(forbid('approval:security', 'context.labels.contains("a")'))).toEqual([told])
    expect(faults(forbid('approval:security', recent))).toEqual([told])
    sound(forbid('approval:security', approved))
    sound(forbid('approval:security', `context.stream || ["a"].containsAll(context.approvals)`))
  })

  test('a login must be read', () => {
    expect(faults(forbid('acr:gold silver', approved))).toEqual([
      'a.cedar:2:1 the condition must read `principal.acr`, or no login can meet it',
    ])
    sound(forbid('acr:gold silver', acr))
    expect(faults(forbid('max_age:300', acr))).toEqual([
      'a.cedar:2:1 the condition must read `principal.authAgeSeconds`, or no login can meet it',
    ])
    sound(forbid('max_age:300', recent))
  })
})

test('faults come in the order of files and places, all at once', () => {
  const all = faults(`\n${PERMIT}\n@id("x") permit(principal, action, resource) when { principal.nope };`, `${PERMIT}`)
  expect(all.map((one) => one.slice(0, one.indexOf(' ')))).toEqual(['a.cedar:2:1', 'a.cedar:3:53', 'b.cedar:1:1'])
})
