import { ACTIONS, type Action } from '../../spec/index.js'
import {
  type Attributes,
  CONTEXT_ATTRIBUTES,
  OWN_RESOURCE_ATTRIBUTES,
  PRINCIPAL_KINDS,
  principalAttributes,
  RESOURCES_OF,
  resourceAttributes,
  type Vocabulary,
} from './vocabulary.js'

/**
 * The schema in Cedar's own syntax: made from this version and the configuration, never read from a file. The same text
 * serves the engine and, as `schema.cedarschema`, an editor.
 */
export function schemaText(vocabulary: Vocabulary): string {
  const lines: string[] = [
    '// Made by ostiary from its version and the configuration: a copy for editors, never read back.',
    '',
    'type Exchange = {',
    ...CONTEXT_ATTRIBUTES.map(([name, type]) => `  ${name}: ${type},`),
    '};',
    '',
    'entity Group;',
    `entity ${PRINCIPAL_KINDS.join(', ')} in [Group] = {`,
    ...shape(principalAttributes(vocabulary)),
    '};',
    '',
  ]
  for (const type of OWN_RESOURCE_ATTRIBUTES.keys()) {
    const attributes = resourceAttributes(type, vocabulary)
    if (attributes.size === 0) lines.push(`entity ${type};`)
    else lines.push(`entity ${type} = {`, ...shape(attributes), '};')
  }
  for (const [resources, actions] of actionsByResources()) {
    lines.push(
      '',
      `action ${actions.join(', ')} appliesTo {`,
      `  principal: [${PRINCIPAL_KINDS.join(', ')}],`,
      `  resource: [${resources}],`,
      '  context: Exchange,',
      '};',
    )
  }
  return `${lines.join('\n')}\n`
}

function shape(attributes: Attributes): string[] {
  return [...attributes].map(([name, { type, required }]) => `  ${quoted(name)}${required ? '' : '?'}: ${type},`)
}

/** Quoted always: a configured name may be a word of Cedar's, or none at all. */
function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function actionsByResources(): Map<string, Action[]> {
  const groups = new Map<string, Action[]>()
  for (const action of ACTIONS) {
    const resources = (RESOURCES_OF.get(action) ?? []).join(', ')
    groups.set(resources, [...(groups.get(resources) ?? []), action])
  }
  return groups
}
