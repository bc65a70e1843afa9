/** Reads Cedar's JSON form of expressions. Whatever is not understood is said to be so: nobody guesses what it reads. */

export interface Node {
  readonly op: string
  readonly body: unknown
}

export type Variable = 'principal' | 'action' | 'resource' | 'context'

const UNARY: ReadonlySet<string> = new Set(['!', 'neg', 'isEmpty'])
const BINARY: ReadonlySet<string> = new Set([
  '==',
  '!=',
  'in',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
  '+',
  '-',
  '*',
  'contains',
  'containsAll',
  'containsAny',
  'getTag',
  'hasTag',
])
const LITERAL: ReadonlySet<string> = new Set(['Value', 'Var'])

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

export function node(expression: unknown): Node | undefined {
  if (typeof expression !== 'object' || expression === null) return undefined
  const entries: [string, unknown][] = Object.entries(expression)
  const [only] = entries
  return entries.length === 1 && only !== undefined ? { op: only[0], body: only[1] } : undefined
}

/** The expressions that an operator works on; undefined where the operator is not known. */
export function operands({ op, body }: Node): readonly unknown[] | undefined {
  if (LITERAL.has(op)) return []
  if (UNARY.has(op)) return [field(body, 'arg')]
  if (BINARY.has(op)) return [field(body, 'left'), field(body, 'right')]
  if (op === '.' || op === 'has' || op === 'like') return [field(body, 'left')]
  if (op === 'is') {
    const within = field(body, 'in')
    return within === undefined ? [field(body, 'left')] : [field(body, 'left'), within]
  }
  if (op === 'if-then-else') return [field(body, 'if'), field(body, 'then'), field(body, 'else')]
  if (op === 'Record' && typeof body === 'object' && body !== null) return Object.values(body)
  // A set's members or an extension function's arguments.
  return Array.isArray(body) ? body : undefined
}

export function variable(expression: unknown): Variable | undefined {
  const here = node(expression)
  if (here?.op !== 'Var') return undefined
  const { body } = here
  return body === 'principal' || body === 'action' || body === 'resource' || body === 'context' ? body : undefined
}

/** `context.findings` and the like: the attribute, where the expression is just that. */
export function attributeOf(expression: unknown, of: Variable): string | undefined {
  const here = node(expression)
  if (here?.op !== '.' || variable(field(here.body, 'left')) !== of) return undefined
  const name = field(here.body, 'attr')
  return typeof name === 'string' ? name : undefined
}

function walk(expression: unknown, visit: (here: Node) => void): void {
  const here = node(expression)
  if (here === undefined) return
  visit(here)
  for (const one of operands(here) ?? []) walk(one, visit)
}

/** The strings that an expression spells out: one literal or a set of them. */
export function literals(expression: unknown): readonly string[] {
  const here = node(expression)
  if (here === undefined) return []
  if (here.op === 'Value') return typeof here.body === 'string' ? [here.body] : []
  return here.op === 'Set' && Array.isArray(here.body) ? here.body.flatMap(literals) : []
}

/** The strings that conditions compare an attribute of the variable with. */
export function comparedWith(conditions: readonly unknown[], of: Variable, name: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const condition of conditions) {
    walk(field(condition, 'body'), ({ op, body }) => {
      if (!BINARY.has(op)) return
      const left = field(body, 'left')
      const right = field(body, 'right')
      if (attributeOf(left, of) === name) for (const text of literals(right)) found.add(text)
      if (attributeOf(right, of) === name) for (const text of literals(left)) found.add(text)
    })
  }
  return found
}

/** Whether conditions read `principal.NAME`, or ask whether it is there. */
export function readsPrincipal(conditions: readonly unknown[], name: string): boolean {
  let reads = false
  for (const condition of conditions) {
    walk(field(condition, 'body'), ({ op, body }) => {
      const named = op === '.' || op === 'has' ? field(body, 'attr') : undefined
      if (variable(field(body, 'left')) !== 'principal') return
      if ((Array.isArray(named) ? named[0] : named) === name) reads = true
    })
  }
  return reads
}
