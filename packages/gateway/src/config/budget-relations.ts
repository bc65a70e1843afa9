import type { Config } from './config.js'
import { didYouMean } from './fault.js'
import { fault, type Remark, warning } from './remark.js'
import { vocabularyOf } from './vocabulary.js'

/** How budgets stand to the models and groups that there are. */
export function* budgetRelations(config: Config): Iterable<Remark> {
  const { rules } = config.budgets
  const models = config.models.map((one) => one.name)
  const names = rules.map((one) => one.name)
  for (const [index, rule] of rules.entries()) {
    const at = ['budgets', 'rules', index] as const
    if (names.indexOf(rule.name) < index)
      yield fault([...at, 'name'], `the name \`${rule.name}\` stands twice in rules`)
    for (const [nth, model] of rule.models.entries()) {
      if (models.includes(model)) continue
      yield fault([...at, 'match', 'models', nth], `no model is named \`${model}\`${didYouMean(model, models)}`)
    }
    for (const [nth, group] of rule.groups.entries()) {
      const known = groupFault(config, group)
      if (known !== undefined) yield warning([...at, 'match', 'groups', nth], known)
    }
    if (!rule.amounts.some((one) => one.measure === 'money')) continue
    const counted = config.models.filter(({ name }) => rule.models.length === 0 || rule.models.includes(name))
    for (const { name } of counted.filter((one) => one.price === undefined)) {
      yield fault([...at, 'money'], `the model \`${name}\` is counted, and has no price`)
    }
  }
}

function groupFault(config: Config, group: string): string | undefined {
  const { names, prefixes } = vocabularyOf(config).known.groups
  if (names.includes(group) || prefixes.some((prefix) => group.startsWith(prefix))) return undefined
  return `no issuer can put anybody into the group \`${group}\`${didYouMean(group, names)}`
}
