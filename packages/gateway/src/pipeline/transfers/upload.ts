import type { LongContent, TransferFacts } from '../../exchange.js'
import { type Form, takeForm } from '../../files/form.js'
import { inLine, isBlank, isSeveral, type Line, LineReader } from '../../files/lines.js'
import type { Situation } from '../../files/shelf.js'
import type { Spool } from '../../files/spool.js'
import { textIn } from '../../files/text.js'
import {
  type ActsByType,
  proceed,
  type Refusal,
  type RequestView,
  refuse,
  type Step,
  subjectOf,
  type TransferPurpose,
  type WholePurpose,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import type { Judge } from '../judge.js'
import { type Life, overBy } from '../life.js'
import type { Desk, TransferCall } from './desk.js'
import { formOf } from './own-form.js'
import { Situations, situationOf } from './situations.js'
import { Teaching, type TeachParts } from './teach.js'

export interface UploadParts extends TeachParts {
  readonly desk: Desk
  readonly judge: Judge
}

/** An upload of which every line was judged. */
export interface Uploaded {
  readonly content: LongContent
  readonly facts: TransferFacts
  readonly situations: readonly Situation[]
  /** What holds for answers about it. */
  readonly output: ActsByType
  readonly purpose: string
  readonly endpoint: string | undefined
  /** Gives the room back. */
  close(): Promise<void>
}

/**
 * Takes an upload in and judges it, line by line. Nothing of it leaves before its last line was judged: one that is refused refuses
 * them all.
 */
export async function takeUpload(
  parts: UploadParts,
  entered: Entered,
  call: TransferCall,
  life: Life,
): Promise<Step<Uploaded>> {
  const { spools, uploadBytes } = parts.desk.parts
  const { principal, received } = entered.authenticated
  const open: () => ReturnType<typeof spools.open> = () => spools.open(subjectOf(principal).uid)
  // Both places at once: of uploads that have one each, none could go on.
  const out = await open()
  if (out.kind === 'refuse') return out
  let judged: Step<Uploaded> | undefined
  try {
    const pieces = received.pieces(uploadBytes)
    if (pieces.kind === 'refuse') return pieces
    life.whenOver(() => pieces.value.stop())
    const form = await takeForm(received.headers['content-type'], pieces.value, open)
    pieces.value.stop()
    if (form.kind === 'refuse') return form
    try {
      if (life.ended !== undefined || life.left) return overBy(life)
      const purpose = purposeOf(form.value, call)
      if (purpose.kind === 'refuse') return purpose
      judged = await new Lines(parts, entered, call, life, purpose.value).judge(form.value, out.value)
      return judged
    } finally {
      await form.value.file.close()
    }
  } finally {
    if (judged?.kind !== 'proceed') await out.value.close()
  }
}

type Purposed = TransferPurpose & { readonly name: string }

function purposeOf({ fields }: Form, { transfers }: TransferCall): Step<Purposed> {
  const name = fields.get('purpose')
  if (name === undefined) return refuse('invalid_request', 'no purpose', { param: 'purpose' })
  const purpose = transfers.purposes.get(name)
  if (purpose === undefined) {
    return refuse('endpoint_not_governed', 'a purpose that is not governed', {
      param: 'purpose',
      message: 'This gateway does not govern uploads for this purpose.',
    })
  }
  for (const [field, value] of fields) {
    if (field === 'purpose' || purpose.fields.get(field)?.test(value) === true) continue
    return refuse('invalid_request', 'a field of the form that is unknown or malformed', {
      message: 'The form has a field that is unknown or malformed.',
    })
  }
  return proceed({ ...purpose, name })
}

/** The lines of one upload. */
class Lines {
  readonly #parts: UploadParts
  readonly #entered: Entered
  readonly #call: TransferCall
  readonly #life: Life
  readonly #purpose: Purposed
  readonly #situations = new Situations()
  /** Of lines that ask nothing. */
  #teaching: Teaching | undefined
  #endpoint: string | undefined
  #lines = 0

  constructor(parts: UploadParts, entered: Entered, call: TransferCall, life: Life, purpose: Purposed) {
    this.#parts = parts
    this.#entered = entered
    this.#call = call
    this.#life = life
    this.#purpose = purpose
  }

  async judge(form: Form, out: Spool): Promise<Step<Uploaded>> {
    const judged = this.#purpose.kind === 'whole' ? this.#whole(this.#purpose, form, out) : this.#all(form, out)
    const refusal = await judged
    if (refusal !== undefined) return refusal
    if (this.#lines === 0) return refuse('invalid_request', 'a file without lines', { message: 'The file is empty.' })
    const sent = await out.finish()
    return sent.kind === 'refuse' ? sent : proceed(this.#uploaded(form, out, sent.value))
  }

  async #all(form: Form, out: Spool): Promise<Refusal | undefined> {
    const reader = new LineReader(this.#parts.desk.parts.lineBytes)
    for await (const piece of form.file.read()) {
      if (this.#life.ended !== undefined || this.#life.left) return overBy(this.#life)
      for (const line of reader.push(piece)) {
        if ('kind' in line) return line
        const refusal = await this.#line(line, out)
        if (refusal !== undefined) return refusal
      }
    }
    const last = reader.end()
    return last === undefined ? undefined : await this.#line(last, out)
  }

  /** A document: a text as a whole, and what is none as it came, where policy lets pass what nobody can look into. */
  async #whole({ whole }: WholePurpose, { file }: Form, out: Spool): Promise<Refusal | undefined> {
    if (file.length === 0) return undefined
    this.#lines = 1
    const text = await textIn(file, this.#parts.desk.parts.lineBytes)
    if (text.kind === 'refuse') return text
    const judged = await this.#taught(whole(text.value), text.value ?? NOTHING, 'invoke')
    if (judged.kind === 'refuse') return judged
    if (text.value !== undefined) return refusalIn(await out.write(judged.value))
    for await (const piece of file.read()) {
      const written = await out.write(piece)
      if (written.kind === 'refuse') return written
    }
    return undefined
  }

  async #line(line: Line, out: Spool): Promise<Refusal | undefined> {
    const body = isBlank(line.bytes) ? proceed(line.bytes) : await this.#judged(line)
    if (body.kind === 'refuse') return inLine(line.number, body)
    const written = await out.write(body.value)
    if (written.kind === 'refuse') return written
    const ended = line.hasNewline ? await out.write(NEWLINE) : written
    return ended.kind === 'refuse' ? ended : undefined
  }

  async #judged({ bytes }: Line): Promise<Step<Buffer>> {
    this.#lines += 1
    if (this.#purpose.kind === 'whole') return refuse('invalid_request', 'no lines')
    if (isSeveral(bytes)) return SEVERAL
    const read = this.#purpose.line(bytes)
    if (read.kind === 'refuse') return read
    if (read.value.kind === 'teaches') return await this.#taught(read.value.view, bytes, 'train')
    const { endpoint } = read.value
    this.#endpoint ??= endpoint.path
    if (this.#endpoint !== endpoint.path) {
      return refuse('invalid_request', 'lines for several endpoints', { param: 'url' })
    }
    const { dialect, models } = this.#call
    const asking = {
      entered: this.#entered,
      call: { dialect, endpoint, models, named: NOT_NAMED },
      body: bytes,
      left: this.#life.signal,
    }
    const judging = this.#parts.judge(asking)
    const sealed = judging instanceof Promise ? await judging : judging
    if (sealed === undefined) return overBy(this.#life)
    if (sealed.kind === 'refuse') return sealed
    // Its answer comes later, and nobody searches it.
    if (sealed.value.canary.length > 0) return refuse('obligation_failed', 'a canary in a line')
    const { body, model, verdict } = sealed.value
    const about = { action: endpoint.action, model, verdict, lines: 1 }
    const differ = this.#situations.add(
      sealed.value,
      situationOf(sealed.value, this.#parts.limits.answerTokens, this.#parts.ask.looksFor(endpoint.action)),
      about,
    )
    return differ ?? proceed(body)
  }

  async #taught(view: RequestView, bytes: Buffer, action: 'train' | 'invoke'): Promise<Step<Buffer>> {
    this.#teaching ??= new Teaching(this.#parts, this.#entered.authenticated, this.#call.models.values(), action)
    const { refusal } = this.#teaching
    if (refusal !== undefined) return refusal
    const taught = await this.#teaching.judge(view, bytes, this.#life.signal)
    if (taught.kind === 'refuse') return taught
    const { body, decided, line } = taught.value
    return this.#situations.add(taught.value, line, decided) ?? proceed(body)
  }

  #uploaded({ digest, extension, fields }: Form, out: Spool, sent: string): Uploaded {
    const { filename, kind, name } = this.#purpose
    const situations = this.#situations
    return {
      content: formOf(fields, kind === 'whole' ? filename + extension : filename, out),
      facts: {
        decided: situations.decided,
        id: undefined,
        purpose: name,
        lines: this.#lines,
        findings: situations.findings,
        carriedOut: situations.carriedOut,
        brought: situations.brought,
        digests: { received: digest, sent },
      },
      situations: this.#teaching === undefined ? situations.all : situations.onlyFor(this.#teaching.models),
      output: situations.output,
      purpose: name,
      endpoint: this.#endpoint,
      close: () => out.close(),
    }
  }
}

const SEVERAL = refuse('invalid_request', 'a carriage return within a line', {
  message: 'It has a carriage return that does not end it.',
})
const NEWLINE = Buffer.from('\n')
const NOTHING = Buffer.alloc(0)
const NOT_NAMED = { model: undefined, query: '' } as const

function refusalIn(step: Step<undefined>): Refusal | undefined {
  return step.kind === 'refuse' ? step : undefined
}
