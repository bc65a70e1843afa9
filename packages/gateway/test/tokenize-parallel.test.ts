import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { type Answer, prompt, send } from './http.js'

// A thousand people at once, each with an address of their own, and a model that mixes up what they were told.

const PEOPLE = 1000
const POLICIES = `@id("use") @obligation("tokenize:pii")
permit (principal, action in [Action::"invoke", Action::"detokenize"], resource is Model);
`
const AUDIENCE = 'https://gateway.example'

let house: House
let tokenFor: (subject: string) => Promise<string>
let closeIssuer: () => Promise<void>

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] }
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(keys)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  tokenFor = (subject) =>
    new SignJWT({ client_id: 'app', scope: 'models:invoke', jti: subject })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
  closeIssuer = () => new Promise((resolve) => server.close(() => resolve()))
  house = await openHouse({
    policies: POLICIES,
    config: { issuers: [{ issuer, audience: AUDIENCE, jwksUri: `${issuer}/jwks`, algorithms: ['ES256'] }] },
  })
})
afterAll(async () => {
  await house.finish()
  await closeIssuer()
})

function contentOf({ text }: Answer): string {
  return [...text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => JSON.parse(`"${piece}"`)).join('')
}

test('of a thousand exchanges at once none gets back what is another’s [vault.isolated]', {
  timeout: 120_000,
}, async () => {
  const seen: string[] = []
  house.upstream.behave(({ body }) => {
    const { messages } = JSON.parse(body.toString('utf8')) as { messages: readonly { content: string }[] }
    const own = messages[0]?.content ?? ''
    const placeholder = /\[EMAIL_\w+\]/.exec(own)?.[0] ?? ''
    // What it was told by somebody else a moment ago.
    const other = seen.at(-1 - (seen.length % 7)) ?? '[EMAIL_00000000]'
    seen.push(placeholder)
    return { kind: 'honest', text: `${own} | ${other} | ${other.toLowerCase()}`, pieceSize: 1 + (seen.length % 9) }
  })
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, at) => ({
      email: `person.${at}@example.com`,
      token: await tokenFor(`person-${at}`),
    })),
  )
  const answers = await Promise.all(
    people.map(({ email, token }, at) =>
      send(house.url, Buffer.from(JSON.stringify(prompt(`I am ${email}`, { stream: at % 2 === 0 }))), {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      }),
    ),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(seen).size).toBe(PEOPLE)
  let wrong = 0
  let right = 0
  for (const [at, answer] of answers.entries()) {
    const [own, ...others] = contentOf(answer).split(' | ')
    if (own === `I am ${people[at]?.email}`) right += 1
    if (others.length !== 2 || others.some((one) => !/^\[email_\w+\]$/i.test(one))) wrong += 1
  }
  console.log(`${PEOPLE} exchanges at once: ${right} restored exactly, ${wrong} with what is another's`)
  expect([right, wrong]).toEqual([PEOPLE, 0])
})
