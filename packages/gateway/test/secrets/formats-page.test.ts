import { expect, it } from 'vitest'
import { secretRules } from '../../src/adapters/detector-secrets/detector.js'
import { SECRET_TYPES } from '../../src/spec/secret-types.js'

/** Rules for what is nobody's format are told of on another page. */
const NO_FORMATS: ReadonlySet<string> = new Set([
  'secret.connection-string',
  'secret.generic',
  'secret.jwt',
  'secret.password',
  'secret.private-key',
])

function pageOf(): string {
  const rules = secretRules().filter(({ type, name }) => !NO_FORMATS.has(type) && !name.endsWith('-encoded'))
  const byType = SECRET_TYPES.filter((type) => !NO_FORMATS.has(type)).map((type) => {
    const formats = rules.filter((rule) => rule.type === type)
    const isNamed = (lead: string | undefined): string => (lead === undefined ? '' : ' \\*')
    return `| \`${type}\` | ${formats.map(({ name, lead }) => `${name}${isNamed(lead)}`).join(', ')} |`
  })
  return [
    '# Formats of secrets',
    '',
    `Written from the rules: ${rules.length} formats of ${byType.length} providers. Behind those marked \\* nothing but a name or another word`,
    'before it says what it is: a variable, a header, a sentence. What else is found, and what not: [detection](detection.md#secrets).',
    '',
    '| type | formats |',
    '|---|---|',
    ...byType,
    '',
  ].join('\n')
}

it('the page of formats is what the rules are [secrets.formats]', async () => {
  await expect(pageOf()).toMatchFileSnapshot('../../../../docs/secret-formats.md')
})
