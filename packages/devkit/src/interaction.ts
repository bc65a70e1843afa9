import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults, Provider } from 'oidc-provider'
import { listOf, PHR } from './login-policy.js'
import { faultPage, loginPage, sendPage } from './pages.js'
import { type DevPerson, devUser } from './people.js'

/** Where the library sends the browser, below the issuer's path. */
export const INTERACTION_PATH = '/interaction/'

const FORM_MAX_BYTES = 4096

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>
type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * The login: a page with a button for each person, and no password.
 *
 * A `login_hint` that names one of them answers at once, without a page, unless `prompt` asks for one.
 */
export function interactionRoute(provider: Provider): Route {
  return async (request, response) => {
    const interaction = await provider.interactionDetails(request, response).catch(() => undefined)
    // The address is the proof that the form was ours: its last part is random, and other sites cannot read it.
    if (interaction === undefined || request.url !== INTERACTION_PATH + interaction.uid) {
      sendPage(response, 400, faultPage('This login is not under way (any more): begin again in the app.'))
      return
    }
    const answer = request.method === 'POST' ? await answered(request) : unasked(interaction)
    if (answer === undefined) {
      sendPage(response, request.method === 'POST' ? 400 : 200, loginPage(asked(interaction)))
      return
    }
    const result = answer === 'deny' ? DENIED : loggedIn(interaction, answer)
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  }
}

const DENIED: InteractionResults = { error: 'access_denied', error_description: 'the person refused' }

async function answered(request: IncomingMessage): Promise<DevPerson | 'deny' | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > FORM_MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  return form.has('deny') ? 'deny' : devUser(form.get('as'))
}

function unasked({ params }: Interaction): DevPerson | undefined {
  const prompts = listOf(params['prompt'])
  return prompts.includes('login') || prompts.includes('consent') ? undefined : devUser(params['login_hint'])
}

function asked({ params }: Interaction): Parameters<typeof loginPage>[0] {
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
