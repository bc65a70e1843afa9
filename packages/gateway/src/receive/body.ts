import type { IncomingMessage, ServerResponse } from 'node:http'
import { proceed, refuse, type Step } from '../spec/index.js'

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
const DIGITS = /^\d{1,15}$/

export interface BodyLimits {
  readonly bodyBytes: number
  readonly requestBodyMs: number
}

/** Reads a JSON body within its limits. What the head already gives away is refused before a byte is read. */
export function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  limits: BodyLimits,
  expectsContinue: boolean,
): Promise<Step<Buffer>> {
  const refusal = refusedByHead(req, limits)
  if (refusal !== undefined) return Promise.resolve(refusal)
  if (expectsContinue) res.writeContinue()
  const declared = req.headers['content-length']
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let timer: NodeJS.Timeout | undefined
    const finish = (step: Step<Buffer>): void => {
      if (timer !== undefined) clearTimeout(timer)
      req.off('data', onData)
      req.off('end', onEnd)
      req.off('close', onClose)
      // What still comes is nobody's: paused here, and the connection ends with the answer.
      if (step.kind === 'refuse') req.pause()
      resolve(step)
    }
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > limits.bodyBytes) finish(tooLarge(limits))
      else chunks.push(chunk)
    }
    const onEnd = (): void => {
      const [first] = chunks
      finish(proceed(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes)))
    }
    const onClose = (): void => {
      if (!req.complete)
        finish(refuse('invalid_request', `the caller left after ${bytes} of ${declared ?? '?'} body bytes`))
    }
    req.on('data', onData)
    req.on('end', onEnd)
    req.on('close', onClose)
    timer = setTimeout(() => {
      finish(refuse('request_timeout', `body not whole after ${limits.requestBodyMs} ms, ${bytes} bytes came`))
    }, limits.requestBodyMs)
  })
}

function refusedByHead(req: IncomingMessage, limits: BodyLimits): Step<never> | undefined {
  const { headers } = req
  const type = headers['content-type']
  if (type === undefined || !JSON_TYPE.test(type))
    return refuse('unsupported_media_type', 'content-type is not application/json')
  const encoding = headers['content-encoding']
  // A compressed body is text that nobody inspected.
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('unsupported_media_type', 'content-encoding is not identity')
  }
  const length = headers['content-length']
  if (length === undefined) {
    return headers['transfer-encoding'] === undefined
      ? refuse('length_required', 'neither length nor chunks')
      : undefined
  }
  if (!DIGITS.test(length)) return refuse('invalid_request', 'content-length is no number')
  return Number(length) > limits.bodyBytes ? tooLarge(limits) : undefined
}

function tooLarge(limits: BodyLimits): Step<never> {
  return refuse('body_too_large', `more than ${limits.bodyBytes} bytes`)
}
