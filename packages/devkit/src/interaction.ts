import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults, Provider } from 'oidc-provider'
import type { LoginCheck, LoginVerdict } from './login-code.js'
import { listOf, PHR } from './login-policy.js'
import { faultPage, type LoginAsked, loginPage, sendPage } from './pages.js'
import { type DevPerson, devUser } from './people.js'

/** Where the library sends the browser, below the issuer's path. */
export const INTERACTION_PATH = '/interaction/'

/** Of the authorization request, ours alone: the login code beside a `login_hint`. */
export const LOGIN_CODE_PARAMETER = 'login_code'

const FORM_MAX_BYTES = 4096

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>
type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The page's answer, or what to show in place of going on. */
type Answer =
  | { readonly kind: 'person'; readonly person: DevPerson }
  | { readonly kind: 'deny' }
  | { readonly kind: 'ask'; readonly status: number; readonly fault?: string }

/**
 * The login: a page with a field for the login code and a button for each person.
 *
 * A `login_hint` that names one of them, with the code as `login_code`, answers at once, without a page, unless `prompt`
 * asks for one or it is a device's. The code is in no cookie: those go to every port of this host.
 */
export function interactionRoute(provider: Provider, check: LoginCheck): Route {
  return async (request, response) => {
    const interaction = await provider.interactionDetails(request, response).catch(() => undefined)
    // The address is the proof that the form was ours: its last part is random, and other sites cannot read it.
    if (interaction === undefined || request.url !== INTERACTION_PATH + interaction.uid) {
      sendPage(response, 400, faultPage('This login is not under way (any more): begin again in the app.'))
      return
    }
    const answer = request.method === 'POST' ? await answered(request, check) : unasked(interaction, check)
    if (answer.kind === 'ask') {
      sendPage(response, answer.status, loginPage({ ...asked(interaction), fault: answer.fault }))
      return
    }
    const result = answer.kind === 'deny' ? DENIED : loggedIn(interaction, answer.person)
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  }
}

const DENIED: InteractionResults = { error: 'access_denied', error_description: 'the person refused' }

const NOT_LOGGED_IN: Readonly<Record<Exclude<LoginVerdict, 'right'>, Answer>> = {
  missing: { kind: 'ask', status: 403, fault: 'The login code is missing.' },
  wrong: { kind: 'ask', status: 403, fault: 'The login code is wrong.' },
  'too many': { kind: 'ask', status: 429, fault: 'Too many wrong login codes: wait a minute.' },
}

async function answered(request: IncomingMessage, check: LoginCheck): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > FORM_MAX_BYTES) return { kind: 'ask', status: 400, fault: 'That was more than this page sends.' }
    chunks.push(chunk)
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  if (form.has('deny')) return { kind: 'deny' }
  const verdict = check(form.get('code'))
  if (verdict !== 'right') return NOT_LOGGED_IN[verdict]
  const person = devUser(form.get('as'))
  return person === undefined ? { kind: 'ask', status: 400, fault: 'Nobody was chosen.' } : { kind: 'person', person }
}

function unasked({ params, deviceCode }: Interaction, check: LoginCheck): Answer {
  const prompts = listOf(params['prompt'])
  const person = devUser(params['login_hint'])
  const code = params[LOGIN_CODE_PARAMETER]
  // A device's request is answered by whoever enters its user code: what came with it is not theirs.
  const pageWanted = prompts.includes('login') || prompts.includes('consent') || deviceCode !== undefined
  if (person === undefined || code === undefined || pageWanted) return { kind: 'ask', status: 200 }
  const verdict = check(code)
  return verdict === 'right' ? { kind: 'person', person } : NOT_LOGGED_IN[verdict]
}

function asked({ params }: Interaction): Omit<LoginAsked, 'fault'> {
  return {
    clientId: String(params['client_id']),
    scope: typeof params['scope'] === 'string' ? params['scope'] : '',
    acr: wantsPhr(params) ? PHR : undefined,
    hint: devUser(params['login_hint'])?.name,
  }
}

/** Who chooses has logged in just now, and has consented. */
function loggedIn({ params }: Interaction, person: DevPerson): InteractionResults {
  // RFC 8176 section 2: `user` is a presence test, `hwk` a key in hardware. Both are played.
  const how = wantsPhr(params) ? { acr: PHR, amr: ['hwk', 'user'] } : { amr: ['user'] }
  return { login: { accountId: person.subject, ...how }, consent: {} }
}

function wantsPhr(params: Interaction['params']): boolean {
  return listOf(params['acr_values']).includes(PHR)
}
