import { type BodyDetector, type Finding, INJECTION_TYPES, type Role, type TextPart } from '../../spec/index.js'
import { Documents } from './documents.js'
import { Features } from './features.js'
import { gradeOf, higherOf, isDoubted, readModel } from './model.js'
import { Reading } from './reading.js'
import { Under } from './under.js'
import { Users } from './users.js'

/** What was made of one part. */
interface Looked {
  readonly found: readonly Finding[]
  readonly isUnsure: boolean
}

const CLEAR: Looked = { found: [], isUnsure: false }
const DOUBTED: Looked = { found: [], isUnsure: true }
/** What a caller has others say, or what a dialect does not know: nobody vouches for it. */
const SAID: ReadonlySet<Role> = new Set(['user', 'unknown'])
/** What operators say, and what tools say of themselves. */
const UNJUDGED: ReadonlySet<Role> = new Set(['system', 'tool-definition'])

/**
 * Finds attempts to take a model over: in what users say (a whole text has one grade), and in what tools gave back (each instruction
 * that was planted there, at its place).
 *
 * It judges by wording, in any of the ways that `views/` can undo; and, where there is a system message, by what that forbids, keeps
 * secret and is about. It does not see: what is asked politely and without the words of an attack, where no system message says
 * that it is wrong; attacks that are spread over several messages; pictures; languages of which it knows no words; harmful requests that
 * are no attempt to change what the model does.
 *
 * What a model said is judged where it stands alone, in an answer. System messages, and what tools say of themselves, are not.
 *
 * @param path of a weights file; default: the one that is shipped. It is read here, and a damaged one throws
 */
export function createInjectionDetector(path?: string): BodyDetector {
  const model = readModel(path)
  const reading = new Reading()
  const features = new Features()
  const users = new Users(model, reading, features)
  const documents = new Documents(model, reading, features)
  const under = new Under(model, reading)

  function planted(text: string): Looked {
    const { isUnsure, planted: found } = documents.find(text)
    return { found, isUnsure }
  }

  function said(text: string, isCharged: boolean): Looked {
    const against = isCharged ? under.score(text) : 0
    const score = users.score(text)
    const isUnsure = isDoubted(score, model.users) || isDoubted(against, model.under)
    const grades = [
      { score, type: gradeOf(score, model.users) },
      { score: against, type: gradeOf(against, model.under) },
    ].flatMap(({ score, type }) => (type === undefined ? [] : [{ score, type }]))
    const [first, second] = grades
    if (first === undefined) return isUnsure ? DOUBTED : CLEAR
    const worse = second === undefined ? first : higherOf(first, second)
    return { isUnsure, found: [{ start: 0, end: text.length, ...worse }] }
  }

  function look({ role, text }: TextPart, isAnswer: boolean, isCharged: boolean): Looked {
    if (text.trim() === '') return CLEAR
    if (role === 'tool') return planted(text)
    if (SAID.has(role)) return said(text, isCharged)
    return isAnswer && !UNJUDGED.has(role) ? said(text, false) : CLEAR
  }

  return {
    name: 'injection',
    types: INJECTION_TYPES,
    inspect(parts, isKnown) {
      const isAnswer = isOfAnswer(parts)
      const system = systemOf(parts)
      const isCharged = system.trim() !== ''
      if (isCharged && parts.some((_, index) => isKnown?.(index) !== true)) under.charge(system)
      const looked = parts.map((part, index) => (isKnown?.(index) === true ? CLEAR : look(part, isAnswer, isCharged)))
      reading.forget()
      return { findings: looked.map(({ found }) => found), unsure: looked.map(({ isUnsure }) => isUnsure) }
    },
    beside: (parts) => `${isOfAnswer(parts)} ${systemOf(parts)}`,
  }
}

function isOfAnswer(parts: readonly TextPart[]): boolean {
  return parts.every(({ role }) => !SAID.has(role) && role !== 'tool')
}

function systemOf(parts: readonly TextPart[]): string {
  return parts
    .filter(({ role }) => role === 'system')
    .map(({ text }) => text)
    .join('\n')
}
