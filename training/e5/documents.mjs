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
// What answers to questions about programs say between their code.
const ANSWERS = [
  '{The|This} {error|problem|exception|warning|bug} {is|comes from|is caused by|happens because of} {the {second|last|first} line|a missing {import|bracket|argument|key}|a wrong {type|index|name|indent}|an empty {list|string|dictionary}|the way you {call|loop over|close|copy} it|the code above}.',
  '{You|We|One} {can|could|should|need to|have to|may want to} {use|call|try|check|replace|import|convert|pass|return|remove|add|rename|define|catch} {`<VERB>`|the `<TABLE>` {table|list|column}|a {loop|list|dictionary|generator|lambda|set|tuple|class|default value}|{map|filter|join|groupby|zip|apply}} {instead|first|before the loop|inside the function|once|here|to get the same result|if you need the order}{.|:}',
  '{In|With|Since|Before|As of} {Python 3|version 2|ES6|Java 8|pandas|numpy|the standard library|SQL} {you can|there is a way to|it is enough to|it is better to|you have to} {write|do|say|use} {this|it like this|the following|something like}:',
  '{Here|Below|Above} is {the|a|my} {full|short|working|corrected|minimal|complete} {code|example|version|function|script|query|output}{:| that works for me:| that reproduces it:}',
  '{It|This|That} {works|fails|returns|prints|raises|gives} {fine|with|an|a} {error|`None`|`KeyError`|empty list|wrong result|`TypeError`|`NaN`} {when|if|as soon as|because} {the {list|file|input|value} is {empty|missing|large|a string}|you run it twice|I {add|change|remove} the {line|row|index}}.',
  '{Note|Keep in mind|Remember|Be aware} that {`<VERB>`|this|the {index|order|result|type}} {is|is not|may be} {case sensitive|zero based|a copy|in place|guaranteed|thread safe|slow for large input|deprecated}.',
  '{Why|How} {does|do} {this|`<VERB>`|the loop|my query} {fail|return nothing|run twice|change the list|take so long}?',
  '{Edit|Update|Explanation|Output|Traceback|Result|Solution|Question|Answer|Usage|Test}:',
  '{I have|I am trying|I want|My goal is} {a list of dictionaries|to read a file|to merge two tables|to sort by two keys|to plot a line|to parse a date} {and|but} {get|I get|it gives|the result is} {the error below|this|nothing|a wrong order|an exception}.',
  'The {first|second|third} {argument|parameter|element|line|call} {is|must be|holds|becomes} {a string|an integer|the name of the column|the index|optional|the same object}.',
  '{Do not|Never|You should not|Avoid to} {modify|change|use|name|catch|compare} {a list while you loop over it|a variable `list`|every exception|floats with `==`|mutable defaults}, {it|that|this} {hides errors|leads to bugs|shadows the built-in|is slow}.',
  '{Change|Replace|Turn|Move} {`<VERB>`|the condition|that line|the import} {to|into|with|above} {`<TABLE>`|the one below|a list|the loop|`is None`}{ and it {works|runs}|, that is all|}.',
  '{Thanks to|As|Like} {the comment|<NAME>|others} {said|pointed out|wrote|suggested}, {`<VERB>`|this|a set} is {faster|shorter|the right way|enough}.',
]
const SNIPPETS = [
  'import numpy as np\n\n<TABLE> = np.array([1.0, 2.5, 3.0])\nprint(<TABLE>.mean())',
  'df = pd.DataFrame({"<TABLE>": [1, 2, 3]})\ndf.groupby("<TABLE>").sum()',
  '>>> <VERB>([1, 2, 3])\n[3, 2, 1]\n>>> set({1, 2}).union({3})\n{1, 2, 3}',
  'for i, row in enumerate(<TABLE>):\n    if row[i] > 0:\n        print(i, row)',
  'try:\n    <VERB>(<TABLE>)\nexcept ValueError as error:\n    print(error)',
  'class <TABLE>:\n    def __init__(self, name):\n        self.name = name',
  'with open("<TABLE>.csv") as f:\n    rows = [line.split(",") for line in f]',
  'Traceback (most recent call last):\n  File "/home/me/a.py", line 8, in main\n    <VERB>(<TABLE>)\nKeyError: 3',
  'In [3]: s = pd.Series(["a", "b", 3])\nOut[3]:\n0    a\n1    b\n2    3',
  'function <VERB>(a, b) {\n  return a.map((x) => x + b)\n}',
  'SELECT name, SUM(total) FROM <TABLE> GROUP BY name;',
  'def test():\n    data = [4, 8, 15]\n    assert <VERB>(data) == 27\n\ntest()',
  'from sklearn import <TABLE>\nmodel = <VERB>(n=3)\nmodel.fit(x, y)',
  'x = 3 # not used\nwhile x > 0:\n    x -= 1\n# done',
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
    [0.3, mail],
    [0.47, table],
    [0.52, () => lines(coded(pick(CODE, next)).split('\n'), '\n')],
    [0.76, answer],
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
  /** A question about a program and its answer: sentences, and code in fences or without. */
  function answer() {
    const parts = []
    const count = 2 + Math.floor(next() * 4)
    for (let i = 0; i < count; i++) {
      const sentences = 1 + Math.floor(next() * 2)
      for (let k = 0; k < sentences; k++)
        parts.push(coded(say(pick(ANSWERS, next), { ...words, VERB: VERBS, TABLE: TABLES }, next)))
      const code = coded(pick(next() < 0.7 ? SNIPPETS : CODE, next))
      parts.push(next() < 0.7 ? `\`\`\`\n${code}\n\`\`\`` : code)
    }
    return lines(parts, next() < 0.6 ? '\n' : '\n\n')
  }
  function page() {
    const text = pick(pages, next)
    const from = Math.floor(next() * Math.max(1, text.length - 500))
    const cut = text.slice(from, from + 200 + Math.floor(next() * 500))
    const parts = cut.split(/(?<=[.!?])\s+|\n+/).filter((one) => one.trim() !== '')
    return lines(parts.length > 2 ? parts.slice(1, -1) : parts.length > 0 ? parts : ['-'], next() < 0.5 ? '\n' : ' ')
  }
}
