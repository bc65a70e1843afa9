import type { JsonLimits } from '../../../json/located.js'
import { ENUM, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { createLens, type Facts, LASTING } from '../../../lens/lens.js'
import { type Field, field, listOf, type Shape, shape } from '../../../lens/shape.js'
import type { Lens } from '../../../spec/dialect.js'
import type { KeptKind } from '../../../spec/transfer.js'

/** Whoever made it may have named things as they liked: names and values of it are texts. */
const METADATA: Field = TEXT
const FAULTS = field(
  'text',
  shape({
    object: ENUM,
    data: field('text', listOf(shape({ code: ENUM, message: TEXT, param: TEXT, line: PLAIN }))),
  }),
)
const FAULT = field('text', shape({ message: TEXT, type: ENUM, code: ENUM, param: TEXT }))

const FILE = shape({
  id: ID,
  object: ENUM,
  bytes: PLAIN,
  created_at: PLAIN,
  expires_at: PLAIN,
  filename: TEXT,
  purpose: ENUM,
  status: ENUM,
  status_details: TEXT,
  deleted: PLAIN,
  error: FAULT,
})

const BATCH = shape({
  id: ID,
  object: ENUM,
  endpoint: field('id'),
  model: ID,
  errors: FAULTS,
  error: FAULT,
  input_file_id: ID,
  completion_window: ID,
  status: ENUM,
  output_file_id: ID,
  error_file_id: ID,
  request_counts: field('text', shape({ total: PLAIN, completed: PLAIN, failed: PLAIN })),
  metadata: METADATA,
})

const METRICS = shape({}, { rest: PLAIN })
const JOB = shape({
  id: ID,
  object: ENUM,
  model: ID,
  fine_tuned_model: TEXT,
  fine_tuned_model_checkpoint: TEXT,
  fine_tuning_job_id: ID,
  organization_id: ID,
  status: ENUM,
  training_file: ID,
  validation_file: ID,
  result_files: field('text', listOf(undefined, 'id')),
  error: FAULT,
  level: ENUM,
  type: ENUM,
  message: TEXT,
  data: TEXT,
  metrics: field('text', METRICS),
  metadata: METADATA,
})

function page(items: Shape): Shape {
  return shape({
    object: ENUM,
    data: field('text', listOf(items)),
    first_id: ID,
    last_id: ID,
    has_more: PLAIN,
    error: FAULT,
  })
}

const CREATE_BATCH = shape({
  input_file_id: ID,
  endpoint: field('id'),
  completion_window: ID,
  metadata: METADATA,
  output_expires_after: field('text', shape({ anchor: ENUM, seconds: PLAIN })),
})

const CREATE_JOB = shape({
  model: ID,
  training_file: ID,
  validation_file: ID,
  suffix: TEXT,
  metadata: METADATA,
  seed: PLAIN,
  hyperparameters: TEXT,
  method: TEXT,
})

const FORMATS: Readonly<Record<KeptKind, Shape>> = { file: FILE, batch: BATCH, 'fine-tuning-job': JOB }
const REQUESTS: Readonly<Record<KeptKind, Shape>> = {
  file: shape({}),
  batch: CREATE_BATCH,
  'fine-tuning-job': CREATE_JOB,
}

/** Bodies about one thing that is kept, or about many. */
export function lensOf(kept: KeptKind, isPage: boolean, limits: JsonLimits): Lens {
  return createLens(
    {
      request: REQUESTS[kept],
      facts: (root): Facts => {
        const { model } = root
        return typeof model === 'string' ? { ...LASTING, model } : LASTING
      },
      namesModel: kept === 'fine-tuning-job',
      answer: isPage ? page(FORMATS[kept]) : FORMATS[kept],
      usage: () => undefined,
      stream: undefined,
    },
    limits,
  )
}
