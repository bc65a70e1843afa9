import { jsonRefusal } from '../../lens/refusal.js'
import type { DeclaredRefusal } from '../../spec/declared-dialect.js'
import type { WireAnswer } from '../../spec/dialect.js'
import { errorType, type Refusal } from '../../spec/refusal.js'

/** A refusal in the words of the declaration: JSON text. */
export function refusalBody(declared: DeclaredRefusal, refusal: Refusal): string {
  return JSON.stringify(filled(declared, wordsOf(refusal)))
}

export function wireRefusal(declared: DeclaredRefusal, refusal: Refusal, requestId: string): WireAnswer {
  return jsonRefusal(refusal, refusalBody(declared, refusal), { 'x-request-id': requestId })
}

type Words = Readonly<Record<string, string | number | null>>

function wordsOf({ code, message, param, status }: Refusal): Words {
  return { message, code, status, type: errorType(status), param: param ?? null }
}

const ALONE = /^\{(message|code|type|param|status)\}$/
const WITHIN = /\{(message|code|type|param|status)\}/g

/** A string that is one word alone becomes what that is: a number, or null where there is no parameter. */
function filled(declared: DeclaredRefusal, words: Words): unknown {
  if (typeof declared === 'string') {
    const [, alone] = ALONE.exec(declared) ?? []
    if (alone !== undefined) return words[alone]
    return declared.replace(WITHIN, (_whole, name: string) => String(words[name] ?? ''))
  }
  if (typeof declared !== 'object' || declared === null) return declared
  if (Array.isArray(declared)) return declared.map((one: DeclaredRefusal) => filled(one, words))
  return Object.fromEntries(Object.entries(declared).map(([name, one]) => [name, filled(one, words)]))
}
