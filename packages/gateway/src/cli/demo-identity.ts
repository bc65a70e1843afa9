import { type APIError, type DpopKey, makeDpopKey, makeDpopProof } from '@ostiary/devkit'
import { callControl } from './control.js'
import { outcomeOf } from './demo-log.js'
import { ask, failure, MODEL, type Story, type Streamed, stream } from './demo-story.js'
import { CommandError } from './output.js'

/** A token that is bound to alice's key, in her hands and in a thief's. */
export async function stolen(story: Story): Promise<void> {
  const { house, title, say, must, clientOf } = story
  title("a stolen token fails: it is bound to alice's key, and a thief has the token alone")
  const key = makeDpopKey()
  const token = await house.issuer.token({ as: 'alice', jkt: key.jkt })
  const own = proving(story, key, token)
  const answer = await ask(clientOf(token, own.fetch), 'hello')
  must(own.nonces() === 1, 'alice was not asked for a nonce')
  must(answer.includes('I was shown'), 'alice was not answered')
  say('alice', 'DPoP, proof by her key: 401 use_dpop_nonce, then with the nonce 200')

  const asBearer = await failure(ask(clientOf(token), 'hello'))
  say('the thief', `Bearer: ${told(asBearer)}`)
  must(asBearer.status === 401 && asBearer.code === 'invalid_token', 'the stolen token passed as Bearer')

  const other = proving(story, makeDpopKey(), token)
  const withOtherKey = await failure(ask(clientOf(token, other.fetch), 'hello'))
  say('the thief', `DPoP, proof by another key: ${told(withOtherKey)}`)
  must(
    withOtherKey.status === 401 && withOtherKey.code === 'invalid_dpop_proof',
    'the stolen token passed with a proof by another key',
  )
}

const LONG = Array.from(
  { length: 8 },
  (_, at) => `Sentence ${at + 1}: the quick brown fox jumps over a lazy dog.`,
).join(' ')
// Eight characters a piece, so that the whole answer takes two or three seconds.
const PACE_MS = 40
const CUT_AFTER_CHARACTERS = 180

/** scout, which acts for alice, and alice herself stream at once; scout is revoked through the control socket meanwhile. */
export async function fallsSilent({ house, dataDir, title, say, must, clientOf, client }: Story): Promise<void> {
  title('a revoked agent falls silent mid-sentence: scout acts for alice, and both have an answer streaming')
  const { model, config, issuer } = house
  if (model === undefined) throw new CommandError('the demo has no model of its own')
  const token = await issuer.token({ as: 'scout' })
  const paceMs = model.chunkDelayMs
  model.chunkDelayMs = PACE_MS

  let revoke = (): void => {}
  const confirmed = new Promise<number>((resolve, reject) => {
    revoke = () => {
      revoke = () => {}
      const what = { sub: 'scout', issuer: issuer.issuer }
      callControl(config.control.socket, 'POST /revocations', what).then(() => resolve(performance.now()), reject)
    }
  })
  const falling = async (): Promise<Cut> => {
    const { seen, cut, requestId } = await stream(clientOf(token), LONG, (so) => {
      if (so.length >= CUT_AFTER_CHARACTERS) revoke()
    })
    // Here, or nobody would revoke, and the others wait for ever.
    if (cut === undefined) throw new CommandError("scout's stream was not cut")
    return { seen, requestId, ...cut }
  }
  const [scout, alice, confirmedMs] = await Promise.all([falling(), stream(client('alice'), LONG), confirmed])
  model.chunkDelayMs = paceMs

  say('scout sees', `${scout.seen.replaceAll('\n', ' ')}▌`)
  say('and then', `the error event \`${scout.error.code}\`: ${scout.error.message}`)
  say('cut', afterText(scout.atMs - confirmedMs))
  must(scout.error.code === 'revoked_token', "scout's stream was cut for another reason")
  must(!scout.seen.includes('Sentence 8'), 'scout saw the whole answer')

  const { outcome, reason } = await outcomeOf(dataDir, scout.requestId)
  say('in the log', `outcome ${outcome}, reason ${reason}`)
  must(reason === 'revoked_token', 'the log does not say why the stream was cut')

  const again = await failure(ask(clientOf(token), 'hello'))
  say('scout again', told(again))
  must(again.status === 401 && again.code === 'revoked_token', 'the revoked token passed at the door')
  must(alice.cut === undefined && alice.seen.endsWith(LONG), "alice's own stream did not go on to its end")
  say('alice', `her own stream went on to its end: ${alice.seen.slice(-48)}`)
}

interface Cut extends Pick<Streamed, 'seen' | 'requestId'> {
  readonly error: APIError
  readonly atMs: number
}

function afterText(ms: number): string {
  const rounded = Math.abs(ms).toFixed(1)
  return ms < 0
    ? `${rounded} ms before the revocation was even confirmed, which is once it is on the disk`
    : `${rounded} ms after the revocation was confirmed`
}

/** A token for a task: of all that alice may do, the one thing that the task needs. */
export async function smaller({ house, title, say, must, clientOf }: Story): Promise<void> {
  title('a smaller token for a task: exchanged for one scope, it opens one door')
  const { gateway } = house.running
  const whole = await house.issuer.token({ as: 'alice', scope: 'models:invoke models:list audit:read' })
  const scope = `models:invoke:${MODEL}`
  const narrowed = await exchanged(gateway.url, whole, scope)
  must(narrowed.scope === scope, 'the exchange gave another scope')
  say('alice has', 'models:invoke models:list audit:read')
  say('exchanged', `POST /oauth/token: ${narrowed.scope}, for ${narrowed.expires_in} s`)

  const answer = await ask(clientOf(narrowed.access_token ?? ''), 'hello')
  must(answer.includes('I was shown'), 'the smaller token does not do what it is for')
  say('it may', `ask ${MODEL}: 200`)

  const checkpoint = `${gateway.adminUrl}/log/checkpoint`
  const readLog = (token: string): Promise<Response> =>
    fetch(checkpoint, { headers: { authorization: `Bearer ${token}` } })
  must((await readLog(whole)).status === 200, 'alice cannot read the log')
  const denied = await readLog(narrowed.access_token ?? '')
  const { code } = (await denied.json()) as { readonly code?: string }
  const [, missing] = /scope="([^"]*)"/.exec(denied.headers.get('www-authenticate') ?? '') ?? []
  say('it may not', `read the log: ${denied.status} ${code}, missing ${missing}`)
  must(
    denied.status === 403 && code === 'insufficient_scope' && missing === 'audit:read',
    'the smaller token read the log',
  )

  const { error } = await exchanged(gateway.url, narrowed.access_token ?? '', 'models:invoke')
  say('nor', `be exchanged for more: ${error}`)
  must(error === 'invalid_scope', 'the smaller token was exchanged for more')
}

/** RFC 8693 section 2.2, and RFC 6749 section 5.2 where it is a no. */
interface Granted {
  readonly access_token?: string
  readonly expires_in?: number
  readonly scope?: string
  readonly error?: string
}

async function exchanged(url: string, token: string, scope: string): Promise<Granted> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    scope,
  })
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body })
  return (await answer.json()) as Granted
}

function told({ status, code, message }: APIError): string {
  return `${status} ${code}: ${message.replace(/^\d+ /, '')}`
}

interface Proving {
  readonly fetch: typeof globalThis.fetch
  /** How often a nonce was asked for. */
  nonces(): number
}

/** What a DPoP client does below an SDK: a proof for each request, and once more with the nonce where one is asked for. */
function proving({ house }: Story, key: DpopKey, accessToken: string): Proving {
  let nonce: string | undefined
  let asked = 0
  const send: typeof globalThis.fetch = (input, init) => {
    // The gateway goes by its public URL, whatever address the connection is to.
    const url = new URL(new URL(input instanceof Request ? input.url : input).pathname, house.config.publicUrl)
    const proof = makeDpopProof({
      key,
      method: init?.method ?? 'GET',
      url,
      accessToken,
      ...(nonce === undefined ? {} : { nonce }),
    })
    const headers = new Headers(init?.headers)
    headers.set('authorization', `DPoP ${accessToken}`)
    headers.set('dpop', proof)
    return fetch(input, { ...init, headers })
  }
  return {
    nonces: () => asked,
    async fetch(input, init) {
      const first = await send(input, init)
      const given = first.headers.get('dpop-nonce')
      if (first.status !== 401 || given === null) return first
      await first.body?.cancel()
      nonce = given
      asked += 1
      return await send(input, init)
    },
  }
}
