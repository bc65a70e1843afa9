import { lstatSync } from 'node:fs'
import { request } from 'node:http'
import type { OperationInput, OperationResult } from '../spec/index.js'
import { codeOf } from './ailment.js'
import { CommandError } from './output.js'

export type ControlState =
  | { readonly kind: 'running'; readonly status: Readonly<Record<string, unknown>> }
  | { readonly kind: 'absent' }
  /** A socket that nobody listens at any more. */
  | { readonly kind: 'stale' }
  /** Somebody listens, and says nothing that a gateway says. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'denied' }
  /** What lies there is no socket. */
  | { readonly kind: 'other' }

const ANSWER_MS = 2000

/** What is at a control socket's path. */
export async function lookAtControl(socketPath: string): Promise<ControlState> {
  try {
    if (!lstatSync(socketPath).isSocket()) return { kind: 'other' }
  } catch (error) {
    return withoutAnswer(codeOf(error))
  }
  const answer = await ask(socketPath)
  return typeof answer === 'string' ? withoutAnswer(answer) : { kind: 'running', status: answer }
}

function withoutAnswer(code: string): ControlState {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'absent' }
    case 'ECONNREFUSED':
      return { kind: 'stale' }
    case 'EACCES':
    case 'EPERM':
      return { kind: 'denied' }
    default:
      return { kind: 'silent' }
  }
}

/** What the running gateway says of itself, or undefined where none answers. */
export async function askRunning(socketPath: string): Promise<unknown> {
  const state = await lookAtControl(socketPath)
  return state.kind === 'running' ? state.status : undefined
}

/** The gateway's status; else the code of the error, empty where there was an answer that is no status. */
function ask(socketPath: string): Promise<Readonly<Record<string, unknown>> | string> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/status', timeout: ANSWER_MS }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve(statusOf(Buffer.concat(chunks).toString('utf8')) ?? ''))
    })
    asking.on('timeout', () => asking.destroy())
    asking.on('error', (error) => resolve(codeOf(error)))
    asking.end()
  })
}

function statusOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null ? { ...read } : undefined
  } catch {
    return undefined
  }
}

const OPERATION_MS = 30_000

/** Has the running gateway do something. Throws with its own words where it refuses. */
export function callControl(
  socketPath: string,
  name: string,
  input: OperationInput,
  timeoutMs: number = OPERATION_MS,
): Promise<OperationResult> {
  const [method = '', path = ''] = name.split(' ')
  const body = method === 'GET' ? '' : JSON.stringify(input)
  const headers = body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, method, headers, timeout: timeoutMs }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const said = statusOf(Buffer.concat(chunks).toString('utf8'))
        if (answer.statusCode === 200 && said !== undefined) resolve(said)
        else reject(new CommandError(typeof said?.['title'] === 'string' ? said['title'] : 'the gateway did not do it'))
      })
    })
    asking.on('timeout', () => asking.destroy(new CommandError(`the gateway did not answer in ${timeoutMs / 1000} s`)))
    asking.on('error', reject)
    asking.end(body)
  })
}
