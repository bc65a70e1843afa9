import type { ServerResponse } from 'node:http'
import type { Configuration, ErrorOut } from 'oidc-provider'
import { DEV_USERS } from './people.js'

/** A page of the issuer's loads nothing, runs nothing, and is in nobody's frame. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}button{font:inherit;margin:.2rem;padding:.4rem 1rem}</style>
</head><body><h1>${title}</h1>
${body}
<p><small>A development issuer: one code opens it for everybody. Never let a gateway in production trust it.</small></p>
</body></html>
`
}

function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

export function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-length': Buffer.byteLength(html) }).end(html)
}

export interface LoginAsked {
  readonly clientId: string
  readonly scope: string
  readonly acr: string | undefined
  /** Whom the app expects: the first button, which is what the return key presses. */
  readonly hint: string | undefined
  /** What was wrong with the last answer. */
  readonly fault: string | undefined
}

export function loginPage({ clientId, scope, acr, hint, fault }: LoginAsked): string {
  const people = [...DEV_USERS].sort((one, other) => Number(other.name === hint) - Number(one.name === hint))
  const buttons = people.map(
    ({ name, groups }) => `<button type="submit" name="as" value="${name}">${name}</button> ${groups.join(', ')}<br>`,
  )
  const how = acr === undefined ? '' : ` It wants a login of class <b>${htmlText(acr)}</b>, which is played here.`
  return page(
    'Who are you?',
    `<p><b>${htmlText(clientId)}</b> asks for <code>${htmlText(scope === '' ? 'nothing in particular' : scope)}</code>.${how}</p>
${fault === undefined ? '' : `<p><b>${htmlText(fault)}</b></p>`}
<form method="post">
<p><label>The login code, which <code>ostiary dev</code> printed when it started:<br>
<input type="password" name="code" required autofocus autocomplete="off" size="40"></label></p>
${buttons.join('\n')}
<button type="submit" name="deny" value="yes" formnovalidate>none of them: refuse</button>
</form>`,
  )
}

export function faultPage(text: string): string {
  return page('This does not work', `<p>${htmlText(text)}</p>`)
}

type Shown = Parameters<NonNullable<NonNullable<Configuration['features']>['deviceFlow']>['successSource'] & object>[0]

function show(ctx: Shown, html: string): void {
  ctx.set({ ...PAGE_HEADERS })
  ctx.body = html
}

/** The pages of the device flow (RFC 8628 section 3.3); the library makes the forms and guards them. */
export const DEVICE_PAGES: {
  userCodeInputSource(ctx: Shown, form: string, out?: ErrorOut, error?: Error): void
  userCodeConfirmSource(ctx: Shown, form: string, client: unknown, info: unknown, userCode: string): void
  successSource(ctx: Shown): void
} = {
  userCodeInputSource(ctx, form, _out, error) {
    const fault = error === undefined ? '' : '<p>That did not work: the code is wrong, used, or too old.</p>'
    const submit = '<button type="submit" form="op.deviceInputForm">Continue</button>'
    show(ctx, page('Which device?', `${fault}<p>Enter the code that the device shows.</p>${form}${submit}`))
  },
  userCodeConfirmSource(ctx, form, _client, _info, userCode) {
    show(
      ctx,
      page(
        'Is it this device?',
        `<p>It should show <code>${htmlText(userCode)}</code>.</p>${form}
<button type="submit" form="op.deviceConfirmForm" autofocus>Continue</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No: refuse</button>`,
      ),
    )
  },
  successSource(ctx) {
    show(ctx, page('Done', '<p>The device has its answer. You can close this page.</p>'))
  },
}

export function showError(ctx: Shown, out: ErrorOut): void {
  show(ctx, faultPage(`${out.error}: ${out.error_description ?? 'no more is known'}`))
}
