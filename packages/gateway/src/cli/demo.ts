import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIError, OpenAI, openaiShapedKey, TEST_CARD } from '@ostiary/devkit'
import { parseVkey, verifyLog } from '@ostiary/tlog'
import { nodeSuite } from '@ostiary/tlog/node'
import { folderReader } from '../adapters/audit-fs/reader.js'
import { type Dev, startDev } from './dev.js'
import { CommandError, EXIT, type Output } from './output.js'

/** Tells the story against a real listening gateway with the real OpenAI SDK. Fails where any of it does not happen. */
export async function demo({ exit }: { readonly exit: boolean }, output: Output): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ostiary-demo-'))
  // The strangers of the story are no news.
  const warn = (message: string): void =>
    message.startsWith('refused before authentication') ? undefined : output.warn(message)
  const house = await startDev({ port: 0, adminPort: 0, dataDir, upstream: undefined, warn })
  try {
    const story = new Story(house, dataDir, output)
    await story.changed()
    await story.refused()
    await story.hostileTokens()
    await story.cutSecret()
    await story.proven(!exit)
    output.say(`\nAll of it happened as told. The admin plane: ${house.running.gateway.adminUrl}`)
    if (!exit) {
      output.say(`The gateway stays up at ${house.running.gateway.url}; Ctrl-C ends it. A token for it:`)
      output.say(`npx --no-install ostiary token --as alice --data ${dataDir}`)
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      })
    }
    return EXIT.done
  } finally {
    await house.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const MODEL = 'demo-model'
const PROMPT = `My card ${TEST_CARD} was charged twice, write to alice@example.com.`

class Story {
  readonly #house: Dev
  readonly #dataDir: string
  readonly #output: Output
  #step = 0

  constructor(house: Dev, dataDir: string, output: Output) {
    this.#house = house
    this.#dataDir = dataDir
    this.#output = output
  }

  /** alice's prompt is changed before the model sees it: the demo model tells what it was shown. */
  async changed(): Promise<void> {
    this.#title('changed: alice sends a card number and an address; the model repeats what it was shown')
    const seen = await this.#stream('alice', PROMPT)
    const shown = this.#house.model?.lastRequest?.body.toString('utf8') ?? ''
    this.#say('alice sends', PROMPT)
    this.#say('answer', seen)
    this.#must(
      !shown.includes(TEST_CARD) && !shown.includes('alice@example.com'),
      'the model was shown what it must not see',
    )
    this.#must(
      seen.includes('1111') && seen.includes('[redacted:pii.email]'),
      'the prompt did not arrive as policy says',
    )
  }

  async refused(): Promise<void> {
    this.#title('refused by policy: bob is in support')
    const error = await this.#failure(
      this.#client('bob').chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'hello' }] }),
    )
    this.#say('bob gets', `${error.status} ${error.code}: ${error.message.replace(/^\d+ /, '')}`)
    this.#must(error.status === 403 && error.code === 'forbidden_by_policy', 'bob was not refused by policy')
  }

  async hostileTokens(): Promise<void> {
    this.#title('refused at the door: an expired token, one for another audience, a forged one')
    const { issuer } = this.#house
    const good = await issuer.token({ as: 'alice' })
    const tokens = new Map<string, string>([
      ['expired', await issuer.token({ as: 'alice', expiresInSeconds: -60 })],
      ['other audience', await issuer.token({ as: 'alice', audience: 'https://elsewhere.example' })],
      ['forged', forged(good)],
    ])
    for (const [name, token] of tokens) {
      const error = await this.#failure(
        this.#clientOf(token).chat.completions.create({ model: MODEL, messages: [{ role: 'user', content: 'hello' }] }),
      )
      this.#say(name, `${error.status} ${error.code}`)
      this.#must(error.status === 401, `the ${name} token was not refused`)
    }
  }

  /** The model emits a secret, split over stream chunks: it never reaches the client. */
  async cutSecret(): Promise<void> {
    this.#title('cut from a stream: the model emits a key in pieces; the client never sees one')
    const seen = await this.#stream('alice', 'Please leak the key.')
    this.#say('answer', seen)
    const key = openaiShapedKey()
    this.#must(seen.includes('[redacted:secret.openai]'), 'the key was not redacted')
    for (let at = 0; at + 12 <= key.length; at += 1)
      this.#must(!seen.includes(key.slice(at, at + 12)), 'part of the key leaked')
  }

  /** The log verifies; one byte of a copy is flipped, and verification names the entry. */
  async proven(staysUp: boolean): Promise<void> {
    this.#title('proven: the log verifies, and a copy with one flipped byte does not')
    const { origin, vkey } = this.#house.running
    const dir = join(this.#dataDir, 'audit')
    const key = parseVkey(vkey, nodeSuite.hash)
    if (key === undefined) throw new CommandError('the log has no verifier key')
    await this.#published(dir)
    const good = await verifyLog(folderReader(dir), key, { suite: nodeSuite })
    this.#must(good.kind === 'ok' && good.size > 0, 'the log does not verify')
    this.#say(origin, `holds, ${good.kind === 'ok' ? good.size : 0} entries`)

    const copy = join(this.#dataDir, 'copy')
    cpSync(dir, copy, { recursive: true })
    const entries = join(copy, 'tile', 'entries')
    for (const file of filesBelow(entries)) flipOneByte(file)
    const bad = await verifyLog(folderReader(copy), key, { suite: nodeSuite })
    this.#must(bad.kind === 'broken' && bad.at !== undefined, 'the flipped byte went unseen')
    this.#say('the copy', bad.kind === 'broken' ? `does not hold: entry ${bad.at}: ${bad.what}` : '')
    if (staysUp) this.#say('by hand', `npx --no-install ostiary audit verify --log ${dir} --vkey '${vkey}'`)
  }

  /** The checkpoint follows within a second. */
  async #published(dir: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < 5000; waitedMs += 100) {
      const note = await folderReader(dir)('checkpoint')
      const size = Number(
        Buffer.from(note ?? [])
          .toString('utf8')
          .split('\n')[1] ?? 0,
      )
      if (size >= 5) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new CommandError('no checkpoint was published')
  }

  async #stream(as: string, content: string): Promise<string> {
    const stream = await this.#client(as).chat.completions.create({
      model: MODEL,
      stream: true,
      messages: [{ role: 'user', content }],
    })
    let seen = ''
    for await (const chunk of stream) seen += chunk.choices[0]?.delta.content ?? ''
    return seen
  }

  async #failure(call: Promise<unknown>): Promise<APIError> {
    try {
      await call
    } catch (error) {
      if (error instanceof APIError) return error
      throw error
    }
    throw new CommandError('a request that had to be refused was answered')
  }

  #client(as: string): OpenAI {
    return new OpenAI({
      baseURL: `${this.#house.running.gateway.url}/v1`,
      apiKey: () => this.#house.issuer.token({ as }),
      maxRetries: 0,
    })
  }

  #clientOf(token: string): OpenAI {
    return new OpenAI({ baseURL: `${this.#house.running.gateway.url}/v1`, apiKey: token, maxRetries: 0 })
  }

  #title(text: string): void {
    this.#step += 1
    this.#output.say(`\n${this.#step}. ${text}`)
  }

  #say(who: string, what: string): void {
    this.#output.say(`   ${who.padEnd(14)} ${what}`)
    this.#output.data({ step: this.#step, who, what })
  }

  #must(held: boolean, otherwise: string): void {
    if (!held) throw new CommandError(`the demo failed at step ${this.#step}: ${otherwise}`)
  }
}

/** Another signature of the right length: that of the token's own bytes, turned round. */
function forged(token: string): string {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const turned = Buffer.from(signature, 'base64url').reverse().toString('base64url')
  return `${head}.${payload}.${turned}`
}

function filesBelow(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((name) => statSync(name).isFile())
}

/** In the middle of the second entry: far from any length field. */
function flipOneByte(file: string): void {
  const bytes = readFileSync(file)
  if (bytes.length < 2) return
  const first = bytes.readUInt16BE(0)
  const at = Math.min(bytes.length - 1, 2 + first + 2 + 100)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
