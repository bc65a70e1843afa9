import { text as textOf } from 'node:stream/consumers'
import { newKeyOf, revokedOf, rotationOf } from '../api-keys/request.js'
import { parseDurationMs } from '../config/units.js'
import type { OperationInput, OperationResult, Step } from '../spec/index.js'
import { jktOfFile } from './key-file.js'
import { configToOperate, operate } from './operate.js'
import { CommandError, EXIT, type Output } from './output.js'
import { table } from './table.js'

export interface CreateFlags {
  readonly owner: string
  readonly scope: string
  readonly model?: readonly string[]
  readonly dataset?: readonly string[]
  readonly network?: readonly string[]
  readonly group?: readonly string[]
  readonly expires?: string
  readonly dpopJkt?: string
  readonly dpop?: string
  readonly direct?: boolean
  readonly budget?: string
}

export interface RotateFlags {
  readonly overlap?: string
  readonly expires?: string
}

/** How the members of an operation's input are spelt on a command line. */
const FLAGS = {
  owner: '--owner',
  scopes: '--scope',
  models: '--model',
  datasets: '--dataset',
  networks: '--network',
  groups: '--group',
  expiresInSeconds: '--expires',
  overlapSeconds: '--overlap',
  jkt: '--dpop-jkt',
  direct: '--direct',
  budget: '--budget',
} as const

export async function createKey(file: string, flags: CreateFlags, output: Output): Promise<number> {
  if (flags.dpop !== undefined && flags.dpopJkt !== undefined) throw wrongUse('name one of --dpop and --dpop-jkt')
  const input = given({
    owner: flags.owner,
    scopes: flags.scope,
    models: flags.model,
    datasets: flags.dataset,
    networks: flags.network,
    groups: flags.group,
    expiresInSeconds: secondsIn(flags.expires, '--expires'),
    jkt: flags.dpop === undefined ? flags.dpopJkt : jktOfFile(flags.dpop),
    direct: flags.direct,
    budget: budgetIn(flags.budget),
  })
  checked(newKeyOf(input))
  const made = await operate(configToOperate(file), 'POST /keys', input)
  show(made, output)
  const { warnings } = made
  for (const warning of Array.isArray(warnings) ? warnings : []) output.warn(`warning: ${String(warning)}`)
  return EXIT.done
}

export async function listKeys(file: string, output: Output): Promise<number> {
  const done = await operate(configToOperate(file), 'GET /keys', {})
  const keys = (Array.isArray(done['keys']) ? done['keys'] : []) as readonly OperationResult[]
  output.data({ ok: true, ...done })
  if (keys.length === 0) output.say('there are no keys')
  else output.say(table(HEAD, keys.map(rowOf)))
  return EXIT.done
}

export async function rotateKey(
  file: string,
  id: string,
  { overlap, expires }: RotateFlags,
  output: Output,
): Promise<number> {
  const input = given({
    id,
    overlapSeconds: secondsIn(overlap, '--overlap'),
    expiresInSeconds: secondsIn(expires, '--expires'),
  })
  checked(rotationOf(input))
  const made = await operate(configToOperate(file), 'POST /keys/rotate', input)
  show(made, output)
  const { replaced } = made as { replaced?: { expiresAt?: unknown } }
  output.say(`${id} is good until ${String(replaced?.expiresAt)}, no longer`)
  return EXIT.done
}

export async function revokeKey(file: string, id: string, output: Output): Promise<number> {
  const input = id === FROM_STDIN ? { key: (await textOf(process.stdin)).trim() } : { id }
  checked(revokedOf(input))
  const done = await operate(configToOperate(file), 'POST /keys/revoke', input)
  output.say(`revoked: ${String(done['id'])}`)
  output.data({ ok: true, ...done })
  return EXIT.done
}

/** A key on a command line is seen by everybody on the machine, and stays in the shell's history. */
const FROM_STDIN = '-'

/** The one time that a key is seen. */
function show(made: OperationResult, output: Output): void {
  output.data({ ok: true, ...made })
  output.say(`${String(made['id'])} of ${String(made['owner'])}, until ${String(made['expiresAt'])}`)
  output.say(`  scopes    ${texts(made['scopes'])}`)
  for (const name of ['models', 'datasets', 'networks', 'groups'] as const) {
    if (texts(made[name]) !== '') output.say(`  ${name.padEnd(10)}${texts(made[name])}`)
  }
  if (made['budget'] !== null) output.say(`  budget    ${budgetText(made['budget'])}`)
  if (made['jkt'] !== null) output.say(`  bound to  the DPoP key ${String(made['jkt'])}`)
  output.say(`  taken     ${made['dataPlane'] === true ? 'on the data plane, and ' : ''}at /oauth/token`)
  output.say(`\n${String(made['key'])}\n`)
  output.say(
    'This is the only time that the key is shown: nobody can look it up again. Keep it where you keep secrets.',
  )
}

const HEAD = ['ID', 'OWNER', 'STATE', 'EXPIRES', 'LAST USED', 'BUDGET LEFT', 'SCOPES', 'MODELS', 'NETWORKS'] as const

function rowOf(key: OperationResult): readonly string[] {
  const { id, owner, state, expiresAt, lastUsedAt, budget, scopes, models, networks, direct, dataPlane, jkt } = key
  const taken = direct !== true ? '' : dataPlane === true ? 'direct' : 'direct (off)'
  const marks = [taken, jkt === null ? '' : 'bound'].filter((one) => one !== '')
  return [
    String(id),
    String(owner),
    [String(state), ...marks].join(', '),
    minute(expiresAt),
    lastUsedAt === null ? 'never' : minute(lastUsedAt),
    budget === null ? '' : budgetText(budget),
    texts(scopes),
    texts(models) || 'any',
    texts(networks) || 'any',
  ]
}

function minute(iso: unknown): string {
  return `${String(iso).slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ')}Z`
}

function budgetText(budget: unknown): string {
  const { remaining, tokens, per } = budget as { remaining?: unknown; tokens?: unknown; per?: unknown }
  return `${String(remaining)} of ${String(tokens)}${per === 'total' ? '' : ` a ${String(per)}`}`
}

function texts(value: unknown): string {
  return Array.isArray(value) ? value.join(' ') : ''
}

/** What was not said is left out, so that the operation's own defaults count. */
function given(members: OperationInput): OperationInput {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** Looked at before anybody is asked: what is written wrongly is wrong use, what is refused is not. */
function checked(step: Step<unknown>): void {
  if (step.kind === 'proceed') return
  const named = Object.entries(FLAGS).reduce((text, [name, flag]) => text.replaceAll(`\`${name}\``, flag), step.message)
  throw wrongUse(named)
}

function wrongUse(message: string): CommandError {
  return new CommandError(message, EXIT.usage)
}

function secondsIn(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDurationMs(text)
  if (ms === undefined || ms % 1000 !== 0) throw wrongUse(`${flag} is a time with its unit, such as 90d, 24h or 0s`)
  return ms / 1000
}

function budgetIn(text: string | undefined): OperationInput | undefined {
  if (text === undefined) return undefined
  const [, tokens, per] = /^(\d{1,15})\/(day|month|total)$/.exec(text) ?? []
  if (tokens === undefined) throw wrongUse('--budget is TOKENS/day, TOKENS/month or TOKENS/total, such as 1000000/day')
  return { tokens: Number(tokens), per }
}
