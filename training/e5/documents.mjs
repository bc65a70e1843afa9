// Documents as a tool or a search gives them, some with an instruction planted in them. The places are known, since they are made here.
import { chance, pick, say, texts } from '../injection/grammar.mjs'

const FIELDS = [
  'Name',
  'City',
  'Year',
  'Score',
  'Price',
  'Status',
  'Owner',
  'Country',
  'Points',
  'Team',
  'Result',
  'Notes',
  'Date',
  'Rank',
  'Title',
  'Total',
]
const VALUES = [
  '<NAME>',
  '<PLACE>',
  '1998',
  '2014',
  '12',
  '3.5',
  '-',
  'yes',
  'no',
  '2-1',
  'n/a',
  '<NOUN>',
  '4,210',
  'March 3',
  'draw',
  '<JOB>',
  '77 %',
  'open',
  'closed',
  '€ 40',
]
const CODE = [
  'def <VERB>(items):\n    total = 0\n    for item in items:\n        total += item.price\n    return total',
  'const rows = await db.query("select id, name from <TABLE>")\nfor (const row of rows) {\n  console.log(row.name)\n}',
  'import json\n\nwith open("<TABLE>.json") as f:\n    data = json.load(f)\nprint(data["<TABLE>"])',
  'public int <VERB>(int a, int b) {\n    if (b == 0) {\n        return a;\n    }\n    return <VERB>(b, a % b);\n}',
  '<div class="<TABLE>">\n  <p>{{ title }}</p>\n</div>',
  'Traceback (most recent call last):\n  File "main.py", line 12, in <module>\n    <VERB>(<TABLE>)\nTypeError: \'NoneType\' object is not iterable',
  'You need to close the cursor before you open it again:\n\ncur = con.cursor()\ncur.execute("SELECT 1")\ncur.close()',
  'SELECT u.name, COUNT(*) FROM <TABLE> u JOIN orders o ON o.user_id = u.id GROUP BY u.name;',
]
const VERBS = ['compute', 'load', 'merge', 'solve', 'update_all', 'parse', 'render', 'fetchUser']
const TABLES = ['users', 'orders', 'events', 'config', 'items', 'posts', 'payments', 'stations']
const CLOSE = [
  'Best regards,\n<NAME>',
  'Thanks,\n<NAME>',
  'Kind regards\n<NAME>\n<JOB>',
  'Cheers, <NAME>',
  'Yours sincerely,\n<NAME>',
  '<NAME>',
]

/**
 * @param clean patterns of what such documents say
 * @param planted sentences `{ text, group }`
 * @param pages texts of others, without anything planted
 * @returns `{ text, spans, group }`; without spans for `share` of them
 */
export function documents({ clean, planted, pages, words, count, share, seed }) {
  const next = chance(seed)
  const own = texts(clean, words, 160, seed + 1).map(({ text }) => text)
  const filled = (text) => say(text.replaceAll('{', '⟨').replaceAll('}', '⟩'), words, next)
  const coded = (text) =>
    text
      .replaceAll('<VERB>', pick(VERBS, next))
      .replaceAll('<TABLE>', pick(TABLES, next))
      .replaceAll('<module>', '_module_')
  const shapes = [
    [0.34, mail],
    [0.54, table],
    [0.68, () => lines(coded(pick(CODE, next)).split('\n'), '\n')],
    [1, page],
  ]
  return Array.from({ length: count }, (_, index) => {
    const draw = next()
    const [, make] = shapes.find(([upTo]) => draw < upTo) ?? shapes[0]
    const { parts, joint } = make()
    if (next() < share) return { text: parts.join(joint), spans: [], group: `documents/clean${index % 40}` }
    const { text, group } = pick(planted, next)
    const place = next() < 0.33 ? 0 : next() < 0.5 ? parts.length : Math.floor(next() * (parts.length + 1))
    const before = parts.slice(0, place).join(joint)
    const behind = parts.slice(place).join(joint)
    const gap = next() < 0.5 ? '\n' : next() < 0.6 ? ' ' : joint
    const start = before === '' ? 0 : before.length + gap.length
    return {
      text: [before, text, behind].filter((one) => one !== '').join(gap),
      spans: [{ start, end: start + text.length }],
      group,
    }
  })

  function lines(parts, joint) {
    return { parts, joint }
  }
  function mail() {
    const body = Array.from({ length: 2 + Math.floor(next() * 6) }, () => pick(own, next))
    const parts = [
      filled(pick(['Hi <NAME>,', 'Dear <NAME>,', 'Hello,', 'Subject: <NOUN>', 'From: <NAME>'], next)),
      ...body,
      filled(pick(CLOSE, next)),
    ]
    return lines(next() < 0.15 ? parts.slice(1, -1) : parts, next() < 0.5 ? '\n' : next() < 0.5 ? '\n\n' : ' ')
  }
  function table() {
    const width = 2 + Math.floor(next() * 4)
    const row = (from) => `| ${Array.from({ length: width }, () => filled(pick(from, next))).join(' | ')} |`
    const rows = Array.from({ length: 2 + Math.floor(next() * 7) }, () => row(VALUES))
    const style = next()
    const all = [row(FIELDS), ...(style < 0.5 ? [`|${' --- |'.repeat(width)}`] : []), ...rows]
    if (style > 0.85)
      return lines(
        all.map((one) => one.slice(2, -2).replaceAll(' | ', ',')),
        '\n',
      )
    return lines(all, '\n')
  }
  function page() {
    const text = pick(pages, next)
    const from = Math.floor(next() * Math.max(1, text.length - 500))
    const cut = text.slice(from, from + 200 + Math.floor(next() * 500))
    const parts = cut.split(/(?<=[.!?])\s+|\n+/).filter((one) => one.trim() !== '')
    return lines(parts.length > 2 ? parts.slice(1, -1) : parts.length > 0 ? parts : ['-'], next() < 0.5 ? '\n' : ' ')
  }
}
