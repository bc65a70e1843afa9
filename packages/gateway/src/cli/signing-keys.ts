import { configToOperate, operate } from './operate.js'
import { EXIT, type Output } from './output.js'

export interface RotateSigningFlags {
  readonly compromised?: boolean
}

/** Makes the next of the keys that sign our own tokens. */
export async function rotateSigningKey(
  file: string,
  { compromised = false }: RotateSigningFlags,
  output: Output,
): Promise<number> {
  const done = await operate(configToOperate(file), 'POST /signing-keys/rotate', { compromised })
  const made = `made: ${String(done['kid'])} (${String(done['algorithm'])})`
  if (compromised) output.say(`${made} signs from now on, all others are taken out: every token they signed has ended`)
  else output.say(`${made} signs from ${String(done['signsFrom'])} on; until then it is only published`)
  output.data({ ok: true, ...done })
  return EXIT.done
}
