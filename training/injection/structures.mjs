// Structured data as tools give it back: JSON, tables, markup, lines of logs. Some value of it may carry a text.
import { pick } from './grammar.mjs'

const NAMES =
  'note comment description body text message summary title review content feedback details bio snippet remarks reason excerpt answer notes caption label subject instructions value hint'.split(
    ' ',
  )
const FIELDS = {
  id: (next) => 100 + Math.floor(next() * 9e5),
  status: (next) => pick(['ok', 'open', 'shipped', 'closed', 'pending', 'active', 'in review'], next),
  name: (next) =>
    pick(['Marta Klein', 'Jon Berg', 'Ada Cole', 'Lift 3', 'Blue Harbour Hotel', 'oak table', 'Unit 12 B'], next),
  price: (next) => Math.round(next() * 1e5) / 100,
  date: (next) => `2026-0${1 + Math.floor(next() * 9)}-1${Math.floor(next() * 10)}`,
  url: (next) => `https://shop.example/items/${Math.floor(next() * 1e4)}`,
  rating: (next) => 1 + Math.floor(next() * 5),
  city: (next) => pick(['Oslo', 'Leipzig', 'Porto', 'Kyoto', 'Lima', 'Gdańsk'], next),
  tags: (next) => pick(['garden', 'sale, new', 'urgent', 'billing', 'kitchen and home', 'on hold'], next),
  email: (next) => `${pick(['desk', 'info', 'm.klein', 'orders'], next)}@office.example`,
  temperature: (next) => Math.round(next() * 400) / 10,
  available: (next) => next() < 0.5,
}

/** Some fields, each with a value; `carried` stands in one of them. */
function record(next, carried, name = pick(NAMES, next)) {
  const keys = Object.keys(FIELDS).filter(() => next() < 0.35)
  const at = Math.floor(next() * (keys.length + 1))
  return Object.fromEntries([
    ...keys.slice(0, at).map((key) => [key, FIELDS[key](next)]),
    [name, carried],
    ...keys.slice(at).map((key) => [key, FIELDS[key](next)]),
  ])
}

const json = (text) => JSON.stringify(text).slice(1, -1)
const markup = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const line = (text) => text.replaceAll('\n', ' ')
const cell = (text) => line(text).replaceAll('|', '/')
const inCsv = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** By how it is written: what is made of texts, one a record, and how a text stands in it. */
const SHAPES = [
  { write: ([text], next) => JSON.stringify(record(next, text)), as: json },
  { write: ([text], next) => JSON.stringify(record(next, text), null, 2), as: json },
  {
    write: (texts, next) =>
      JSON.stringify({ total: texts.length, results: rows(texts, next) }, null, next() < 0.5 ? 2 : 0),
    as: json,
  },
  {
    write: (texts, next) =>
      rows(texts, next)
        .map((one) => JSON.stringify(one))
        .join('\n'),
    as: json,
  },
  {
    write: (texts, next) =>
      JSON.stringify({ data: { ...record(next, texts[0]), [pick(NAMES, next)]: texts.slice(1) } }),
    as: json,
  },
  {
    write: ([text], next) =>
      `{${Object.entries(record(next, text))
        .map(([key, value]) => `'${key}': ${python(value)}`)
        .join(', ')}}`,
    as: (text) => json(text).replaceAll('\\"', '"').replaceAll("'", "\\'"),
  },
  { write: (texts, next) => table(texts, next, ',', inCsv), as: (text) => text.replaceAll('"', '""') },
  {
    write: (texts, next) => table(texts, next, pick([';', '\t'], next), (text) => line(text).replaceAll(/[;\t]/g, ',')),
    as: (text) => line(text).replaceAll(/[;\t]/g, ','),
  },
  {
    write: (texts, next) => {
      const all = rows(texts.map(cell), next)
      const keys = Object.keys(all[0])
      const of = (cells) => `| ${cells.join(' | ')} |`
      return [of(keys), of(keys.map(() => '---')), ...all.map((one) => of(keys.map((key) => one[key] ?? '')))].join(
        '\n',
      )
    },
    as: cell,
  },
  {
    write: (texts, next) =>
      rows(texts, next)
        .map((one) =>
          Object.entries(one)
            .map(
              ([key, value], index) =>
                `${index === 0 ? '- ' : '  '}${key}: ${typeof value === 'string' ? line(value) : value}`,
            )
            .join('\n'),
        )
        .join('\n'),
    as: line,
  },
  {
    write: (texts, next) => {
      const items = rows(texts, next).map(
        (one) =>
          `  <item>\n${Object.entries(one)
            .map(([key, value]) => `    <${key}>${markup(String(value))}</${key}>`)
            .join('\n')}\n  </item>`,
      )
      return `<?xml version="1.0"?>\n<items>\n${items.join('\n')}\n</items>`
    },
    as: markup,
  },
  {
    write: (texts, next) => {
      const [tag, row] = pick(
        [
          ['ul', 'li'],
          ['div', 'p'],
          ['table', 'td'],
          ['section', 'span'],
        ],
        next,
      )
      return `<${tag} class="list">\n${texts.map((text) => `<${row}>${markup(text)}</${row}>`).join('\n')}\n</${tag}>`
    },
    as: markup,
  },
  {
    write: (texts, next) =>
      texts
        .map(
          (text) =>
            `2026-05-1${Math.floor(next() * 10)}T08:1${Math.floor(next() * 10)}:00Z level=${pick(['info', 'warn', 'error'], next)} ${pick(['msg', 'body', 'note'], next)}="${json(text)}" id=${Math.floor(next() * 1e4)}`,
        )
        .join('\n'),
    as: json,
  },
]

function rows(texts, next) {
  const name = pick(NAMES, next)
  const { [name]: _, ...shape } = record(next, '', name)
  return texts.map((text) => ({
    ...Object.fromEntries(Object.keys(shape).map((key) => [key, FIELDS[key](next)])),
    [name]: text,
  }))
}

function table(texts, next, separator, as) {
  const all = rows(texts, next)
  const keys = Object.keys(all[0]).concat(Object.keys(all[0]).length < 3 ? ['ref', 'unit'] : [])
  const body = all.map((one) => keys.map((key) => as(String(one[key] ?? Math.floor(next() * 90)))).join(separator))
  return [keys.join(separator), ...body].join('\n')
}

function python(value) {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'string' ? `'${json(value).replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : value
}

/**
 * A document of values that are clean, and of one more that is not, as a whole value or behind or before a clean text of it.
 *
 * @param planted undefined: none
 * @returns `{ text, spans }`
 */
export function structured(clean, planted, next) {
  const { as, write } = pick(SHAPES, next)
  const texts = clean.map((text) => stopped(text, next))
  if (planted === undefined) return { text: write(texts, next), spans: [] }
  const one = stopped(planted, next)
  const at = Math.floor(next() * texts.length)
  const how = next()
  const beside = texts[at] ?? ''
  const between = next() < 0.3 ? '\n' : ' '
  texts[at] = how < 0.5 ? one : how < 0.8 ? `${beside}${between}${one}` : `${one}${between}${beside}`
  const text = write(texts, next)
  const written = as(one)
  const start = text.indexOf(written)
  return { text, spans: start === -1 ? [] : [{ start, end: start + written.length }] }
}

/** In a field many a sentence has no full stop. */
function stopped(text, next) {
  return next() < 0.4 ? text.replace(/[.。]$/, '') : text
}
