import { configToOperate, operate } from './operate.js'
import { CommandError, EXIT, type Output } from './output.js'

export interface IdentityFlags {
  readonly issuer: string
  readonly sub: string
}

export interface DeclassifyFlags extends IdentityFlags {
  readonly labels: string
  readonly reason: string
}

/** The labels of an identity at this moment. */
export async function showLabels(file: string, { issuer, sub }: IdentityFlags, output: Output): Promise<number> {
  const { labels } = await operate(configToOperate(file), 'POST /labels/show', { issuer, sub })
  output.say(Array.isArray(labels) && labels.length > 0 ? labels.join(' ') : 'no labels')
  output.data({ ok: true, labels })
  return EXIT.done
}

/** Takes labels from an identity before they age out, at once and everywhere. */
export async function declassify(file: string, flags: DeclassifyFlags, output: Output): Promise<number> {
  const { issuer, reason, sub } = flags
  const labels = flags.labels.split(',').map((one) => one.trim())
  if (labels.includes('')) throw new CommandError('--labels is one label, or several with commas between', EXIT.usage)
  const done = await operate(configToOperate(file), 'POST /labels/declassify', { issuer, sub, labels, reason })
  const { declassified } = done
  const lowered = Array.isArray(declassified) ? declassified : []
  output.say(lowered.length === 0 ? `${sub} had none of these labels` : `declassified: ${lowered.join(' ')} of ${sub}`)
  output.data({ ok: true, ...done })
  return EXIT.done
}
