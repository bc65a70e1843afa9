import type { JsonLimits, JsonObject } from '../../../json/located.js'
import { wrong } from '../../../lens/lens.js'
import { pageIn, rootOf, writePage } from '../../../lens/page.js'
import { isObject } from '../../../lens/path.js'
import type { Endpoint, RequestView } from '../../../spec/dialect.js'
import { proceed, type Refusal, refuse, type Step } from '../../../spec/refusal.js'
import type {
  JobAsked,
  KeptKind,
  KeptSaid,
  TransferAct,
  TransferPurpose,
  TransferRoute,
  Transfers,
} from '../../../spec/transfer.js'
import { batchLine, resultLine } from './batch-line.js'
import { documentView } from './document.js'
import { lensOf } from './formats.js'
import { trainingLens, trainingLine } from './training-line.js'

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/
const LIMIT = /^[1-9]\d{0,4}$/
const NO_QUERY: ReadonlyMap<string, RegExp> = new Map()
const PAGING: ReadonlyMap<string, RegExp> = new Map([
  ['after', ID],
  ['limit', LIMIT],
])
const FILES_PAGING: ReadonlyMap<string, RegExp> = new Map([
  ...PAGING,
  ['order', /^(?:asc|desc)$/],
  ['purpose', /^[a-z_-]{1,32}$/],
])
/** Files that requests will name. */
const DOCUMENTS = ['user_data', 'assistants', 'vision', 'evals']
/** How long the provider keeps a file. */
const EXPIRES: ReadonlyMap<string, RegExp> = new Map([
  ['expires_after[anchor]', /^created_at$/],
  ['expires_after[seconds]', /^\d{1,9}$/],
])

/**
 * Files, batches and fine-tuning jobs.
 *
 * @param endpoints that lines of a batch may ask for
 */
export function openAiTransfers(endpoints: readonly Endpoint[], limits: JsonLimits): Transfers {
  const route = (
    kept: KeptKind,
    act: TransferAct,
    [method = '', path = '']: readonly string[],
    query: ReadonlyMap<string, RegExp> = NO_QUERY,
  ): TransferRoute => ({
    ...{ method, kept, act, query },
    path: `/v1${path}`,
    upstreamPath: path,
    lens: lensOf(kept, act === 'list' || act === 'below', limits),
  })
  const training = trainingLens(limits)
  return {
    routes: [
      route('file', 'upload', ['POST', '/files']),
      route('file', 'list', ['GET', '/files'], FILES_PAGING),
      route('file', 'read', ['GET', '/files/{id}']),
      route('file', 'content', ['GET', '/files/{id}/content']),
      route('file', 'delete', ['DELETE', '/files/{id}']),
      route('batch', 'create', ['POST', '/batches']),
      route('batch', 'list', ['GET', '/batches'], PAGING),
      route('batch', 'read', ['GET', '/batches/{id}']),
      route('batch', 'cancel', ['POST', '/batches/{id}/cancel']),
      route('fine-tuning-job', 'create', ['POST', '/fine_tuning/jobs']),
      route('fine-tuning-job', 'list', ['GET', '/fine_tuning/jobs'], PAGING),
      route('fine-tuning-job', 'read', ['GET', '/fine_tuning/jobs/{id}']),
      route('fine-tuning-job', 'cancel', ['POST', '/fine_tuning/jobs/{id}/cancel']),
      route('fine-tuning-job', 'below', ['GET', '/fine_tuning/jobs/{id}/events'], PAGING),
      route('fine-tuning-job', 'below', ['GET', '/fine_tuning/jobs/{id}/checkpoints'], PAGING),
    ],
    id: ID,
    purposes: new Map<string, TransferPurpose>([
      [
        'batch',
        {
          fields: EXPIRES,
          filename: 'batch.jsonl',
          kind: 'asks',
          line: (bytes) => batchLine(bytes, endpoints, limits),
        },
      ],
      [
        'fine-tune',
        {
          fields: EXPIRES,
          filename: 'fine-tune.jsonl',
          kind: 'teaches',
          line: (bytes) => trainingLine(bytes, training),
        },
      ],
      ...DOCUMENTS.map((name): [string, TransferPurpose] => [
        name,
        { fields: EXPIRES, filename: 'file', kind: 'whole', whole: (text) => documentView(text, limits) },
      ]),
    ]),
    readJob: (kind, body) => readJob(kind, body, limits),
    after: 'after',
    keptIn: (answer) => saidOf(rootOf(answer)),
    pageIn: (answer) => pageIn(answer, saidOf),
    writePage: (items, hasMore) => writePage(items, hasMore, '"object":"list",'),
    placed: (answer) => answer,
    readResult: (line, path) =>
      resultLine(
        line,
        endpoints.find((one) => one.path === path),
      ),
  }
}

function readJob(kind: KeptKind, body: Buffer, limits: JsonLimits): Step<JobAsked> {
  const read = lensOf(kind, false, limits).read(body, { model: undefined, query: '' })
  if (read.kind === 'refuse') return read
  const root = rootOf(body) ?? {}
  return kind === 'batch' ? batchAsked(read.value, root) : tuningAsked(read.value, root)
}

/** Azure's: what is read, or written, where the caller says, and nobody judges it there. */
const ELSEWHERE = ['input_blob', 'output_folder'] as const

function batchAsked(view: RequestView, root: JsonObject): Step<JobAsked> {
  const { endpoint, input_file_id: input } = root
  const elsewhere = ELSEWHERE.find((name) => (root[name] ?? null) !== null)
  if (elsewhere !== undefined) return unasked(elsewhere)
  if (typeof input !== 'string') return wrong('input_file_id', 'a string')
  if (typeof endpoint !== 'string') return wrong('endpoint', 'a string')
  return proceed({ view, files: [{ id: input, purpose: 'batch' }], model: undefined, endpoint })
}

function tuningAsked(view: RequestView, root: JsonObject): Step<JobAsked> {
  const { integrations = null, method, model, training_file: training, validation_file: validation = null } = root
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  if (typeof training !== 'string') return wrong('training_file', 'a string')
  if (validation !== null && typeof validation !== 'string') return wrong('validation_file', 'a string')
  // Either has what was judged for one model go to somebody else as well.
  if (integrations !== null && !(Array.isArray(integrations) && integrations.length === 0))
    return unasked('integrations')
  if (isObject(method) && method['type'] === 'reinforcement') return unasked('method')
  const ids = validation === null ? [training] : [training, validation]
  const files = ids.map((id) => ({ id, purpose: 'fine-tune' }))
  return proceed({ view, files, model, endpoint: undefined })
}

function unasked(param: string): Refusal {
  const message = `\`${param}\` hands the data on to others, which this gateway does not govern.`
  return refuse('invalid_request', `data handed on by ${param}`, { message, param })
}

function saidOf(root: JsonObject | undefined): KeptSaid | undefined {
  if (root === undefined || typeof root['id'] !== 'string' || !ID.test(root['id'])) return undefined
  const results = Array.isArray(root['result_files']) ? root['result_files'] : []
  const made = [root['output_file_id'], root['error_file_id'], ...results]
  return { id: root['id'], made: made.filter((id) => typeof id === 'string' && id !== '').map(String) }
}
