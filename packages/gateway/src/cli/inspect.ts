import { createInterface } from 'node:readline'
import { allBodyDetectors, allDetectors, bodyDetectorsOf, detectorsOf } from '../compose/detectors.js'
import { createInspect, type InspectParts } from '../inspect/inspect.js'
import { ALL_WANTED, type Finding, isBelowThreshold, type Role, type TextPart } from '../spec/index.js'
import { configToOperate } from './operate.js'
import { EXIT } from './output.js'

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool', 'tool-definition', 'unknown'])

/** A file of another format is bad in every line: nobody wants to read all of them. */
const BAD_LINES_MAX = 20

/** All of the gateway's own; with a configuration, those that it leaves on and those for its terms. */
export function inspectBy(config: string | undefined): InspectParts {
  if (config !== undefined) {
    const held = configToOperate(config, ['inspection'])
    return createInspect(detectorsOf(held), bodyDetectorsOf(held))
  }
  return createInspect(
    allDetectors().map((detector) => ({ detector, whenIll: 'closed' })),
    allBodyDetectors().map((detector) => ({ detector, whenIll: 'closed' })),
  )
}

/**
 * Runs the detectors alone: `{id,text,role?,system?}` a line in, `{id,findings}` a line out. `system` is the system message that the
 * text stands under: it is shown to those who judge by it, and what is found in it is not told. A finding that is too weak for the
 * default threshold has `action: "none"`. A bad line is told and left out, and then the command fails; after a number of them it
 * reads no further.
 */
export async function inspectLines(
  inspect: InspectParts,
  input: NodeJS.ReadableStream,
  write: (line: string) => void,
  warn: (line: string) => void,
): Promise<number> {
  let number = 0
  let bad = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    const answer = answerTo(line, inspect)
    if (answer.kind === 'good') {
      write(answer.text)
      continue
    }
    warn(`line ${number}: ${answer.why}`)
    bad += 1
    if (bad < BAD_LINES_MAX) continue
    warn(`${bad} bad lines: what follows line ${number} was not read`)
    break
  }
  return bad === 0 ? EXIT.done : EXIT.failed
}

type Answer = { readonly kind: 'good'; readonly text: string } | { readonly kind: 'bad'; readonly why: string }

/** Nothing of a bad line is in what is said of it. */
function answerTo(line: string, inspect: InspectParts): Answer {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch {
    return { kind: 'bad', why: 'not JSON' }
  }
  if (typeof row !== 'object' || row === null || !('text' in row) || typeof row.text !== 'string') {
    return { kind: 'bad', why: 'needs {"id", "text"}' }
  }
  const role = 'role' in row && typeof row.role === 'string' && ROLES.has(row.role) ? (row.role as Role) : 'user'
  const system = 'system' in row && typeof row.system === 'string' ? [partOf('system', row.system)] : []
  const learnt = inspect([...system, partOf(role, row.text)], ALL_WANTED)
  const [failed] = learnt.kind === 'failed' ? learnt.failed : []
  if (failed !== undefined) return { kind: 'bad', why: `detector ${failed.detector} failed (${failed.why})` }
  const found = learnt.parts.find(({ index }) => index === system.length)?.findings ?? []
  return { kind: 'good', text: JSON.stringify({ id: 'id' in row ? row.id : null, findings: found.map(told) }) }
}

function told(finding: Finding): object {
  const { end, score, start, type } = finding
  return isBelowThreshold(finding) ? { type, start, end, score, action: 'none' } : { type, start, end, score }
}

function partOf(role: Role, text: string): TextPart {
  return { role, address: '', text, isName: false, isJson: false }
}
