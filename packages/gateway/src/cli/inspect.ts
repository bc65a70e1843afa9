import { createInterface } from 'node:readline'
import { allDetectors } from '../compose.js'
import { createInspect } from '../inspect/inspect.js'
import type { Role } from '../spec/index.js'
import { CommandError, EXIT } from './output.js'

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool', 'tool-definition', 'unknown'])

/** Runs the detectors alone: `{id,text,role?}` a line in, `{id,findings}` a line out. */
export async function inspectLines(input: NodeJS.ReadableStream, write: (line: string) => void): Promise<number> {
  const inspect = createInspect(allDetectors())
  let number = 0
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (line.trim() === '') continue
    const row = rowOf(line, number)
    const part = { role: row.role, address: '', text: row.text, isName: false }
    const learnt = inspect([part])
    if (learnt.kind === 'failed')
      throw new CommandError(`line ${number}: detector ${learnt.detector} failed (${learnt.why})`)
    const findings = (learnt.parts[0]?.findings ?? []).map(({ type, start, end, score }) => ({
      type,
      start,
      end,
      score,
    }))
    write(JSON.stringify({ id: row.id, findings }))
  }
  return EXIT.done
}

function rowOf(line: string, number: number): { readonly id: unknown; readonly text: string; readonly role: Role } {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch {
    throw new CommandError(`line ${number}: not JSON`)
  }
  if (typeof row !== 'object' || row === null || !('text' in row) || typeof row.text !== 'string') {
    throw new CommandError(`line ${number}: needs {"id", "text"}`)
  }
  const role = 'role' in row && typeof row.role === 'string' && ROLES.has(row.role) ? (row.role as Role) : 'user'
  return { id: 'id' in row ? row.id : null, text: row.text, role }
}
