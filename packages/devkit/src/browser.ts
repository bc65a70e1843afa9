/** A form as it stands in a page: where it goes, what is in it, and the buttons that send it. */
interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly buttons: readonly { readonly name: string; readonly value: string }[]
}

/** Where the browser ended up. */
export interface Visited {
  /** Of the last answer; where it left the server, the address that it was sent to and has not asked for. */
  readonly url: URL
  readonly left: boolean
  readonly status: number
  readonly html: string
}

export interface DevBrowser {
  /**
   * Opens an address and does what its pages ask as somebody would: enters the login code, chooses a person, goes on,
   * confirms a device. A page that says no is what comes back.
   *
   * @param as whom to choose; where nobody is named the page with the question is what comes back
   */
  open(url: string | URL, as?: string): Promise<Visited>
}

interface Cookie {
  readonly path: string
  readonly value: string
}

const STEPS_MAX = 20

/** At which issuer, and what is entered where it asks for the login code. */
export interface DevBrowserParts {
  readonly issuer: string
  readonly loginCode: string
}

/** A browser without a screen for the pages of the development issuer: cookies, redirects, forms, and no script. */
export function startDevBrowser({ issuer, loginCode }: DevBrowserParts): DevBrowser {
  const { origin } = new URL(issuer)
  const cookies = new Map<string, Cookie>()

  async function ask(url: URL, form?: URLSearchParams): Promise<Visited & { readonly next: URL | undefined }> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookiesFor(cookies, url.pathname) },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line)
    const location = response.headers.get('location')
    const next = location === null ? undefined : new URL(location, url)
    return { url, left: false, status: response.status, html: await response.text(), next }
  }

  return {
    async open(address, as) {
      let at = await ask(new URL(address))
      for (let step = 0; step < STEPS_MAX; step += 1) {
        if (at.next !== undefined) {
          if (at.next.origin !== origin) return { ...at, url: at.next, left: true }
          at = await ask(at.next)
          continue
        }
        const sent = at.status < 400 ? formOf(at.html, as) : undefined
        if (sent === undefined) return at
        if (sent.form.has('code')) sent.form.set('code', loginCode)
        at = await ask(new URL(sent.action, at.url), sent.form)
      }
      throw new Error(`the pages never end: ${at.url}`)
    },
  }
}

function cookiesFor(cookies: ReadonlyMap<string, Cookie>, pathname: string): string {
  const sent = [...cookies].filter(([, { path }]) => `${pathname}/`.startsWith(path === '/' ? path : `${path}/`))
  return sent.map(([name, { value }]) => `${name.slice(0, name.indexOf(' '))}=${value}`).join('; ')
}

function keepCookie(cookies: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */)
  const name = pair.slice(0, pair.indexOf('='))
  const found = (wanted: string): string | undefined =>
    attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
  const path = found('path') ?? '/'
  // RFC 6265 section 5.3: a cookie is one by name and path.
  const key = `${name} ${path}`
  const expires = found('expires')
  if (expires !== undefined && Date.parse(expires) <= Date.now()) cookies.delete(key)
  else cookies.set(key, { path, value: pair.slice(name.length + 1) })
}

/** What this page's form sends: hidden fields as they are, and the person's button where there is one. */
function formOf(html: string, as: string | undefined): { action: string; form: URLSearchParams } | undefined {
  const form = readForm(html)
  if (form === undefined) return undefined
  const choices = form.buttons.filter(({ name }) => name === 'as')
  const choice = choices.find(({ value }) => value === as)
  if (choices.length > 0 && choice === undefined) return undefined
  if (Object.values(form.fields).length === 0 && choice === undefined) return undefined
  const sent = new URLSearchParams({ ...form.fields })
  if (choice !== undefined) sent.set(choice.name, choice.value)
  return { action: form.action, form: sent }
}

function readForm(html: string): Form | undefined {
  const [form, head = ''] = /<form\b([^>]*)>.*?<\/form>/s.exec(html) ?? []
  // A text to fill in is for a person.
  if (form === undefined || form.includes('type="text"')) return undefined
  const tags = (name: string): readonly string[] => form.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? []
  return {
    action: attribute(head, 'action') ?? '',
    fields: Object.fromEntries(
      tags('input').map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '']),
    ),
    buttons: tags('button').map((tag) => ({
      name: attribute(tag, 'name') ?? '',
      value: attribute(tag, 'value') ?? '',
    })),
  }
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\s${name}="([^"]*)"`).exec(tag) ?? []
  return value?.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
