import { type Field, field, type Says, type Shape, shape } from '../../lens/shape.js'
import type { DeclaredPaths, MemberPath, PathPattern } from '../../spec/declared-dialect.js'
import type { Role } from '../../spec/part.js'

const ANY = '*'

/** What paths say of one place, while they are read one by one. */
interface Node {
  readonly below: Map<string, Node>
  says: Says
  role: Role | undefined
  /** Whose text it is was said, here or above: members that nobody listed are theirs too. */
  isText: boolean
  speaks: boolean
  isMedia: boolean
  isEcho: boolean
}

/**
 * A shape in which what the paths do not list is text.
 *
 * @param known members that are read for what they say beside texts: their names are the format's own
 * @param checked a member that is compared with a list
 */
export function shapeOf(paths: DeclaredPaths, known: readonly MemberPath[], checked?: MemberPath): Shape {
  const root = node()
  for (const path of known) at(root, path)
  for (const { at: path, role } of paths.text) {
    const one = at(root, path)
    one.role = role
    one.isText = true
  }
  for (const path of paths.speakers) at(root, path).speaks = true
  for (const path of paths.json) at(root, path).says = 'arguments'
  for (const { at: path, says } of paths.opaque) at(root, path).says = says
  for (const path of paths.uninspectable) {
    const one = at(root, path)
    one.says = 'media'
    one.isMedia = true
  }
  for (const path of paths.echoes) at(root, path).isEcho = true
  if (checked !== undefined) at(root, checked).says = 'checked'
  return shapeAt(root, false)
}

function node(): Node {
  return {
    below: new Map(),
    says: 'text',
    role: undefined,
    isText: false,
    speaks: false,
    isMedia: false,
    isEcho: false,
  }
}

function at(root: Node, path: PathPattern): Node {
  let here = root
  for (const name of path) {
    let next = here.below.get(name)
    if (next === undefined) {
      next = node()
      here.below.set(name, next)
    }
    here = next
  }
  return here
}

function shapeAt({ below, role, isText, speaks, isMedia }: Node, isWithin: boolean): Shape {
  const open = isText || speaks || isWithin
  const any = below.get(ANY)
  const rest = any === undefined ? undefined : fieldAt(any, open)
  const members = new Map<string, Field>()
  for (const [name, one] of below) if (name !== ANY) members.set(name, fieldAt(one, open))
  return { ...shape({}, { rest, role, open, speaks, uninspectable: isMedia }), members }
}

function fieldAt(one: Node, isWithin: boolean): Field {
  return { ...field(one.says, shapeAt(one, isWithin), one.isEcho ? 'null' : undefined), role: one.role }
}
