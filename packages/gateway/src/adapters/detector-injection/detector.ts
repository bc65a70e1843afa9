import {
  type BodyDetector,
  type Finding,
  type FindingType,
  INJECTION_TYPES,
  type Role,
  type TextPart,
} from '../../spec/index.js'
import { Documents } from './documents.js'
import { Features } from './features.js'
import { readModel, type Thresholds } from './model.js'
import { Reading } from './reading.js'
import { Users } from './users.js'

const NONE: readonly Finding[] = []
/** What a caller has others say, or what a dialect does not know: nobody vouches for it. */
const SAID: ReadonlySet<Role> = new Set(['user', 'unknown'])

/**
 * Finds attempts to take a model over: in what users say (a whole text has one grade), and in what tools gave back (each instruction
 * that was planted there, at its place).
 *
 * It judges by wording, in any of the ways that `views/` can undo. It does not see: what is asked politely and without the words of
 * an attack; attacks that are spread over several messages; pictures; languages of which it knows no words; harmful requests that
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

  function inspect({ role, text }: TextPart, isAnswer: boolean): readonly Finding[] {
    if (text.trim() === '') return NONE
    if (role === 'tool') {
      return documents
        .find(text)
        .map(({ end, score, start }) => ({ start, end, score, type: gradeOf(score, model.documents) }))
    }
    if (!SAID.has(role) && !isAnswer) return NONE
    const score = users.score(text)
    if (score < model.users.low) return NONE
    return [{ start: 0, end: text.length, score, type: gradeOf(score, model.users) }]
  }

  return {
    name: 'injection',
    types: INJECTION_TYPES,
    inspect(parts) {
      const isAnswer = parts.every(({ role }) => !SAID.has(role) && role !== 'tool')
      return parts.map((part) => inspect(part, isAnswer && part.role !== 'system' && part.role !== 'tool-definition'))
    },
  }
}

function gradeOf(score: number, { high, medium }: Thresholds): FindingType {
  if (score >= high) return 'injection.high'
  return score >= medium ? 'injection.medium' : 'injection.low'
}
