import { errorBody } from './chat-wire.js'
import { parseObject } from './json.js'

export interface KeptAnswer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

export interface DemoFile {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly content: Buffer
  readonly createdAt: number
}

interface DemoJob {
  readonly id: string
  readonly kind: 'batch' | 'fine-tuning-job'
  readonly asked: Readonly<Record<string, unknown>>
  readonly createdAt: number
  status: string
  readonly made: string[]
}

/** Files and jobs of an account that many share: it tells nobody's from another's, as providers do. */
export class DemoFiles {
  readonly kept: Map<string, DemoFile> = new Map()
  /** Says something else than it should; undefined: it does not. */
  lie: ((answer: KeptAnswer) => KeptAnswer) | undefined
  readonly #jobs = new Map<string, DemoJob>()
  readonly #answer: (body: unknown) => string | undefined
  #count = 0

  /** @param answer the answer's body to a request's */
  constructor(answer: (body: unknown) => string | undefined) {
    this.#answer = answer
  }

  /** Keeps a file, as if somebody else of the account had uploaded it. */
  keep(purpose: string, filename: string, content: Buffer): DemoFile {
    const file = { id: this.#id('file'), filename, purpose, content, createdAt: seconds() }
    this.kept.set(file.id, file)
    return file
  }

  /** Undefined: it is about something else. */
  serve(method: string, url: string, type: string | undefined, body: Buffer): KeptAnswer | undefined {
    const answer = this.#served(method, url, type, body)
    return answer === undefined ? undefined : (this.lie?.(answer) ?? answer)
  }

  #served(method: string, url: string, type: string | undefined, body: Buffer): KeptAnswer | undefined {
    const { pathname, searchParams } = new URL(url, 'http://demo')
    const [, , what = '', ...rest] = pathname.split('/')
    if (what === 'files') return this.#files(method, rest, searchParams, type, body)
    if (what === 'batches') return this.#ofJobs('batch', method, rest, searchParams, body)
    if (what === 'fine_tuning' && rest[0] === 'jobs') {
      return this.#ofJobs('fine-tuning-job', method, rest.slice(1), searchParams, body)
    }
    return undefined
  }

  #files(
    method: string,
    [id, below]: readonly string[],
    query: URLSearchParams,
    type: string | undefined,
    body: Buffer,
  ): KeptAnswer {
    if (id === undefined && method === 'POST') {
      const form = readForm(type, body)
      const purpose = form.get('purpose')?.content.toString('utf8')
      const file = form.get('file')
      if (purpose === undefined || file === undefined) return failed(400, 'A file and a purpose are needed.')
      return json(fileObject(this.keep(purpose, file.filename ?? '', file.content)))
    }
    if (id === undefined) return json(pageOf([...this.kept.values()].map(fileObject).reverse(), query))
    const file = this.kept.get(id)
    if (file === undefined) return failed(404, `No such File object: ${id}`)
    if (method === 'DELETE') {
      this.kept.delete(id)
      return json({ id, object: 'file', deleted: true })
    }
    if (below === 'content') return { status: 200, type: 'application/octet-stream', body: file.content }
    return json(fileObject(file))
  }

  #ofJobs(
    kind: DemoJob['kind'],
    method: string,
    [id, below]: readonly string[],
    query: URLSearchParams,
    body: Buffer,
  ): KeptAnswer {
    if (id === undefined && method === 'POST') {
      const asked = parseObject(body.toString('utf8'))
      const input = asked?.['input_file_id'] ?? asked?.['training_file']
      if (asked === undefined || typeof input !== 'string' || !this.kept.has(input))
        return failed(400, `Invalid file ${String(input)}.`)
      const job: DemoJob = {
        ...{ kind, asked, createdAt: seconds(), status: 'validating', made: [] },
        id: this.#id(kind === 'batch' ? 'batch' : 'ftjob'),
      }
      this.#jobs.set(job.id, job)
      return json(jobObject(job))
    }
    const all = [...this.#jobs.values()].filter((one) => one.kind === kind)
    if (id === undefined) return json(pageOf(all.map(jobObject).reverse(), query))
    const job = all.find((one) => one.id === id)
    if (job === undefined) return failed(404, `No such job: ${id}`)
    if (below === 'cancel') job.status = 'cancelled'
    else if (below === 'events' || below === 'checkpoints') return json(pageOf([eventObject(job)], query))
    else if (job.status === 'validating') this.#work(job)
    return json(jobObject(job))
  }

  /** Does all of it at once: a demo has no day to wait. */
  #work(job: DemoJob): void {
    job.status = job.kind === 'batch' ? 'completed' : 'succeeded'
    const input = this.kept.get(String(job.asked['input_file_id'] ?? job.asked['training_file']))
    const lines = (input?.content.toString('utf8') ?? '').split('\n').filter((line) => line.trim() !== '')
    const out = job.kind === 'batch' ? lines.map((line, at) => this.#answered(line, at)) : ['step,train_loss', '1,0.5']
    const name = job.kind === 'batch' ? 'output.jsonl' : 'step_metrics.csv'
    job.made.push(this.keep(`${job.kind}-output`, name, Buffer.from(`${out.join('\n')}\n`)).id)
  }

  #answered(line: string, at: number): string {
    const asked = parseObject(line)
    const answer = this.#answer(asked?.['body'])
    const body = answer === undefined ? { error: { message: 'not understood' } } : parseObject(answer)
    return JSON.stringify({
      id: `batch_req_${at}`,
      custom_id: asked?.['custom_id'],
      response: { status_code: answer === undefined ? 400 : 200, request_id: `req_${at}`, body },
      error: null,
    })
  }

  #id(prefix: string): string {
    this.#count += 1
    return `${prefix}-demo${String(this.#count).padStart(6, '0')}`
  }
}

function fileObject({ content, createdAt, filename, id, purpose }: DemoFile): { readonly id: string } {
  const known = { bytes: content.length, created_at: createdAt, filename, purpose, status: 'processed' }
  return { id, ...{ object: 'file', ...known } }
}

function jobObject({ asked, createdAt, id, kind, made, status }: DemoJob): { readonly id: string } {
  if (kind === 'batch') {
    const { endpoint, input_file_id, metadata = null } = asked
    const known = { object: 'batch', endpoint, errors: null, input_file_id, completion_window: '24h', status }
    return {
      id,
      ...known,
      ...{ output_file_id: made[0] ?? null, error_file_id: null, created_at: createdAt, metadata },
    }
  }
  const { model, suffix, training_file } = asked
  const tuned = status === 'succeeded' ? `ft:${String(model)}:demo:${String(suffix ?? '')}:1` : null
  const known = { object: 'fine_tuning.job', created_at: createdAt, fine_tuned_model: tuned, model, status }
  return { id, ...known, ...{ training_file, validation_file: null, result_files: made, error: null } }
}

function eventObject({ createdAt, id }: DemoJob): { readonly id: string } {
  const known = { object: 'fine_tuning.job.event', created_at: createdAt, level: 'info', message: 'Step 1 is done.' }
  return { id: `ftevent-${id}`, ...known }
}

function pageOf(items: readonly { readonly id: string }[], query: URLSearchParams): object {
  const after = query.get('after')
  const from = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1
  const data = items.slice(from, from + Number(query.get('limit') ?? 20))
  const hasMore = from + data.length < items.length
  return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: hasMore }
}

function json(value: object): KeptAnswer {
  return { status: 200, type: 'application/json', body: Buffer.from(JSON.stringify(value)) }
}

function failed(status: number, message: string): KeptAnswer {
  const body = Buffer.from(errorBody(message, 'invalid_request_error', null))
  return { status, type: 'application/json', body }
}

interface FormPart {
  readonly filename: string | undefined
  readonly content: Buffer
}

/** Lenient: what a form means here is for who sends it to make sure of. */
function readForm(type: string | undefined, body: Buffer): ReadonlyMap<string, FormPart> {
  const [, boundary = ''] = /boundary="?([^";]+)/.exec(type ?? '') ?? []
  const parts = new Map<string, FormPart>()
  const delimiter = `--${boundary}`
  for (let at = body.indexOf(delimiter); at >= 0; ) {
    const head = at + delimiter.length + 2
    const headEnd = body.indexOf('\r\n\r\n', head)
    const next = body.indexOf(`\r\n${delimiter}`, head)
    if (headEnd < 0 || next < 0) break
    const headers = body.toString('utf8', head, headEnd)
    const [, name = ''] = /name="([^"]*)"/.exec(headers) ?? []
    const [, filename] = /filename="([^"]*)"/.exec(headers) ?? []
    parts.set(name, { filename, content: Buffer.from(body.subarray(headEnd + 4, next)) })
    at = next + 2
  }
  return parts
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
